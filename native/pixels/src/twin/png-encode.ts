import { deflateSync } from 'node:zlib';
import type { Raster } from '../contract.ts';
import { hasAlpha } from './alpha.ts';
import { blit } from './blit.ts';
import { filterRows, isFlat } from './png-filter.ts';
import { CHUNK_HEAD, CHUNK_TAIL, ColourType, crc32, HEADER_SIZE, SIGNATURE } from './png-format.ts';

const COLOUR_TYPES = { 1: ColourType.GREY, 3: ColourType.RGB, 4: ColourType.RGBA } as const;

export function encodePng(raster: Raster, level: number): Uint8Array {
  const picture = raster.channels === 4 && !hasAlpha(raster) ? withoutAlpha(raster) : raster;
  const { data, width, height, channels } = picture;
  const rows = filterRows(data, width * channels, channels, isFlat(raster));
  return join([
    SIGNATURE,
    chunk('IHDR', header(width, height, 8, COLOUR_TYPES[channels])),
    chunk('IDAT', deflateSync(rows, { level })),
    chunk('IEND', new Uint8Array()),
  ]);
}

export function encodePalette({ data, width, height }: Raster, palette: Uint8Array, level: number): Uint8Array {
  const colors = palette.length / 4;
  const wrong = colors === 256 ? -1 : data.findIndex((index) => index >= colors);
  if (wrong !== -1) throw new Error(`index ${data[wrong]} is not in a palette of ${colors} colours`);
  const bits = colors <= 2 ? 1 : colors <= 4 ? 2 : colors <= 16 ? 4 : 8;
  const entries = Array.from({ length: colors }, (_, i) => palette.subarray(i * 4, i * 4 + 4));
  const alphas = entries.map((entry) => entry[3] ?? 0);
  // Entries after the last translucent one are opaque without being listed.
  const alphaCount = alphas.findLastIndex((alpha) => alpha !== 255) + 1;
  return join([
    SIGNATURE,
    chunk('IHDR', header(width, height, bits, ColourType.PALETTE)),
    chunk('PLTE', Uint8Array.from(entries.flatMap((entry) => [...entry.subarray(0, 3)]))),
    ...(alphaCount > 0 ? [chunk('tRNS', Uint8Array.from(alphas.slice(0, alphaCount)))] : []),
    chunk('IDAT', deflateSync(packRows(data, width, height, bits), { level })),
    chunk('IEND', new Uint8Array()),
  ]);
}

function withoutAlpha(raster: Raster): Raster {
  const { width, height } = raster;
  const opaque = { data: new Uint8Array(width * height * 3), width, height, channels: 3 } as const;
  blit(opaque, raster, 0, 0);
  return opaque;
}

function header(width: number, height: number, bitDepth: number, colourType: number): Uint8Array {
  const data = Buffer.alloc(HEADER_SIZE);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data[8] = bitDepth;
  data[9] = colourType;
  return data;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(CHUNK_HEAD + data.length + CHUNK_TAIL);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, CHUNK_HEAD);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, CHUNK_HEAD + data.length)), CHUNK_HEAD + data.length);
  return bytes;
}

/** Memory of its own, which can be handed to another thread. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Puts indices of `bits` bits each into bytes, the first one highest (PNG, section 7.2); rows without a filter. */
function packRows(indices: Uint8Array, width: number, height: number, bits: number): Uint8Array {
  const rowSize = Math.ceil((width * bits) / 8);
  const rows = new Uint8Array((rowSize + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (rowSize + 1) + 1;
    if (bits === 8) {
      rows.set(indices.subarray(y * width, (y + 1) * width), to);
      continue;
    }
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const at = to + (bit >> 3);
      rows[at] = (rows[at] ?? 0) | ((indices[y * width + x] ?? 0) << (8 - bits - (bit & 7)));
    }
  }
  return rows;
}
