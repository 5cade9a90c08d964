import * as zlib from 'node:zlib';

/** Names and numbers of the PNG specification (third edition), sections 5, 9 and 11. */
export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
export const ColourType = { GREY: 0, RGB: 2, PALETTE: 3, GREY_ALPHA: 4, RGBA: 6 } as const;
export const Filter = { NONE: 0, SUB: 1, UP: 2, AVERAGE: 3, PAETH: 4 } as const;

/** A chunk is its length (4 bytes), type (4), data, and CRC over type and data (4). */
export const CHUNK_HEAD = 8;
export const CHUNK_TAIL = 4;
export const HEADER_SIZE = 13;

/** zlib.crc32 came with Node 20.15 and 22.2; the types are older. */
export const crc32 = (zlib as unknown as { crc32(data: Uint8Array): number }).crc32;
