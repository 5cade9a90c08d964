import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Quad } from '@mapgate/pixels';
import type { Size } from '../grid/types.ts';

/** Replaces points of the new picture, x and y in turn, by those of the old one; NaN: has no place there. */
export type Locate = (points: Float64Array) => void;

export interface Mesh {
  readonly quads: readonly Quad[];
  /** Whether every pixel of the new picture lies in the old one. */
  readonly isWhole: boolean;
}

/**
 * How far off a pixel may be, in pixels of the new picture, and never more than twice as many of the old one. MapProxy
 * looks for one pixel in the middle of a quad (row IMG-17); here nothing anywhere in it is off by as much.
 */
const MOST_ERROR = 0.4;

/** Nothing finer than this many pixels is looked for at first: islands of what a projection has a place for. */
const FIRST_QUAD = 64;

/** Nor finer than this part of a side, for the time that a large map would take. */
const FIRST_PARTS = 16;

/** What has to be divided and is no larger, in pixels, is looked at pixel by pixel: looking at parts takes more points. */
const LAST_QUAD = 16;

/**
 * Points that are located before others get their turn: about 10 ms. A map of the whole world around a pole takes some
 * hundred thousand.
 */
export const POINTS_A_TURN = 4096;

type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

/**
 * Divides a new picture into quads whose pixels may be interpolated between their corners, smaller where the way into
 * the old picture is crooked. Single pixels are left along its breaks: the antimeridian, poles, the end of a
 * projection's domain. Between parts of the work the event loop goes on.
 */
export async function buildMesh(size: Size, old: Size, locate: Locate): Promise<Mesh> {
  const quads: Quad[] = [];
  let [area, isInside] = [0, true];
  const keep = ([left, top, right, bottom]: Rectangle, corners: Quad['corners']) => {
    quads.push({ left, top, right, bottom, corners });
    area += (right - left) * (bottom - top);
    isInside &&= isWithin(corners, old);
  };
  const keepPixels = (pixels: readonly Rectangle[]) => {
    const centres = Float64Array.from(pixels.flatMap(([left, top]) => [left + 0.5, top + 0.5]));
    locate(centres);
    pixels.forEach((pixel, index) => {
      const [x = Number.NaN, y = Number.NaN] = [centres[index * 2], centres[index * 2 + 1]];
      if (Number.isFinite(x) && Number.isFinite(y)) keep(pixel, [x, y, x, y, x, y, x, y]);
    });
  };
  /** @returns what has to be divided */
  const keepStraight = (rectangles: readonly Rectangle[]) => {
    const nodes = Float64Array.from(rectangles.flatMap(nodesOf));
    locate(nodes);
    return rectangles.filter((rectangle, index) => {
      const found = nodes.subarray(index * NODES.length * 2, (index + 1) * NODES.length * 2);
      if (found.every(Number.isNaN) || isBeside(found, old)) return false;
      const corners = straightCorners(found, rectangle);
      if (corners !== undefined) keep(rectangle, corners);
      return corners === undefined;
    });
  };

  const turns = new Turns();
  const pixels: Rectangle[] = [];
  for (let waiting = firstRectangles(size); waiting.length > 0; ) {
    const next: Rectangle[] = [];
    for await (const some of turns.share(waiting, NODES.length)) {
      for (const crooked of keepStraight(some)) {
        if (areaOf(crooked) > LAST_QUAD) next.push(...divide(crooked));
        else pixels.push(...pixelsOf(crooked));
      }
    }
    waiting = next;
  }
  for await (const some of turns.share(pixels, 1)) keepPixels(some);
  return { quads, isWhole: isInside && area === size[0] * size[1] };
}

function firstRectangles([width, height]: Size): Rectangle[] {
  const [stepX, stepY] = [width, height].map((side) => Math.max(FIRST_QUAD, Math.ceil(side / FIRST_PARTS)));
  const rectangles: Rectangle[] = [];
  for (let top = 0; top < height; top += stepY ?? height) {
    for (let left = 0; left < width; left += stepX ?? width) {
      rectangles.push([left, top, Math.min(left + (stepX ?? width), width), Math.min(top + (stepY ?? height), height)]);
    }
  }
  return rectangles;
}

