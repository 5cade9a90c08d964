import type { Color } from './color.ts';
import { pixels } from './pixels.ts';
import { asPixels, fromPixels, type Raster } from './raster.ts';

export interface TransparentColor {
  readonly color: Color;
  /** How far each channel may be off. */
  readonly tolerance: number;
}

/** The most that two channels differ. */
const ANY_COLOR = 255;

/** The picture with pixels of one colour, or nearly so, made transparent (row IMG-14); alpha elsewhere stays. */
export async function makeTransparent(raster: Raster, { color, tolerance }: TransparentColor): Promise<Raster> {
  const [red, green, blue] = color;
  const most = Math.min(Math.max(Math.trunc(tolerance), 0), ANY_COLOR);
  return fromPixels(await pixels.transparentColor(asPixels(raster), [red, green, blue], most), false);
}
