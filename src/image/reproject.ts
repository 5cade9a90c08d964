import type { Bbox, Size } from '../grid/types.ts';
import type { Srs } from '../srs/srs.ts';
import type { Point } from '../srs/types.ts';
import type { Resampling } from './options.ts';
import { blankRaster, CHANNELS, type Raster } from './raster.ts';

/** From which map to which. */
export interface Reprojection {
  readonly fromBbox: Bbox;
  readonly fromSrs: Srs;
  readonly toBbox: Bbox;
  readonly toSrs: Srs;
  /** Of the new map in pixels. */
  readonly size: Size;
  readonly method: Resampling;
}

/** Pixels between points that are transformed exactly; between them positions are interpolated. */
const MESH = 16;

/** A map in another SRS (row IMG-17). What has no place in the old map is transparent. */
export async function reproject(image: Raster, reprojection: Reprojection): Promise<Raster> {
  const { size, method } = reprojection;
  const target = blankRaster(size);
  const sample = method === 'nearest' ? nearest : bilinear;
  const mesh = meshOf(image, reprojection);
  let isWhole = true;
  for (let y = 0; y < size[1]; y++) {
    for (let x = 0; x < size[0]; x++) {
      const found = mesh(x + 0.5, y + 0.5);
      const isInside = found !== undefined && sample(image, found, target.data, (y * size[0] + x) * CHANNELS);
      isWhole &&= isInside;
    }
  }
  return { ...target, opaque: isWhole && image.opaque };
}

/** Where a point of the new map is in the old one, both in pixels. */
function meshOf(image: Raster, { fromBbox, fromSrs, toBbox, toSrs, size }: Reprojection) {
  const columns = Math.ceil(size[0] / MESH) + 1;
  const rows = Math.ceil(size[1] / MESH) + 1;
  const [resX, resY] = [(toBbox[2] - toBbox[0]) / size[0], (toBbox[3] - toBbox[1]) / size[1]];
  const scaleX = image.width / (fromBbox[2] - fromBbox[0]);
  const scaleY = image.height / (fromBbox[3] - fromBbox[1]);
  const nodes = Array.from({ length: columns * rows }, (_, index): Point | undefined => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    try {
      const place: Point = [toBbox[0] + column * MESH * resX, toBbox[3] - row * MESH * resY];
      const [x, y] = toSrs.transformPoint(fromSrs, place);
      return [(x - fromBbox[0]) * scaleX, (fromBbox[3] - y) * scaleY];
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  });
  return (x: number, y: number): Point | undefined => {
    const [column, row] = [Math.floor(x / MESH), Math.floor(y / MESH)];
    const first = row * columns + column;
    const [a, b, c, d] = [nodes[first], nodes[first + 1], nodes[first + columns], nodes[first + columns + 1]];
    if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
    const [u, v] = [x / MESH - column, y / MESH - row];
    const between = (axis: 0 | 1) =>
      (a[axis] * (1 - u) + b[axis] * u) * (1 - v) + (c[axis] * (1 - u) + d[axis] * u) * v;
    return [between(0), between(1)];
  };
}

/** Writes a pixel; false: it is not in the picture. */
type Sample = (image: Raster, place: Point, target: Buffer, at: number) => boolean;

const nearest: Sample = ({ data, width, height }, [x, y], target, at) => {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) return false;
  const from = (row * width + column) * CHANNELS;
  data.copy(target, at, from, from + CHANNELS);
  return true;
};

/** Colours count by their alpha, so that those of transparent pixels do not show. */
const bilinear: Sample = ({ data, width, height }, [x, y], target, at) => {
  if (x < 0 || y < 0 || x > width || y > height) return false;
  const left = Math.min(Math.max(x - 0.5, 0), width - 1);
  const top = Math.min(Math.max(y - 0.5, 0), height - 1);
  const [column, row] = [Math.floor(left), Math.floor(top)];
  const sums = [0, 0, 0, 0];
  for (const [dx, dy] of CORNERS) {
    const weight = (dx === 0 ? 1 - (left - column) : left - column) * (dy === 0 ? 1 - (top - row) : top - row);
    const from = (Math.min(row + dy, height - 1) * width + Math.min(column + dx, width - 1)) * CHANNELS;
    const alpha = (data[from + 3] ?? 0) * weight;
    for (let channel = 0; channel < 3; channel++) {
      sums[channel] = (sums[channel] ?? 0) + (data[from + channel] ?? 0) * alpha;
    }
    sums[3] = (sums[3] ?? 0) + alpha;
  }
  const [red = 0, green = 0, blue = 0, alpha = 0] = sums;
  if (alpha > 0) {
    target[at] = Math.round(red / alpha);
    target[at + 1] = Math.round(green / alpha);
    target[at + 2] = Math.round(blue / alpha);
  }
  target[at + 3] = Math.round(alpha);
  return true;
};

const CORNERS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;
