import { bboxIntersection, bboxUnion } from '../grid/bbox.ts';
import type { Bbox } from '../grid/types.ts';
import { type Srs, srsByCode } from '../srs/srs.ts';

/** Points on a side of the lattice that is laid over a map. */
const LATTICE = 33;

/** Parts of the outline's own size that a lattice point may be outside of it: outlines are taken at a few points only. */
const MARGIN = 0.05;

/**
 * What has to be known in another system for a map: the bbox of its outline there, as MapProxy takes it (row GRD-05).
 * Where that does not hold the inner points, because a pole is among them, or part of the outline has no place there, it
 * is the bbox of all points that do. Undefined: nothing within `limit`.
 */
export function neededBbox(bbox: Bbox, srs: Srs, to: Srs, limit: Bbox): Bbox | undefined {
  if (srs.equals(to)) return bbox;
  const outline = outlineBbox(bbox, srs, to);
  if (outline !== undefined && isSmallAndFarFromPoles(bbox, srs)) return outline;
  const inner = latticeBbox(bbox, srs, to, limit);
  if (outline === undefined) return inner;
  return inner === undefined || isNearlyWithin(inner, outline)
    ? outline
    : bboxIntersection(bboxUnion(inner, outline), limit);
}

/** Degrees of longitude or latitude, and of latitude. */
const SMALL = 5;
const FAR_FROM_POLES = 80;

/** Whether the outline is sure to hold the inner points: most maps show a town, and need not be looked at point by point. */
function isSmallAndFarFromPoles([west, south, east, north]: Bbox, srs: Srs): boolean {
  const points = Float64Array.of(west, south, west, north, east, north, east, south);
  srs.transformPoints(srsByCode('EPSG:4326'), points);
  for (let axis = 0; axis < 2; axis++) {
    const values = [0, 2, 4, 6].map((at) => points[at + axis] ?? Number.NaN);
    if (!(Math.max(...values) - Math.min(...values) < SMALL)) return false;
    if (axis === 1 && !values.every((latitude) => Math.abs(latitude) < FAR_FROM_POLES)) return false;
  }
  return true;
}

function outlineBbox(bbox: Bbox, srs: Srs, to: Srs): Bbox | undefined {
  try {
    return srs.transformBbox(to, bbox);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function latticeBbox([west, south, east, north]: Bbox, srs: Srs, to: Srs, limit: Bbox): Bbox | undefined {
  const points = new Float64Array(LATTICE * LATTICE * 2);
  for (let index = 0; index < LATTICE * LATTICE; index++) {
    points[index * 2] = west + ((east - west) * (index % LATTICE)) / (LATTICE - 1);
    points[index * 2 + 1] = south + ((north - south) * Math.floor(index / LATTICE)) / (LATTICE - 1);
  }
  srs.transformPoints(to, points);
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < points.length; at += 2) {
    const [x = Number.NaN, y = Number.NaN] = [points[at], points[at + 1]];
    if (!(x >= limit[0] && x <= limit[2] && y >= limit[1] && y <= limit[3])) continue;
    [left, bottom, right, top] = [Math.min(left, x), Math.min(bottom, y), Math.max(right, x), Math.max(top, y)];
  }
  return left < right && bottom < top ? [left, bottom, right, top] : undefined;
}

function isNearlyWithin(inner: Bbox, outer: Bbox): boolean {
  const x = (outer[2] - outer[0]) * MARGIN;
  const y = (outer[3] - outer[1]) * MARGIN;
  return inner[0] >= outer[0] - x && inner[1] >= outer[1] - y && inner[2] <= outer[2] + x && inner[3] <= outer[3] + y;
}
