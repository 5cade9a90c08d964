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
    const nodes = nodesOf(rectangles);
    locate(nodes);
    return rectangles.filter((rectangle, index) => {
      const at = index * NODES.length * 2;
      if (isNowhere(nodes, at) || isBeside(nodes, at, old)) return false;
      const corners = straightCorners(nodes, at, rectangle);
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

function nodesOf(rectangles: readonly Rectangle[]): Float64Array {
  const nodes = new Float64Array(rectangles.length * NODES.length * 2);
  let at = 0;
  for (const rectangle of rectangles) {
    const [left, top, right, bottom] = rectangle;
    for (const node of NODES) {
      nodes[at++] = left + (right - left) * node[0];
      nodes[at++] = top + (bottom - top) * node[1];
    }
  }
  return nodes;
}

function isNowhere(nodes: Float64Array, at: number): boolean {
  for (let index = 0; index < NODES.length * 2; index++) {
    if (!Number.isNaN(nodes[at + index])) return false;
  }
  return true;
}

/** The corners, where everything between them is nearly on straight lines. `nodes` are the rectangle's from `at` on. */
function straightCorners(
  nodes: Float64Array,
  at: number,
  [left, top, right, bottom]: Rectangle,
): Quad['corners'] | undefined {
  const value = (index: number) => nodes[at + index] ?? Number.NaN;
  const [x0, y0, x1, y1] = [value(0), value(1), value(2), value(3)];
  const [x2, y2, x3, y3] = [value(4), value(5), value(6), value(7)];
  const oldDiagonal = Math.max(Math.hypot(x2 - x0, y2 - y0), Math.hypot(x3 - x1, y3 - y1));
  // Where the old picture is enlarged, its pixels are larger than those that may be off; where it is shrunk, smaller.
  const scale = Math.min(2, oldDiagonal / Math.hypot(right - left, bottom - top));
  const most = (MOST_ERROR * scale) ** 2;
  for (let index = 4; index < NODES.length; index++) {
    const node = NODES[index] ?? NODES[0];
    const [u, v] = [node[0], node[1]];
    const x = (x0 * (1 - u) + x3 * u) * (1 - v) + (x1 * (1 - u) + x2 * u) * v;
    const y = (y0 * (1 - u) + y3 * u) * (1 - v) + (y1 * (1 - u) + y2 * u) * v;
    const [dx, dy] = [x - value(index * 2), y - value(index * 2 + 1)];
    // NaN is not smaller either.
    if (!(dx * dx + dy * dy <= most)) return undefined;
  }
  return [x0, y0, x1, y1, x2, y2, x3, y3];
}

/** How far beside the old picture nodes have to be, in parts of how far they are from each other: edges may be bent. */
const BEND = 0.25;

/** Whether all of a rectangle lies to one side of the old picture: how crooked it is there does not matter. */
function isBeside(nodes: Float64Array, at: number, old: Size): boolean {
  return liesBeside(nodes, at, old[0]) || liesBeside(nodes, at + 1, old[1]);
}

/** The same of one coordinate, of which each second number is. */
function liesBeside(nodes: Float64Array, at: number, side: number): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < NODES.length; index++) {
    const value = nodes[at + index * 2] ?? Number.NaN;
    // What has no place there is looked at more closely.
    if (Number.isNaN(value)) return false;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const margin = 1 + (most - least) * BEND;
  return least > side + margin || most < -margin;
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
