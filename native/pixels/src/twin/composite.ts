import type { Raster } from '../contract.ts';
import { overlapOf } from './blit.ts';

/** `value` / 255, rounded, for 0 to 255 * 255. */
export function div255(value: number): number {
  const biased = value + 128;
  return (biased + (biased >> 8)) >> 8;
}

export function composite(
  target: Raster,
  source: Raster,
  x: number,
  y: number,
  opacity: number,
  mask: Uint8Array | null,
): void {
  const part = overlapOf(target, source, x, y);
  for (let row = 0; row < part.height; row++) {
    const first = (part.sourceY + row) * source.width + part.sourceX;
    let from = first * source.channels;
    let to = ((part.targetY + row) * target.width + part.targetX) * target.channels;
    for (let i = 0; i < part.width; i++) {
      let alpha = source.channels === 4 ? (source.data[from + 3] ?? 0) : 255;
      if (opacity !== 255) alpha = div255(alpha * opacity);
      if (mask !== null) alpha = div255(alpha * (mask[first + i] ?? 0));
      if (alpha !== 0) over(target, to, source, from, alpha);
      from += source.channels;
      to += target.channels;
    }
  }
}

function over(target: Raster, to: number, source: Raster, from: number, alpha: number): void {
  const below = target.channels === 4 ? (target.data[to + 3] ?? 0) : 255;
  const sourcePart = alpha * 255;
  const targetPart = below * (255 - alpha);
  const sum = sourcePart + targetPart;
  const colours = target.channels === 1 ? 1 : 3;
  const step = source.channels === 1 ? 0 : 1;
  for (let c = 0; c < colours; c++) {
    const above = source.data[from + c * step] ?? 0;
    const under = target.data[to + c] ?? 0;
    target.data[to + c] =
      below === 255
        ? div255(above * alpha + under * (255 - alpha))
        : Math.floor((above * sourcePart + under * targetPart + Math.floor(sum / 2)) / sum);
  }
  if (target.channels === 4) target.data[to + 3] = div255(sum);
}
