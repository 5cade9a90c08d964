import type { Raster } from '../contract.ts';

/** The part of a source at (x, y) of a target that lies inside of the target. */
export interface Overlap {
  readonly targetX: number;
  readonly targetY: number;
  readonly sourceX: number;
  readonly sourceY: number;
  readonly width: number;
  readonly height: number;
}

export function overlapOf(target: Raster, source: Raster, x: number, y: number): Overlap {
  const targetX = Math.max(0, x);
  const targetY = Math.max(0, y);
  return {
    targetX,
    targetY,
    sourceX: targetX - x,
    sourceY: targetY - y,
    width: Math.max(0, Math.min(target.width, x + source.width) - targetX),
    height: Math.max(0, Math.min(target.height, y + source.height) - targetY),
  };
}

export function blit(target: Raster, source: Raster, x: number, y: number): void {
  const part = overlapOf(target, source, x, y);
  if (part.width === 0) return;
  for (let row = 0; row < part.height; row++) {
    const to = ((part.targetY + row) * target.width + part.targetX) * target.channels;
    const from = ((part.sourceY + row) * source.width + part.sourceX) * source.channels;
    if (target.channels === source.channels) {
      target.data.set(source.data.subarray(from, from + part.width * source.channels), to);
    } else {
      convertRow(target, to, source, from, part.width);
    }
  }
}

function convertRow(target: Raster, to: number, source: Raster, from: number, width: number): void {
  const isGrey = source.channels === 1;
  for (let i = 0; i < width; i++) {
    const red = source.data[from] ?? 0;
    target.data[to] = red;
    target.data[to + 1] = isGrey ? red : (source.data[from + 1] ?? 0);
    target.data[to + 2] = isGrey ? red : (source.data[from + 2] ?? 0);
    if (target.channels === 4) target.data[to + 3] = 255;
    to += target.channels;
    from += source.channels;
  }
}

/** A copy of a rectangle that lies inside; all of it is not copied. */
export function windowOf(raster: Raster, left: number, top: number, width: number, height: number): Raster {
  const { channels } = raster;
  if (width === raster.width && height === raster.height) return raster;
  const window = { data: new Uint8Array(width * height * channels), width, height, channels };
  blit(window, raster, -left, -top);
  return window;
}

/** A copy with four channels. */
export function toRgba(raster: Raster): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(raster.width * raster.height * 4);
  blit({ data, width: raster.width, height: raster.height, channels: 4 }, raster, 0, 0);
  return data;
}
