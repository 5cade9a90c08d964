import type { Bbox } from '../grid/types.ts';
import type { Point } from '../srs/types.ts';
import type { Polygon, Ring } from './contract.ts';

/** A closed ring with fewer points has no area. */
export const FEWEST_POINTS = 4;

/**
 * What a bbox shows of polygons, in time that grows with their points alone. Parts that only hang together outside of
 * the bbox stay joined by lines along its edge (Sutherland and Hodgman, 1974): those who draw choose a bbox somewhat
 * larger than their map.
 */
export function clipPolygons(polygons: readonly Polygon[], bbox: Bbox): Polygon[] {
  return polygons.flatMap(([outline, ...holes]): Polygon[] => {
    const clipped = clipRing(outline, bbox);
    if (clipped.length < FEWEST_POINTS) return [];
    return [[clipped, ...holes.map((hole) => clipRing(hole, bbox)).filter(({ length }) => length >= FEWEST_POINTS)]];
  });
}

function clipRing(ring: Ring, [west, south, east, north]: Bbox): Ring {
  let points: readonly Point[] = ring.slice(0, -1);
  points = clipSide(points, 0, west, 1);
  points = clipSide(points, 1, south, 1);
  points = clipSide(points, 0, east, -1);
  points = clipSide(points, 1, north, -1);
  const [first] = points;
  return first === undefined ? [] : [...points, first];
}

/** Keeps what is on one side of a line across an axis: above `bound` for sign 1, below it for -1. */
function clipSide(points: readonly Point[], axis: 0 | 1, bound: number, sign: 1 | -1): Point[] {
  const result: Point[] = [];
  let previous = points.at(-1);
  for (const point of points) {
    const isInside = (point[axis] - bound) * sign >= 0;
    const wasInside = previous !== undefined && (previous[axis] - bound) * sign >= 0;
    if (previous !== undefined && isInside !== wasInside) result.push(crossing(previous, point, axis, bound));
    if (isInside) result.push(point);
    previous = point;
  }
  return result;
}

function crossing(one: Point, other: Point, axis: 0 | 1, bound: number): Point {
  const part = (bound - one[axis]) / (other[axis] - one[axis]);
  return axis === 0 ? [bound, one[1] + part * (other[1] - one[1])] : [one[0] + part * (other[0] - one[0]), bound];
}
