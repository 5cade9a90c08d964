import type { Raster } from '../contract.ts';
import { QUAD_NUMBERS } from '../kernels.ts';
import { samplerOf } from './sampler.ts';

export function warp(
  source: Raster,
  quads: Float64Array,
  sampling: number,
  width: number,
  height: number,
  channels: number,
  background: Uint8Array,
): Uint8Array {
  const data = new Uint8Array(width * height * channels);
  if (background.some((value) => value !== 0)) {
    for (let at = 0; at < data.length; at++) data[at] = background[at % channels] ?? 0;
  }
  for (let at = 0; at < quads.length; at += QUAD_NUMBERS) {
    fillQuad(source, quads.subarray(at, at + QUAD_NUMBERS), sampling, { data, width, channels });
  }
  return data;
}

interface Target {
  readonly data: Uint8Array;
  readonly width: number;
  readonly channels: number;
}

/** x = x0 + x1 * u + x2 * v + x3 * u * v, u and v from the quad's upper left corner. */
function mappingOf(upperLeft: number, lowerLeft: number, lowerRight: number, upperRight: number, w: number, h: number) {
  return [
    upperLeft,
    (upperRight - upperLeft) / w,
    (lowerLeft - upperLeft) / h,
    (lowerRight - lowerLeft - (upperRight - upperLeft)) / w / h,
  ] as const;
}

function fillQuad(source: Raster, quad: Float64Array, sampling: number, target: Target): void {
  const [left = 0, top = 0, right = 0, bottom = 0, ...corners] = quad;
  const [ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0, dx = 0, dy = 0] = corners;
  const [x0, x1, x2, x3] = mappingOf(ax, bx, cx, dx, right - left, bottom - top);
  const [y0, y1, y2, y3] = mappingOf(ay, by, cy, dy, right - left, bottom - top);
  const sampler = samplerOf(source, sampling);
  for (let row = top; row < bottom; row++) {
    const v = row - top + 0.5;
    const xStart = x0 + x2 * v;
    const xStep = x1 + x3 * v;
    const yStart = y0 + y2 * v;
    const yStep = y1 + y3 * v;
    for (let column = left; column < right; column++) {
      const u = column - left + 0.5;
      const x = xStart + xStep * u;
      const y = yStart + yStep * u;
      if (!(x >= 0 && y >= 0 && x < source.width && y < source.height)) continue;
      sampler.sample(x, y);
      writePixel(target, (row * target.width + column) * target.channels, sampler.value, source.channels);
    }
  }
}

function writePixel({ data, channels }: Target, to: number, value: Uint8Array, sourceChannels: number): void {
  const step = sourceChannels === 1 ? 0 : 1;
  for (let c = 0; c < channels && c < 3; c++) data[to + c] = value[c * step] ?? 0;
  if (channels === 4) data[to + 3] = sourceChannels === 4 ? (value[3] ?? 0) : 255;
}
