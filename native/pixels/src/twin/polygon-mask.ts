import type { Raster } from '../contract.ts';
import { toRgba } from './blit.ts';

/** How far a polygon must reach into a pixel to count as touching it; as in cc/kernels/polygon_mask.h. */
const TOUCH_MARGIN = 0.1;

/** From the upper point to the lower. */
interface Edge {
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
}

export function maskByPolygon(raster: Raster, coordinates: Float64Array, sizes: Float64Array): Uint8Array {
  const data = toRgba(raster);
  const mask = new Mask(raster.width, raster.height);
  const edges = edgesOf(coordinates, sizes);
  mask.fillInside(edges);
  for (const edge of edges) mask.markTouched(edge);
  for (let i = 0; i < mask.bytes.length; i++) {
    if (mask.bytes[i] !== 0) continue;
    data.fill(255, i * 4, i * 4 + 3);
    data[i * 4 + 3] = 0;
  }
  return data;
}

function edgesOf(coordinates: Float64Array, sizes: Float64Array): Edge[] {
  const edges: Edge[] = [];
  let first = 0;
  for (const size of sizes) {
    for (let i = 0; i < size; i++) {
      const here = first + i * 2;
      const next = first + ((i + 1) % size) * 2;
      const [ax = 0, ay = 0] = coordinates.subarray(here, here + 2);
      const [bx = 0, by = 0] = coordinates.subarray(next, next + 2);
      edges.push(ay > by ? { ax: bx, ay: by, bx: ax, by: ay } : { ax, ay, bx, by });
    }
    first += size * 2;
  }
  return edges.sort((one, other) => one.ay - other.ay);
}

function xAt({ ax, ay, bx, by }: Edge, y: number): number {
  return ax + ((bx - ax) * (y - ay)) / (by - ay);
}

class Mask {
  readonly bytes: Uint8Array;
  readonly #width: number;
  readonly #height: number;

  constructor(width: number, height: number) {
    this.bytes = new Uint8Array(width * height);
    this.#width = width;
    this.#height = height;
  }

  /** Marks the pixels whose centre lies inside; `edges` are sorted by their upper end. */
  fillInside(edges: readonly Edge[]): void {
    let active: Edge[] = [];
    let next = 0;
    for (let y = 0; y < this.#height; y++) {
      const centre = y + 0.5;
      for (let edge = edges[next]; edge !== undefined && edge.ay <= centre; edge = edges[++next]) active.push(edge);
      active = active.filter((edge) => edge.by > centre);
      const crossings = active.map((edge) => xAt(edge, centre)).sort((one, other) => one - other);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        this.#mark(y, Math.ceil((crossings[i] ?? 0) - 0.5), Math.ceil((crossings[i + 1] ?? 0) - 0.5));
      }
    }
  }

  /** In every row, cuts the edge to the row's inner band and marks the pixels whose inner square it passes. */
  markTouched(edge: Edge): void {
    const last = Math.min(this.#height, Math.floor(edge.by) + 1);
    for (let y = Math.max(0, Math.floor(edge.ay)); y < last; y++) {
      const top = Math.max(edge.ay, y + TOUCH_MARGIN);
      const bottom = Math.min(edge.by, y + 1 - TOUCH_MARGIN);
      if (top > bottom) continue;
      const isLevel = edge.ay === edge.by;
      const from = isLevel ? edge.ax : xAt(edge, top);
      const to = isLevel ? edge.bx : xAt(edge, bottom);
      this.#mark(
        y,
        Math.ceil(Math.min(from, to) - 1 + TOUCH_MARGIN),
        Math.floor(Math.max(from, to) - TOUCH_MARGIN) + 1,
      );
    }
  }

  #mark(y: number, from: number, to: number): void {
    const left = Math.min(this.#width, Math.max(0, from));
    const right = Math.min(this.#width, Math.max(0, to));
    if (left < right) this.bytes.fill(1, y * this.#width + left, y * this.#width + right);
  }
}
