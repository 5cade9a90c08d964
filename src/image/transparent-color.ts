import type { Color } from './color.ts';
import { CHANNELS, type Raster } from './raster.ts';

export interface TransparentColor {
  readonly color: Color;
  /** How far each channel may be off. */
  readonly tolerance: number;
}

/** The picture with pixels of one colour, or nearly so, made transparent (row IMG-14); alpha elsewhere stays. */
export function makeTransparent(raster: Raster, { color, tolerance }: TransparentColor): Raster {
  const data = Buffer.from(raster.data);
  const [red, green, blue] = color;
  let found = false;
  for (let at = 0; at < data.length; at += CHANNELS) {
    if (
      Math.abs((data[at] ?? 0) - red) <= tolerance &&
      Math.abs((data[at + 1] ?? 0) - green) <= tolerance &&
      Math.abs((data[at + 2] ?? 0) - blue) <= tolerance
    ) {
      data[at + 3] = 0;
      found = true;
    }
  }
  return { ...raster, data, opaque: raster.opaque && !found };
}
