import type { Raster as PixelRaster } from '@mapgate/pixels';
import sharp, { type Sharp } from 'sharp';
import type { Size } from '../grid/types.ts';
import { MAX_PIXELS } from './limits.ts';
import { asSharp } from './raster.ts';

/** Rec. 601: what of red, green and blue is seen as brightness. */
const LUMA: [number, number, number] = [0.299, 0.587, 0.114];
const ROUNDING: [number, number, number] = [0.5, 0.5, 0.5];

/**
 * The brightness of a picture without alpha, in one channel, to the bit as Pillow's mode `L` has it (row IMG-01).
 *
 * @param bits 16: mode `I`, with the same part of white in each sample
 */
export function greyOf(picture: PixelRaster, bits: 8 | 16): Sharp {
  const grey = asSharp(picture).recomb([LUMA, LUMA, LUMA]).linear([1, 1, 1], ROUNDING).extractChannel(0);
  return grey.toColourspace(bits === 8 ? 'b-w' : 'grey16');
}

/** How a file that is one channel of grey has it, 8 or 16 bits; undefined for other files. */
export async function greyBits(body: Buffer): Promise<8 | 16 | undefined> {
  const { channels, depth } = await sharp(body, { limitInputPixels: MAX_PIXELS }).metadata();
  if (channels !== 1) return undefined;
  return depth === 'uchar' ? 8 : depth === 'ushort' ? 16 : undefined;
}

/** A part of a file of 16 bits of grey, which pictures in memory have no place for: heights lose nothing. */
export function cutGrey16(body: Buffer, left: number, top: number, [width, height]: Size, kind: 'png' | 'tiff') {
  const part = sharp(body, { limitInputPixels: MAX_PIXELS }).extract({ left, top, width, height });
  const grey = part.toColourspace('grey16');
  return (kind === 'png' ? grey.png() : grey.tiff({ compression: 'none', predictor: 'none' })).toBuffer();
}
