import type { Bbox, Point } from './types.ts';

/**
 * Points along the outline of a bbox: the four corners and as many between them on each edge as `count` leaves room
 * for. A transformed bbox computed from corners alone would cut off where edges become curves.
 */
export function edgePoints([west, south, east, north]: Bbox, count: number): Point[] {
  const between = count <= 4 ? 0 : Math.ceil((count - 4) / 4);
  const [width, height] = [east - west, north - south];
  const points: Point[] = [];
  for (let step = 0; step <= between; step++) {
    const part = step / (between + 1);
    points.push(
      [west + width * part, south],
      [east, south + height * part],
      [east - width * part, north],
      [west, north - height * part],
    );
  }
  return points;
}
