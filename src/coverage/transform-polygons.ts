import type { Srs } from '../srs/srs.ts';
import type { Bbox, Point } from '../srs/types.ts';
import type { Polygon, Ring } from './contract.ts';

/** How far a straight line between two points of a ring may lie from the true one, in parts of the ring's extent. */
const FLATNESS = 1e-4;

/** How often a line is halved: enough for a parallel around the world. */
const DEEPEST = 8;

/**
 * Polygons in another system. Lines that are straight in one system are curves in another: points are put between where
 * that shows.
 *
 * @throws RangeError where one of them has no place there
 */
export function transformPolygons(polygons: readonly Polygon[], from: Srs, to: Srs): Polygon[] {
  return polygons.map(([outline, ...holes]) => [
    transformRing(outline, from, to),
    ...holes.map((hole) => transformRing(hole, from, to)),
  ]);
}

function transformRing(ring: Ring, from: Srs, to: Srs): Ring {
  const corners = ring.map((point) => from.transformPoint(to, point));
  const [west, south, east, north] = extentOf(corners);
  const tolerance = FLATNESS * Math.max(east - west, north - south);
  const result: Point[] = [];

  /** Points from `start` up to `end`, without `end`. */
  const line = (start: Point, end: Point, there: Point, thereEnd: Point, depth: number): void => {
    const middle: Point = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
    const place = from.transformPoint(to, middle);
    const off = Math.hypot(place[0] - (there[0] + thereEnd[0]) / 2, place[1] - (there[1] + thereEnd[1]) / 2);
    if (depth === 0 || off <= tolerance) {
      result.push(there);
      return;
    }
    line(start, middle, there, place, depth - 1);
    line(middle, end, place, thereEnd, depth - 1);
  };

  for (const [index, start] of ring.entries()) {
    const [end, there, thereEnd] = [ring[index + 1], corners[index], corners[index + 1]];
    if (there === undefined) break;
    if (end === undefined || thereEnd === undefined) result.push(there);
    else line(start, end, there, thereEnd, DEEPEST);
  }
  return result;
}

/** The smallest bbox around points. */
export function extentOf(points: readonly Point[]): Bbox {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    west = Math.min(west, x);
    south = Math.min(south, y);
    east = Math.max(east, x);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}
