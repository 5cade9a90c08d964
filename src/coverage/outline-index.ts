import Flatbush from 'flatbush';
import type { Bbox } from '../grid/types.ts';
import type { Point } from '../srs/types.ts';
import type { Polygon } from './contract.ts';

/** So much smaller is a bbox taken, in parts of its size, that lines along its sides do not count as inside of it. */
const INSET = 1e-9;

/**
 * Answers where bboxes and points lie in polygons, in time that hardly grows with their points: the lines of all
 * outlines and holes in an R-tree.
 */
export class OutlineIndex {
  /** Four numbers for each line: x and y of its start and its end. */
  readonly #lines: Float64Array;
  readonly #tree: Flatbush;
  readonly #bbox: Bbox;

  /** @param polygons valid, at least one */
  constructor(polygons: readonly Polygon[], bbox: Bbox) {
    const rings = polygons.flat();
    const count = rings.reduce((sum, { length }) => sum + length - 1, 0);
    this.#lines = new Float64Array(4 * count);
    this.#tree = new Flatbush(count);
    this.#bbox = bbox;
    let at = 0;
    for (const ring of rings) {
      for (let index = 1; index < ring.length; index++) {
        const [startX, startY] = ring[index - 1] ?? [0, 0];
        const [endX, endY] = ring[index] ?? [0, 0];
        this.#lines.set([startX, startY, endX, endY], at);
        this.#tree.add(Math.min(startX, endX), Math.min(startY, endY), Math.max(startX, endX), Math.max(startY, endY));
        at += 4;
      }
    }
    this.#tree.finish();
  }

  /** Whether a bbox is inside as a whole; it may touch the outline. */
  contains(bbox: Bbox): boolean {
    return !this.#hasLineIn(bbox) && this.hasPoint(centerOf(bbox));
  }

  /** Whether a bbox and the area overlap; touching does not count. */
  intersects(bbox: Bbox): boolean {
    return this.#hasLineIn(bbox) || this.hasPoint(centerOf(bbox));
  }

  /** Even and odd: a ray from the point to the east crosses the outlines an odd number of times. */
  hasPoint([x, y]: Point): boolean {
    let isInside = false;
    this.#tree.search(x, y, this.#bbox[2], y, (index) => {
      const [startX, startY, endX, endY] = this.#line(index);
      if (startY > y !== endY > y && x < startX + ((y - startY) / (endY - startY)) * (endX - startX)) {
        isInside = !isInside;
      }
      return false;
    });
    return isInside;
  }

  #hasLineIn([west, south, east, north]: Bbox): boolean {
    const [insetX, insetY] = [(east - west) * INSET, (north - south) * INSET];
    const inner: Bbox = [west + insetX, south + insetY, east - insetX, north - insetY];
    let found = false;
    // A filter that takes a line ends nothing; once one is found, the others are only passed by.
    this.#tree.search(...inner, (index) => {
      found ||= crosses(this.#line(index), inner);
      return false;
    });
    return found;
  }

  #line(index: number): Line {
    const [startX = 0, startY = 0, endX = 0, endY = 0] = this.#lines.subarray(4 * index, 4 * index + 4);
    return [startX, startY, endX, endY];
  }
}

type Line = readonly [startX: number, startY: number, endX: number, endY: number];

/** Whether a part of a line is in a bbox (Liang and Barsky, 1984). */
function crosses([startX, startY, endX, endY]: Line, [west, south, east, north]: Bbox): boolean {
  const [stepX, stepY] = [endX - startX, endY - startY];
  let [from, to] = [0, 1];
  for (const [step, room] of [
    [-stepX, startX - west],
    [stepX, east - startX],
    [-stepY, startY - south],
    [stepY, north - startY],
  ] as const) {
    if (step === 0) {
      if (room < 0) return false;
    } else if (step < 0) from = Math.max(from, room / step);
    else to = Math.min(to, room / step);
  }
  return from <= to;
}

function centerOf([west, south, east, north]: Bbox): Point {
  return [(west + east) / 2, (south + north) / 2];
}
