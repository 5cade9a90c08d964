import { inflateSync } from 'node:zlib';
import type { Raster } from '../contract.ts';
import { type Chunks, channelsOf, checkChunks, damaged, readChunks, rowSizeOf, samplesPerPixel } from './png-chunks.ts';
import { unfilter } from './png-filter.ts';
import { ColourType, SIGNATURE } from './png-format.ts';

export function decodePng(file: Uint8Array, maxPixels: number): Raster | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return null;
  const chunks = readChunks(bytes, SIGNATURE.length);
  if (chunks === null) return null;
  checkChunks(chunks, maxPixels);
  const { width, height } = chunks;
  return { data: pixelsOf(chunks), width, height, channels: channelsOf(chunks) };
}

/** Exactly `size` bytes. */
function inflated(chunks: Chunks, size: number): Uint8Array {
  let rows: Uint8Array;
  try {
    rows = inflateSync(Buffer.concat(chunks.imageData), { maxOutputLength: size });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw damaged('too much image data');
    throw damaged(code === 'Z_BUF_ERROR' ? 'too little image data' : 'image data is not valid');
  }
  if (rows.length < size) throw damaged('too little image data');
  return rows;
}

function pixelsOf(chunks: Chunks): Uint8Array {
  const { width, height, bitDepth } = chunks;
  const rowSize = rowSizeOf(chunks);
  const step = bitDepth === 8 ? samplesPerPixel(chunks) : 1;
  const rows = inflated(chunks, (rowSize + 1) * height);
  const targetSize = width * channelsOf(chunks);
  const pixels = new Uint8Array(targetSize * height);
  const expand = expanderOf(chunks);
  let previous = new Uint8Array(rowSize);
  for (let y = 0; y < height; y++) {
    const at = y * (rowSize + 1) + 1;
    const filter = rows[at - 1] ?? 0;
    if (!unfilter(filter, rows, at, previous, rowSize, step)) throw damaged(`filter ${filter}`);
    const row = rows.subarray(at, at + rowSize) as Uint8Array<ArrayBuffer>;
    expand(row, pixels.subarray(y * targetSize, (y + 1) * targetSize));
    previous = row;
  }
  return pixels;
}

/** Turns unfiltered rows into samples of 8 bits. */
type Expand = (from: Uint8Array, to: Uint8Array) => void;

function expanderOf(chunks: Chunks): Expand {
  switch (chunks.colourType) {
    case ColourType.PALETTE:
      return paletteExpander(chunks);
    case ColourType.GREY:
      return greyExpander(chunks);
    case ColourType.GREY_ALPHA:
      return (from, to) => {
        for (let i = 0; i < from.length; i += 2) to.fill(from[i] ?? 0, i * 2, i * 2 + 3)[i * 2 + 3] = from[i + 1] ?? 0;
      };
    default:
      return chunks.transparency === null ? (from, to) => to.set(from) : rgbExpander(chunks.transparency);
  }
}

function sampleAt(row: Uint8Array, x: number, bitDepth: number): number {
  if (bitDepth === 8) return row[x] ?? 0;
  const bit = x * bitDepth;
  return ((row[bit >> 3] ?? 0) >> (8 - bitDepth - (bit & 7))) & ((1 << bitDepth) - 1);
}

function paletteExpander(chunks: Chunks): Expand {
  const { palette, transparency, width, bitDepth } = chunks;
  const colours = palette ?? new Uint8Array();
  const channels = channelsOf(chunks);
  return (from, to) => {
    for (let x = 0; x < width; x++) {
      const index = sampleAt(from, x, bitDepth);
      if (index * 3 >= colours.length) throw damaged(`colour ${index} is not in the palette`);
      for (let c = 0; c < 3; c++) to[x * channels + c] = colours[index * 3 + c] ?? 0;
      if (channels === 4) to[x * 4 + 3] = transparency?.[index] ?? 255;
    }
  };
}

function greyExpander(chunks: Chunks): Expand {
  const { transparency, width, bitDepth } = chunks;
  const factor = 255 / ((1 << bitDepth) - 1);
  const hidden = transparency === null ? -1 : sample16(transparency, 0);
  return (from, to) => {
    for (let x = 0; x < width; x++) {
      const sample = sampleAt(from, x, bitDepth);
      if (transparency === null) to[x] = sample * factor;
      else to.fill(sample * factor, x * 4, x * 4 + 3)[x * 4 + 3] = sample === hidden ? 0 : 255;
    }
  };
}

/** RGB with one transparent colour. */
function rgbExpander(transparency: Uint8Array): Expand {
  const hidden = [0, 1, 2].map((channel) => sample16(transparency, channel));
  return (from, to) => {
    for (let i = 0, at = 0; i < from.length; i += 3, at += 4) {
      for (let c = 0; c < 3; c++) to[at + c] = from[i + c] ?? 0;
      to[at + 3] = hidden.every((value, c) => value === from[i + c]) ? 0 : 255;
    }
  };
}

function sample16(bytes: Uint8Array, index: number): number {
  return ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
}
