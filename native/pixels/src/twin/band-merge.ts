import type { Raster } from '../contract.ts';
import { OPERATION_NUMBERS } from '../kernels.ts';

export function bandMerge(sources: readonly Raster[], channels: number, operations: Float64Array): Uint8Array {
  const pixels = (sources[0]?.width ?? 0) * (sources[0]?.height ?? 0);
  const data = new Uint8Array(pixels * channels);
  if (channels === 4) for (let at = 3; at < data.length; at += 4) data[at] = 255;

  const isSet = new Set<number>();
  for (let at = 0; at < operations.length; at += OPERATION_NUMBERS) {
    const [targetBand = 0, sourceIndex = 0, sourceBand = 0, factor = 1] = operations.subarray(
      at,
      at + OPERATION_NUMBERS,
    );
    const source = sources[sourceIndex];
    if (source === undefined) continue;
    const scaled = scaledValues(Math.fround(factor));
    const adds = Math.fround(factor) !== 1 && isSet.has(targetBand);
    const hasNoAlpha = sourceBand === 3 && source.channels !== 4;
    let from = source.channels === 1 ? 0 : sourceBand;
    for (let to = targetBand; to < data.length; to += channels) {
      const value = scaled[hasNoAlpha ? 255 : (source.data[from] ?? 0)] ?? 0;
      data[to] = adds ? Math.min(255, (data[to] ?? 0) + value) : value;
      from += source.channels;
    }
    isSet.add(targetBand);
  }
  return data;
}

/** Single precision and truncation, as the original computes. */
function scaledValues(factor: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, Math.max(0, Math.fround(value * factor))));
}
