import { MAX_SIDE } from '../checks.ts';
import { CHUNK_HEAD, CHUNK_TAIL, ColourType, crc32, HEADER_SIZE } from './png-format.ts';

/** What deflate makes of a byte at most (zlib, Technical Details): a file that promises more is cut or lies. */
const MAX_EXPANSION = 1032;

/** A file's chunks, checked and sorted. */
export interface Chunks {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colourType: number;
  palette: Uint8Array | null;
  transparency: Uint8Array | null;
  readonly imageData: Uint8Array[];
}

export function damaged(what: string): Error {
  return new Error(`damaged PNG: ${what}`);
}

export function samplesPerPixel({ colourType }: Chunks): number {
  switch (colourType) {
    case ColourType.RGB:
      return 3;
    case ColourType.GREY_ALPHA:
      return 2;
    case ColourType.RGBA:
      return 4;
    default:
      return 1;
  }
}

export function rowSizeOf(chunks: Chunks): number {
  return Math.ceil((chunks.width * samplesPerPixel(chunks) * chunks.bitDepth) / 8);
}

export function channelsOf({ colourType, transparency }: Chunks): 1 | 3 | 4 {
  if (colourType === ColourType.GREY_ALPHA || colourType === ColourType.RGBA || transparency !== null) return 4;
  return colourType === ColourType.GREY ? 1 : 3;
}

/** The chunks of a file that begins with the signature; null: of a kind that is not supported. */
export function readChunks(file: Buffer, first: number): Chunks | null {
  let chunks: Chunks | null = null;
  for (let at = first; ; ) {
    const room = file.length - at - CHUNK_HEAD - CHUNK_TAIL;
    const length = room < 0 ? 0 : file.readUInt32BE(at);
    if (length > room) throw damaged(`cut at byte ${file.length}`);
    const type = file.toString('latin1', at + 4, at + CHUNK_HEAD);
    const data = file.subarray(at + CHUNK_HEAD, at + CHUNK_HEAD + length);
    const checksum = file.readUInt32BE(at + CHUNK_HEAD + length);
    if (checksum !== crc32(file.subarray(at + 4, at + CHUNK_HEAD + length))) {
      throw damaged(`wrong checksum at byte ${at}`);
    }
    at += CHUNK_HEAD + length + CHUNK_TAIL;
    if (chunks === null) {
      if (type !== 'IHDR' || length !== HEADER_SIZE) throw damaged('no header');
      chunks = headerOf(data);
      if (chunks === null) return null;
    } else {
      if (type === 'IEND') return chunks;
      if (!takeChunk(type, data, chunks)) return null;
    }
  }
}

function headerOf(data: Buffer): Chunks | null {
  const [bitDepth = 0, colourType = 0, ...methods] = data.subarray(8);
  const mayBeSmall = colourType === ColourType.GREY || colourType === ColourType.PALETTE;
  const isSmall = bitDepth === 1 || bitDepth === 2 || bitDepth === 4;
  const isKnown = Object.values<number>(ColourType).includes(colourType);
  const isPlain = methods.every((method) => method === 0);
  if (!isKnown || !isPlain || !(bitDepth === 8 || (isSmall && mayBeSmall))) return null;
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  return { width, height, bitDepth, colourType, palette: null, transparency: null, imageData: [] };
}

/** False: colours that must be converted, or a critical chunk that we do not know. */
function takeChunk(type: string, data: Uint8Array, chunks: Chunks): boolean {
  switch (type) {
    case 'PLTE':
      if (data.length === 0 || data.length % 3 !== 0 || data.length > 768) {
        throw damaged(`palette of ${data.length} bytes`);
      }
      chunks.palette = data;
      return true;
    case 'tRNS':
      chunks.transparency = data;
      return true;
    case 'IDAT':
      chunks.imageData.push(data);
      return true;
    default:
      return type !== 'iCCP' && (type.charCodeAt(0) & 0x20) !== 0;
  }
}

/** @throws Error for what does not fit together, and for too many pixels */
export function checkChunks(chunks: Chunks, maxPixels: number): void {
  const { width, height, colourType, palette, transparency, imageData } = chunks;
  if (colourType === ColourType.PALETTE) {
    if (palette === null) throw damaged('no palette');
    if (transparency !== null && transparency.length > palette.length / 3) {
      throw damaged('more alpha values than colours');
    }
  } else if (transparency !== null) {
    const wanted = colourType === ColourType.GREY ? 2 : 6;
    const isAllowed = colourType === ColourType.GREY || colourType === ColourType.RGB;
    if (!isAllowed || transparency.length !== wanted) throw damaged('transparency does not fit the colour type');
  }
  const size = `${width} x ${height} pixels`;
  if (width === 0 || height === 0) throw damaged(size);
  if (width > MAX_SIDE || height > MAX_SIDE) throw new Error(`PNG of ${size}: a side is longer than ${MAX_SIDE}`);
  if (width * height > maxPixels) throw new Error(`PNG of ${size}: more than ${maxPixels}`);
  const compressed = imageData.reduce((sum, { length }) => sum + length, 0);
  if ((rowSizeOf(chunks) + 1) * height > compressed * MAX_EXPANSION) throw damaged('too little image data');
}
