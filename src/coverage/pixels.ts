import type { Bbox, Size } from '../grid/types.ts';
import type { Point } from '../srs/types.ts';

/** How far a mask stays inside its coverage, in pixels (row IMG-16). */
export const MASK_MARGIN = 0.1;

/** A point in map units as pixels of a map: x to the right, y downwards, fractions kept. */
export function toPixels([x, y]: Point, [west, south, east, north]: Bbox, [width, height]: Size): Point {
  return [((x - west) / (east - west)) * width, ((north - y) / (north - south)) * height];
}
