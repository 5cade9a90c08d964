import type { Srs } from '../srs/srs.ts';

/** Replaces points, x and y in turn, by those of another system; NaN for what has no place there. */
export function transformPoints(from: Srs, to: Srs, points: Float64Array): void {
  for (let at = 0; at + 1 < points.length; at += 2) {
    try {
      const [x, y] = from.transformPoint(to, [points[at] ?? Number.NaN, points[at + 1] ?? Number.NaN]);
      points[at] = x;
      points[at + 1] = y;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      points.fill(Number.NaN, at, at + 2);
    }
  }
}
