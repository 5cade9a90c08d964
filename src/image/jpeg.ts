import { createRequire } from 'node:module';
import type { Raster as PixelRaster } from '@mapgate/pixels';
import sharp from 'sharp';
import { jpegHead } from './jpeg-head.ts';
import { MAX_PIXELS } from './limits.ts';

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
export async function decodeJpeg(body: Uint8Array): Promise<(PixelRaster & { readonly data: Buffer }) | null> {
  if (turbo === undefined) return null;
  const head = jpegHead(body);
  if (head === undefined || head.hasProfile || head.components === 4 || head.precision !== 8) return null;
  const { width, height } = head;
  if (width * height > MAX_PIXELS) return null;
  const data = Buffer.allocUnsafeSlow(width * height * CHANNELS);
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
 */
export async function encodeJpeg(picture: PixelRaster, quality: number): Promise<Buffer> {
  const { data, width, height, channels } = picture;
  if (turbo === undefined) {
    // Huffman tables made for each picture would save 3 % of the bytes for a fifth of the time.
    const options = { quality, chromaSubsampling: '4:2:0', optimiseCoding: false } as const;
    const image = sharp(data, { raw: { width, height, channels } });
    return (channels === 1 ? image.toColourspace('b-w') : image).jpeg(options).toBuffer();
  }
  const input = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const formats = { 1: turbo.FORMAT_GRAY, 3: turbo.FORMAT_RGB, 4: turbo.FORMAT_RGBX } as const;
  const subsampling = channels === 1 ? turbo.SAMP_GRAY : turbo.SAMP_420;
  const encoded = await turbo.compress(input, { format: formats[channels], width, height, subsampling, quality });
  // It is a part of a buffer for the largest of all pictures of this size, which must not live as long as a tile does.
  return Buffer.from(encoded);
}
