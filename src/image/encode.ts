import type { Raster as PixelRaster, Window } from '@mapgate/pixels';
import type { Sharp } from 'sharp';
import type { Size } from '../grid/types.ts';
import { formatExtension, type ImageKind, imageKind } from './format.ts';
import { type Georeference, withGeoTags } from './geotiff.ts';
import { greyOf } from './grey.ts';
import { encodeJpeg } from './jpeg.ts';
import type { ImageSettings } from './options.ts';
import { pixels } from './pixels.ts';
import { asPixels, asSharp, type Raster, windowOf } from './raster.ts';

export interface EncodedImage {
  readonly body: Buffer;
  /** Of the bytes, without options: `image/png`. */
  readonly mimeType: string;
}

const WHITE = 255;

/** 0 to 6: at 2 a map's tile takes a third less time than at 4, libwebp's own choice, for 4 % more bytes. */
const WEBP_EFFORT = 2;

/**
 * Writes a picture as configured (section 3 of the behaviour rows). The `mixed` format becomes PNG where a pixel is
 * translucent, JPEG elsewhere (row IMG-07).
 *
 * @param georeference where the picture is, which a GeoTIFF says
 * @throws RangeError for a format that cannot be written
 */
export async function encodeImage(
  raster: Raster,
  settings: ImageSettings,
  georeference?: Georeference,
): Promise<EncodedImage> {
  const kind = settings.format.endsWith('mixed') ? await mixedKind(raster) : imageKind(settings.format);
  if (kind === undefined) throw new RangeError(`cannot write images of format '${settings.format}'`);
  const body = await write(raster, settings, kind);
  if (georeference === undefined || formatExtension(settings.format) !== 'geotiff') {
    return { body, mimeType: `image/${kind}` };
  }
  return { body: withGeoTags(body, georeference, [raster.width, raster.height]), mimeType: 'image/GeoTIFF' };
}

/**
 * The same of a rectangle of a larger picture, such as a tile of a meta tile; what lies outside of the picture is
 * transparent. Palettes and JPEGs are made without copying the pixels.
 */
export async function encodeWindow(
  raster: Raster,
  left: number,
  top: number,
  [width, height]: Size,
  settings: ImageSettings,
): Promise<Buffer> {
  const isInside = left >= 0 && top >= 0 && left + width <= raster.width && top + height <= raster.height;
  if (isInside && settings.mode !== 'L' && settings.mode !== 'I') {
    const window = { left, top, width, height };
    const kind = raster.opaque && settings.format.endsWith('mixed') ? 'jpeg' : imageKind(settings.format);
    if (kind === 'jpeg' && raster.opaque) return encodeJpeg(asPixels(raster), settings.jpegQuality, window);
    if (kind === 'png' && settings.colors !== 0 && isKeptWhole(raster, settings, 'png')) {
      return paletted(asPixels(raster), settings, window);
    }
  }
  return (await encodeImage(windowOf(raster, left, top, [width, height]), settings)).body;
}

async function mixedKind(raster: Raster): Promise<ImageKind> {
  return raster.opaque || !(await pixels.hasAlpha(asPixels(raster))) ? 'jpeg' : 'png';
}

async function write(raster: Raster, settings: ImageSettings, kind: ImageKind): Promise<Buffer> {
  if (settings.mode === 'L' || settings.mode === 'I') return grey(await flat(raster), settings, kind);
  if (kind === 'jpeg') return encodeJpeg(raster.opaque ? asPixels(raster) : await flat(raster), settings.jpegQuality);
  const picture = isKeptWhole(raster, settings, kind) ? asPixels(raster) : await flat(raster);
  return kind === 'png' ? png(picture, settings) : compressed(asSharp(picture), settings, kind);
}

/** 16 bits where the mode asks for them and the format has them (row IMG-01); a palette has nothing to add to grey. */
async function grey(picture: PixelRaster, settings: ImageSettings, kind: ImageKind): Promise<Buffer> {
  const bits = settings.mode === 'I' && (kind === 'png' || kind === 'tiff') ? 16 : 8;
  const image = greyOf(picture, bits);
  if (kind !== 'png' && kind !== 'jpeg') return compressed(image, settings, kind);
  if (bits === 16) return image.png().toBuffer();
  const { width, height } = picture;
  const samples = { data: await image.raw().toBuffer(), width, height, channels: 1 } as const;
  return kind === 'png' ? pixels.encodePng(samples) : encodeJpeg(samples, settings.jpegQuality);
}

async function compressed(
  image: Sharp,
  settings: ImageSettings,
  kind: Exclude<ImageKind, 'png' | 'jpeg'>,
): Promise<Buffer> {
  switch (kind) {
    case 'gif':
      return image.gif({ effort: 1, dither: 0 }).toBuffer();
    case 'tiff': {
      const compressions = { raw: 'none', tiff_lzw: 'lzw', jpeg: 'jpeg' } as const;
      const compression = compressions[settings.tiffCompression ?? 'raw'];
      return image.tiff({ compression, predictor: 'none' }).toBuffer();
    }
    case 'webp':
      return image.webp({ ...settings.webp, effort: WEBP_EFFORT }).toBuffer();
  }
}

function png(picture: PixelRaster, settings: ImageSettings): Promise<Buffer> {
  return settings.colors === 0 ? pixels.encodePng(picture) : paletted(picture, settings);
}

function paletted(
  picture: PixelRaster,
  { colors, quantizer: method }: ImageSettings,
  window: Window = { left: 0, top: 0, width: picture.width, height: picture.height },
): Promise<Buffer> {
  // Median cut keeps one colour for what is transparent.
  const most = method === 'mediancut' ? Math.max(colors, 2) : colors;
  return pixels.encodeIndexedPng(picture, { colors: most, method, window });
}

/** Whether alpha is written, or is no matter: PNGs leave it out where it says nothing. */
function isKeptWhole(raster: Raster, { transparent, mode }: ImageSettings, kind: ImageKind): boolean {
  return raster.opaque ? kind === 'png' : transparent !== false && mode !== 'RGB';
}

/** Without alpha; transparent pixels become white: MapProxy's transparent is white without alpha (rows IMG-06, IMG-11). */
async function flat(raster: Raster): Promise<PixelRaster> {
  const { width, height } = raster;
  const target = { data: Buffer.allocUnsafe(width * height * 3), width, height, channels: 3 } as const;
  if (raster.opaque) {
    await pixels.blit(target, asPixels(raster), 0, 0);
  } else {
    target.data.fill(WHITE);
    await pixels.composite(target, asPixels(raster));
  }
  return target;
}
