import type { Bbox } from '../grid/types.ts';
import type { Point } from '../srs/types.ts';
import type { Polygon } from './contract.ts';

export function bboxPolygon([west, south, east, north]: Bbox): Polygon {
  const corner: Point = [west, south];
  return [[corner, [east, south], [east, north], [west, north], corner]];
}
