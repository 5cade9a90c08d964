import type { Sharp } from 'sharp';
import { imageKind } from './format.ts';
import type { ImageSettings } from './options.ts';
import { asSharp, type Raster } from './raster.ts';

export interface EncodedImage {
  readonly body: Buffer;
  /** Of the bytes, without options: `image/png`. */
  readonly mimeType: string;
}

const WHITE = { r: 255, g: 255, b: 255 };

/** Speed of the palette search, 1 to 10: at 1 a tile takes a tenth of the library's default, at nearly the same size. */
const PALETTE_EFFORT = 1;

/**
 * Writes a picture as configured (section 3 of the behaviour rows). The `mixed` format becomes PNG where a pixel is
 * translucent, JPEG elsewhere (row IMG-07).
 *
 * @throws RangeError for a format that cannot be written
 */
export async function encodeImage(raster: Raster, settings: ImageSettings): Promise<EncodedImage> {
  const kind = settings.format.endsWith('mixed') ? (isOpaque(raster) ? 'jpeg' : 'png') : imageKind(settings.format);
  if (kind === undefined) throw new RangeError(`cannot write images of format '${settings.format}'`);
  return { body: await write(raster, settings, kind), mimeType: `image/${kind}` };
}

function write(raster: Raster, settings: ImageSettings, kind: 'png' | 'jpeg' | 'gif' | 'tiff'): Promise<Buffer> {
  const image = asSharp(raster);
  switch (kind) {
    case 'jpeg':
      return opaque(image, raster).jpeg({ quality: settings.jpegQuality, chromaSubsampling: '4:2:0' }).toBuffer();
    case 'png':
      return png(withAlphaAsConfigured(image, raster, settings), settings).toBuffer();
    case 'gif':
      return withAlphaAsConfigured(image, raster, settings).gif({ effort: 1, dither: 0 }).toBuffer();
    case 'tiff': {
      const compressions = { raw: 'none', tiff_lzw: 'lzw', jpeg: 'jpeg' } as const;
      const compression = compressions[settings.tiffCompression ?? 'raw'];
      return withAlphaAsConfigured(image, raster, settings).tiff({ compression, predictor: 'none' }).toBuffer();
    }
  }
}

function png(image: Sharp, { colors }: ImageSettings): Sharp {
  if (colors === 0) return image.png({ compressionLevel: 6 });
  // A palette of one colour is not allowed by the library.
  return image.png({ palette: true, colours: Math.max(colors, 2), effort: PALETTE_EFFORT, dither: 0 });
}

function withAlphaAsConfigured(image: Sharp, raster: Raster, { transparent, mode }: ImageSettings): Sharp {
  return transparent === false || mode === 'RGB' || raster.opaque ? opaque(image, raster) : image;
}

/** Transparent pixels become white: MapProxy's transparent is white without alpha (rows IMG-06, IMG-11). */
function opaque(image: Sharp, raster: Raster): Sharp {
  return raster.opaque ? image.removeAlpha() : image.flatten({ background: WHITE });
}

function isOpaque(raster: Raster): boolean {
  if (raster.opaque) return true;
  for (let at = 3; at < raster.data.length; at += 4) if (raster.data[at] !== 255) return false;
  return true;
}
