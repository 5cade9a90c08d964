import type { Bbox, Size } from '../grid/types.ts';
import type { Point } from '../srs/types.ts';
import type { Ring } from './contract.ts';

/** How far a mask stays inside its coverage, in pixels (row IMG-16). */
export const MASK_MARGIN = 0.1;

/** A point in map units as pixels of a map: x to the right, y downwards, fractions kept. */
export function toPixels([x, y]: Point, [west, south, east, north]: Bbox, [width, height]: Size): Point {
  return [((x - west) / (east - west)) * width, ((north - y) / (north - south)) * height];
}

/** Points closer to each other than this are one, in pixels: half of what a mask stays inside. */
const FINEST = 0.05;

/** A ring in pixels without the points that nobody could see: a coast on a small map has thousands. */
export function thinned(ring: Ring): Ring {
  const kept: Point[] = [];
  let [lastX, lastY] = [Infinity, Infinity];
  for (const point of ring) {
    if (Math.abs(point[0] - lastX) < FINEST && Math.abs(point[1] - lastY) < FINEST) continue;
    kept.push(point);
    [lastX, lastY] = point;
  }
  const [first, last] = [kept[0], kept.at(-1)];
  const isClosed = first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1];
  return first === undefined || isClosed ? kept : [...kept, first];
}
