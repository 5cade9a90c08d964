import { changeDatum, type Datum, type GeodeticPoint, sameDatum } from './datum.ts';
import type { Projection } from './projection.ts';

/**
 * From one system into another: the first projection back to longitude and latitude, the shift between the datums, the
 * second projection.
 */
export class Transformation {
  readonly #from: Projection;
  readonly #to: Projection;
  /** Undefined: both have the same, or one is not known. */
  readonly #shift: { readonly from: Datum; readonly to: Datum } | undefined;
  /** One for all points: nothing is allocated for each. */
  readonly #point: GeodeticPoint = { x: 0, y: 0 };

  /** @param isSameBase whether both are built on the same geographic system, between which nothing shifts */
  constructor(from: Projection, to: Projection, isSameBase: boolean) {
    this.#from = from;
    this.#to = to;
    const isShifted = !isSameBase && from.datum && to.datum && !sameDatum(from.datum, to.datum);
    this.#shift = isShifted && from.datum && to.datum ? { from: from.datum, to: to.datum } : undefined;
  }

  /** Replaces points, x and y in turn; NaN for those that have no place there. */
  transform(points: Float64Array): void {
    const point = this.#point;
    const shift = this.#shift;
    for (let index = 0; index + 1 < points.length; index += 2) {
      point.x = points[index] ?? Number.NaN;
      point.y = points[index + 1] ?? Number.NaN;
      if (this.#from.toGeodetic(point)) {
        if (shift !== undefined) changeDatum(point, shift.from, shift.to);
        if (!this.#to.fromGeodetic(point)) point.x = Number.NaN;
      } else {
        point.x = Number.NaN;
      }
      points[index] = point.x;
      points[index + 1] = Number.isNaN(point.x) ? Number.NaN : point.y;
    }
  }
}
