import { proj4 } from './projections.ts';
import { CORNER, RESOLUTION, SIDE, TILE } from './site.ts';

/** A picture, RGBA. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The same with colours that are multiplied with alpha, in floating point: interpolation goes beyond 0 and 255. */
export interface ExactPixels {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
}

type Bbox = readonly [west: number, south: number, east: number, north: number];

/** Cubic convolution (Keys 1981) with a = -1, as MapProxy's imaging library has it. */
function cubic(distance: number): number {
  const d = Math.abs(distance);
  if (d < 1) return (d - 2) * d * d + 1;
  return d < 2 ? ((-d + 5) * d - 8) * d + 4 : 0;
}

/** The map that is asked for, every pixel transformed and interpolated for itself, in floating point. */
export function exactMap(mosaic: Uint8Array, srs: string, bbox: Bbox, size: number): ExactPixels {
  const [west, south, east, north] = bbox;
  const side = SIDE * TILE;
  const toMercator = proj4(srs, 'EPSG:3857');
  const data = new Float64Array(size * size * 4);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const point = [west + ((column + 0.5) / size) * (east - west), north - ((row + 0.5) / size) * (north - south)];
      const [x, y] = srs === 'EPSG:3857' ? point : toMercator.forward(point);
      const u = ((x ?? 0) - CORNER[0]) / RESOLUTION - 0.5;
      const v = (CORNER[1] - (y ?? 0)) / RESOLUTION - 0.5;
      interpolate(mosaic, side, u, v, data.subarray((row * size + column) * 4));
    }
  }
  return { data, width: size, height: size };
}

function interpolate(mosaic: Uint8Array, side: number, u: number, v: number, to: Float64Array): void {
  const [left, top] = [Math.floor(u), Math.floor(v)];
  for (let j = -1; j <= 2; j++) {
    for (let i = -1; i <= 2; i++) {
      const weight = cubic(u - left - i) * cubic(v - top - j);
      const at = ((top + j) * side + left + i) * 4;
      const alpha = mosaic[at + 3] ?? 0;
      for (let c = 0; c < 3; c++) to[c] = (to[c] ?? 0) + (weight * (mosaic[at + c] ?? 0) * alpha) / 255;
      to[3] = (to[3] ?? 0) + weight * alpha;
    }
  }
}

/** A picture as it is. */
export function exactly({ data, width, height }: Pixels): ExactPixels {
  const exact = Float64Array.from(data, (value, at) => (at % 4 === 3 ? value : (value * (data[at | 3] ?? 0)) / 255));
  return { data: exact, width, height };
}

/** Peak signal to noise ratio in dB of what is seen on black and on white ground. */
export function psnr({ data, width, height }: Pixels, exact: ExactPixels): number {
  if (width !== exact.width || height !== exact.height) throw new RangeError('pictures of different size');
  const seen = (value: number) => Math.min(255, Math.max(0, value));
  let error = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [alpha, exactAlpha] = [data[at + 3] ?? 0, exact.data[at + 3] ?? 0];
    for (let c = at; c < at + 3; c++) {
      const [colour, exactColour] = [((data[c] ?? 0) * alpha) / 255, exact.data[c] ?? 0];
      error += (seen(colour) - seen(exactColour)) ** 2;
      error += (seen(colour + 255 - alpha) - seen(exactColour + 255 - exactAlpha)) ** 2;
    }
  }
  return 10 * Math.log10((255 ** 2 * 6 * (data.length / 4)) / Math.max(error, 1e-9));
}
