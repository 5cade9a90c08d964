import type { Raster as PixelRaster } from '@mapgate/pixels';
import sharp, { type Sharp } from 'sharp';
import type { Size } from '../grid/types.ts';
import { sniffImageKind } from './format.ts';
import { decodeJpeg } from './jpeg.ts';
import { MAX_PIXELS } from './limits.ts';
import { pixels } from './pixels.ts';
import type { Allocate } from './scratch-buffers.ts';

export { MAX_PIXELS } from './limits.ts';

/** A picture in memory: 8 bits each of red, green, blue and alpha for each pixel, rows from the top. */
export interface Raster {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** True: known to have no translucent pixel. False: may have. */
  readonly opaque: boolean;
}

export const CHANNELS = 4;

/**
 * Decodes a picture of any known format; its size is checked before memory is taken.
 *
 * @param allocate gives the memory of most pictures; undefined: it is new
 * @throws Error of the decoder for what is no picture or is larger than `MAX_PIXELS`
 */
export async function decodeImage(body: Uint8Array, allocate?: Allocate): Promise<Raster> {
  const kind = sniffImageKind(body);
  const photo = kind === 'jpeg' ? await decodeJpeg(body, allocate) : null;
  if (photo !== null) return { ...photo, opaque: true };
  // A fifth of the general decoder's time for the PNGs that tiles are.
  const own = kind === 'png' ? await decodePng(body, allocate) : null;
  if (own !== null) return own;
  const picture = await decodeByLibrary(body);
  if (picture.channels === CHANNELS) return fromPixels(picture, false);
  const target = { ...blankRaster([picture.width, picture.height]), opaque: true };
  await pixels.blit(asPixels(target), picture, 0, 0);
  return target;
}

/** Where a PNG file has its width; its height follows. */
const PNG_WIDTH = 16;

/** What becomes of a byte of a PNG file at most: 1032 by deflate, eight pixels in each, of four channels. */
const MOST_EXPANSION = 1032 * 8 * CHANNELS;

/** Null: left to the library. */
async function decodePng(file: Uint8Array, allocate: Allocate | undefined): Promise<Raster | null> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const hasSize = file.length >= PNG_WIDTH + 8;
  const [width, height] = hasSize ? [view.getUint32(PNG_WIDTH), view.getUint32(PNG_WIDTH + 4)] : [0, 0];
  const bytes = width * height * CHANNELS;
  // What is wrong with such a size is for the decoder to say, before memory is taken for it.
  const isPossible = bytes > 0 && width * height <= MAX_PIXELS && bytes <= file.length * MOST_EXPANSION;
  if (allocate === undefined || !isPossible) {
    const picture = await pixels.decodeRgbaPng(file);
    return picture === null ? null : fromPixels({ ...picture, channels: CHANNELS }, picture.opaque);
  }
  const target = { data: allocate(bytes).subarray(0, bytes), width, height, opaque: false };
  const placed = await pixels.decodePngInto(asPixels(target), file, 0, 0);
  return placed === null ? null : { ...target, opaque: placed.opaque };
}

async function decodeByLibrary(body: Uint8Array): Promise<PixelRaster> {
  const image = sharp(body, { limitInputPixels: MAX_PIXELS }).toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  // Grey becomes colour.
  if (channels !== 3 && channels !== CHANNELS) throw new Error(`a picture of ${channels} channels`);
  return { data, width, height, channels };
}

/**
 * Decodes a picture into another one, its upper left pixel to (x, y); what does not fit is cut off. When it throws,
 * nothing is written, or transparent pixels are.
 *
 * @throws Error as `decodeImage`
 */
export async function decodeInto(
  target: Raster,
  body: Uint8Array,
  x: number,
  y: number,
): Promise<Pick<Raster, 'width' | 'height' | 'opaque'>> {
  const kind = sniffImageKind(body);
  const placed = kind === 'png' ? await pixels.decodePngInto(asPixels(target), body, x, y) : null;
  if (placed !== null) return placed;
  const photo = kind === 'jpeg' ? await decodeJpeg(body) : null;
  const picture = photo ?? (await decodeByLibrary(body));
  await pixels.blit(asPixels(target), picture, x, y);
  const { width, height } = picture;
  return { width, height, opaque: photo !== null || picture.channels !== CHANNELS };
}

/** A raster as input of the imaging library. */
export function asSharp({
  data,
  width,
  height,
  channels = CHANNELS,
}: Omit<PixelRaster, 'channels'> & Partial<Pick<PixelRaster, 'channels'>>): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** Every pixel transparent, or of one opaque colour. */
export function blankRaster([width, height]: Size, color?: readonly [number, number, number]): Raster {
  if (width * height > MAX_PIXELS) throw new RangeError(`${width} x ${height} pixels are more than ${MAX_PIXELS}`);
  const data = Buffer.alloc(width * height * CHANNELS);
  if (color !== undefined) data.fill(Buffer.from([...color, 255]));
  return { data, width, height, opaque: color !== undefined };
}

/** A rectangle of a raster; what lies outside of it is transparent. */
export function windowOf(source: Raster, left: number, top: number, [width, height]: Size): Raster {
  if (left === 0 && top === 0 && width === source.width && height === source.height) return source;
  const inside = left >= 0 && top >= 0 && left + width <= source.width && top + height <= source.height;
  const data = inside ? Buffer.allocUnsafe(width * height * CHANNELS) : blankRaster([width, height]).data;
  const target = { data, width, height, opaque: inside && source.opaque };
  paste(target, source, -left, -top);
  return target;
}

/** Copies all of `source` that fits, alpha included: what was there before is gone. */
export function paste(target: Raster, source: Raster, left: number, top: number): void {
  const from = Math.max(0, -left);
  const to = Math.min(source.width, target.width - left);
  if (from >= to) return;
  const lastRow = Math.min(source.height, target.height - top);
  for (let row = Math.max(0, -top); row < lastRow; row++) {
    const sourceRow = row * source.width * CHANNELS;
    const targetStart = ((row + top) * target.width + left + from) * CHANNELS;
    source.data.copy(target.data, targetStart, sourceRow + from * CHANNELS, sourceRow + to * CHANNELS);
  }
}

/** The same bytes as @mapgate/pixels takes them. */
export function asPixels({ data, width, height }: Raster): PixelRaster {
  return { data, width, height, channels: CHANNELS };
}

/** What @mapgate/pixels made of four channels. */
export function fromPixels({ data, width, height }: PixelRaster, opaque: boolean): Raster {
  return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), width, height, opaque };
}
