import { createRequire } from 'node:module';
import type { Raster as PixelRaster, Window } from '@mapgate/pixels';
import sharp from 'sharp';
import type { Size } from '../grid/types.ts';
import { jpegHead } from './jpeg-head.ts';
import { MAX_PIXELS } from './limits.ts';
import { pixels } from './pixels.ts';
import { type Allocate, scratch } from './scratch-buffers.ts';

/** What is used of libjpeg-turbo. It works on the threads of the process's pool. */
type Turbo = typeof import('@julusian/jpeg-turbo');

/** Set to 1: JPEGs are as on a machine where libjpeg-turbo cannot be loaded. */
const NO_TURBO = 'MAPGATE_NO_JPEG_TURBO';

/**
 * libjpeg-turbo alone; undefined where it does not load. sharp holds one too, but takes a millisecond for each picture
 * however small, which for tiles is more than the work itself.
 */
const turbo = load();

function load(): Turbo | undefined {
  if (process.env[NO_TURBO] === '1') return undefined;
  try {
    return createRequire(import.meta.url)('@julusian/jpeg-turbo') as Turbo;
  } catch {
    return undefined;
  }
}

const CHANNELS = 4;

/**
 * Decodes a JPEG to red, green, blue and an alpha of 255.
 *
 * @returns null where the general decoder has to look at it: colours that a profile explains, CMYK, what is broken or too
 *   large, and where libjpeg-turbo is not there
 */
export async function decodeJpeg(
  body: Uint8Array,
  allocate: Allocate = Buffer.allocUnsafeSlow,
): Promise<(PixelRaster & { readonly data: Buffer }) | null> {
  if (turbo === undefined) return null;
  const head = jpegHead(body);
  if (head === undefined || head.hasProfile || head.components === 4 || head.precision !== 8) return null;
  const { width, height } = head;
  if (width * height > MAX_PIXELS) return null;
  // A row more in memory than in the picture, for windows of it: see `fromWindow`.
  const data = allocate(width * (height + 1) * CHANNELS).subarray(0, width * height * CHANNELS);
  try {
    const input = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const decoded = await turbo.decompress(input, data, { format: turbo.FORMAT_RGBA });
    return decoded.width === width && decoded.height === height ? { data, width, height, channels: CHANNELS } : null;
  } catch {
    return null;
  }
}

/**
 * Encodes a picture as JPEG with colours at half the resolution, as MapProxy does (row IMG-06).
 *
 * @param picture of three channels, of four without a translucent pixel, or of one, which stays grey
 * @param quality 1 to 100
 * @param window the part of it that is encoded, without being copied first; undefined: all of it
 */
export async function encodeJpeg(picture: PixelRaster, quality: number, window?: Window): Promise<Buffer> {
  const { channels } = picture;
  if (turbo === undefined) return encodeByLibrary(picture, quality, window);
  const { width, height } = window ?? picture;
  const formats = { 1: turbo.FORMAT_GRAY, 3: turbo.FORMAT_RGB, 4: turbo.FORMAT_RGBX } as const;
  const subsampling = channels === 1 ? turbo.SAMP_GRAY : turbo.SAMP_420;
  const { input, stride } = fromWindow(picture, window);
  const options = { format: formats[channels], width, height, stride, subsampling, quality };
  const output = scratch.take(turbo.bufferSize(options));
  try {
    // Copied out of what is much larger: the size of the worst that a picture of this size could become.
    return Buffer.from(await turbo.compress(input, output, options));
  } finally {
    scratch.giveBack(output);
  }
}

/**
 * Cuts windows out of a JPEG file as it is, without decoding its pixels, which is faster and loses nothing again.
 *
 * @param quality 1 to 100, of files that are of more
 * @param size of the picture, in pixels
 * @returns null for what has to be decoded: see `Pixels.cutJpeg`
 */
export async function cutJpeg(
  body: Uint8Array,
  [width, height]: Size,
  windows: readonly Window[],
  quality: number,
): Promise<readonly Buffer[] | null> {
  // In TypeScript it takes longer than libjpeg-turbo's way by the pixels.
  if (pixels.implementation === 'typescript') return null;
  const cut = await pixels.cutJpeg(body, windows, { quality });
  return cut !== null && cut.width === width && cut.height === height ? cut.files : null;
}

function encodeByLibrary(
  { data, width, height, channels }: PixelRaster,
  quality: number,
  window: Window | undefined,
): Promise<Buffer> {
  const whole = sharp(data, { raw: { width, height, channels } });
  const image = window === undefined ? whole : whole.extract(window);
  // Huffman tables made for each picture would save 3 % of the bytes for a fifth of the time.
  const options = { quality, chromaSubsampling: '4:2:0', optimiseCoding: false } as const;
  return (channels === 1 ? image.toColourspace('b-w') : image).jpeg(options).toBuffer();
}

/**
 * A window as libjpeg-turbo takes it: rows as far apart as those of the picture, `stride` pixels. What reads them asks
 * for a whole row after the start of each, though nothing is read after the end of the last; where the picture's memory
 * ends before that, the window is copied.
 */
function fromWindow(
  { data, width, height, channels }: PixelRaster,
  { left, top, ...size }: Window = { left: 0, top: 0, width, height },
): { readonly input: Buffer; readonly stride: number } {
  const start = data.byteOffset + (top * width + left) * channels;
  const length = width * size.height * channels;
  if (start + length <= data.buffer.byteLength) {
    return { input: Buffer.from(data.buffer, start, length), stride: width };
  }
  const input = Buffer.allocUnsafe(size.width * size.height * channels);
  for (let row = 0; row < size.height; row++) {
    const from = ((top + row) * width + left) * channels;
    input.set(data.subarray(from, from + size.width * channels), row * size.width * channels);
  }
  return { input, stride: size.width };
}