function areaOf([left, top, right, bottom]: Rectangle): number {
  return (right - left) * (bottom - top);
}

function pixelsOf([left, top, right, bottom]: Rectangle): Rectangle[] {
  const width = right - left;
  return Array.from({ length: width * (bottom - top) }, (_, index): Rectangle => {
    const [x, y] = [left + (index % width), top + Math.floor(index / width)];
    return [x, y, x + 1, y + 1];
  });
}

/** Divides work so that the event loop goes on after every `POINTS_A_TURN` points. */
class Turns {
  #points = 0;

  /** The items in parts; each takes so many points. */
  async *share(items: readonly Rectangle[], points: number): AsyncGenerator<readonly Rectangle[]> {
    for (let at = 0; at < items.length; ) {
      const room = Math.floor((POINTS_A_TURN - this.#points) / points);
      if (room < 1) {
        await nextTurn();
        this.#points = 0;
        continue;
      }
      const part = items.slice(at, at + room);
      this.#points += part.length * points;
      at += part.length;
      yield part;
    }
  }
}

/** Where a rectangle is looked at, in parts of its sides: corners in a quad's order, the middle of its edges, its centre. */
const NODES = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
  [0, 0.5],
  [0.5, 1],
  [1, 0.5],
  [0.5, 0],
  [0.5, 0.5],
] as const;

function nodesOf([left, top, right, bottom]: Rectangle): number[] {
  return NODES.flatMap(([u, v]) => [left + (right - left) * u, top + (bottom - top) * v]);
}

/** The corners, where everything between them is nearly on straight lines. */
function straightCorners(nodes: Float64Array, [left, top, right, bottom]: Rectangle): Quad['corners'] | undefined {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = nodes;
  const oldDiagonal = Math.max(Math.hypot(x2 - x0, y2 - y0), Math.hypot(x3 - x1, y3 - y1));
  // Where the old picture is enlarged, its pixels are larger than those that may be off; where it is shrunk, smaller.
  const scale = Math.min(2, oldDiagonal / Math.hypot(right - left, bottom - top));
  const most = (MOST_ERROR * scale) ** 2;
  for (let index = 4; index < NODES.length; index++) {
    const [u, v] = NODES[index] ?? [0, 0];
    const x = (x0 * (1 - u) + x3 * u) * (1 - v) + (x1 * (1 - u) + x2 * u) * v;
    const y = (y0 * (1 - u) + y3 * u) * (1 - v) + (y1 * (1 - u) + y2 * u) * v;
    const [dx, dy] = [x - (nodes[index * 2] ?? 0), y - (nodes[index * 2 + 1] ?? 0)];
    // NaN is not smaller either.
    if (!(dx * dx + dy * dy <= most)) return undefined;
  }
  return [x0, y0, x1, y1, x2, y2, x3, y3];
}

/** How far beside the old picture nodes have to be, in parts of how far they are from each other: edges may be bent. */
const BEND = 0.25;

/** Whether all of a rectangle lies to one side of the old picture: how crooked it is there does not matter. */
function isBeside(nodes: Float64Array, old: Size): boolean {
  return old.some((side, axis) => {
    const values = nodes.filter((_, index) => index % 2 === axis);
    // NaN is in no comparison: what has no place there is looked at more closely.
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const margin = 1 + (most - least) * BEND;
    return least > side + margin || most < -margin;
  });
}

function divide([left, top, right, bottom]: Rectangle): Rectangle[] {
  const [middle, centre] = [Math.ceil((left + right) / 2), Math.ceil((top + bottom) / 2)];
  const columns = right - left > 1 ? [left, middle, right] : [left, right];
  const rows = bottom - top > 1 ? [top, centre, bottom] : [top, bottom];
  return columns.slice(1).flatMap((end, column) => {
    return rows.slice(1).map((low, row): Rectangle => [columns[column] ?? 0, rows[row] ?? 0, end, low]);
  });
}

/** Rounding leaves corners a little outside; the pixels' centres are not. */
const ROUNDING = 1e-3;

function isWithin(corners: Quad['corners'], [width, height]: Size): boolean {
  return corners.every((value, index) => {
    return value >= -ROUNDING && value <= (index % 2 === 0 ? width : height) + ROUNDING;
  });
}
