import type { Raster } from '../contract.ts';
import { toRgba } from './blit.ts';
import { div255 } from './composite.ts';

export function applyOpacity(raster: Raster, opacity: number): Uint8Array {
  const data = toRgba(raster);
  for (let at = 3; at < data.length; at += 4) data[at] = div255((data[at] ?? 0) * opacity);
  return data;
}

export function transparentColor(
  raster: Raster,
  red: number,
  green: number,
  blue: number,
  tolerance: number,
): Uint8Array {
  const data = toRgba(raster);
  const isNear = (at: number, wanted: number) => Math.abs((data[at] ?? 0) - wanted) <= tolerance;
  for (let at = 0; at < data.length; at += 4) {
    if (isNear(at, red) && isNear(at + 1, green) && isNear(at + 2, blue)) data[at + 3] = 0;
  }
  return data;
}

export function hasAlpha({ data, channels }: Raster): boolean {
  if (channels !== 4) return false;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}

export function isSingleColor({ data, channels }: Raster): boolean {
  for (let at = channels; at < data.length; at++) if (data[at] !== data[at - channels]) return false;
  return true;
}
