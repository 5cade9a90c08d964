import type { Raster } from '../contract.ts';
import { Filter } from './png-format.ts';

/** A picture is flat when one pixel in this many equals the one before it; one row in so many is looked at. */
const FLAT_PART = 8;
const SAMPLED_ROWS = 8;

/** Whether neighbouring pixels are often equal, as in maps, which compress best without a filter. */
export function isFlat({ data, width, height, channels }: Raster): boolean {
  let equal = 0;
  let lookedAt = 0;
  for (let y = 0; y < height; y += SAMPLED_ROWS) {
    for (let x = 1; x < width; x++) {
      const at = (y * width + x) * channels;
      let same = 1;
      for (let c = at; c < at + channels; c++) if (data[c] !== data[c - channels]) same = 0;
      equal += same;
    }
    lookedAt += width - 1;
  }
  return equal * FLAT_PART >= lookedAt;
}

/** All rows filtered, each with its filter's byte: none for flat pictures, else the cheaper of Sub and Up. */
export function filterRows(data: Uint8Array, rowSize: number, step: number, flat: boolean): Uint8Array {
  const rows = data.length / rowSize;
  const filtered = new Uint8Array((rowSize + 1) * rows);
  const up = new Uint8Array(rowSize);
  for (let y = 0; y < rows; y++) {
    const from = y * rowSize;
    const to = y * (rowSize + 1);
    if (flat) {
      filtered.set(data.subarray(from, from + rowSize), to + 1);
      continue;
    }
    const sub = filtered.subarray(to + 1, to + 1 + rowSize);
    let subCost = 0;
    let upCost = 0;
    for (let i = 0; i < rowSize; i++) {
      const value = data[from + i] ?? 0;
      sub[i] = value - (i < step ? 0 : (data[from + i - step] ?? 0));
      up[i] = value - (y === 0 ? 0 : (data[from + i - rowSize] ?? 0));
      subCost += distance(sub[i] ?? 0);
      upCost += distance(up[i] ?? 0);
    }
    filtered[to] = upCost < subCost ? Filter.UP : Filter.SUB;
    if (upCost < subCost) sub.set(up);
  }
  return filtered;
}

/** Of a byte from 0, as a signed number (PNG, section 12.7). */
function distance(byte: number): number {
  return byte < 128 ? byte : 256 - byte;
}

/** Undoes the filter of the row of `rowSize` bytes at `at`, in place. False: there is no such filter. */
export function unfilter(
  filter: number,
  bytes: Uint8Array,
  at: number,
  previous: Uint8Array,
  rowSize: number,
  step: number,
): boolean {
  if (filter > Filter.PAETH) return false;
  if (filter === Filter.NONE) return true;
  for (let i = 0; i < rowSize; i++) {
    const left = i < step ? 0 : (bytes[at + i - step] ?? 0);
    const up = previous[i] ?? 0;
    const upperLeft = i < step ? 0 : (previous[i - step] ?? 0);
    bytes[at + i] = (bytes[at + i] ?? 0) + predicted(filter, left, up, upperLeft);
  }
  return true;
}

function predicted(filter: number, left: number, up: number, upperLeft: number): number {
  switch (filter) {
    case Filter.SUB:
      return left;
    case Filter.UP:
      return up;
    case Filter.AVERAGE:
      return (left + up) >> 1;
    default:
      return paeth(left, up, upperLeft);
  }
}

/** Of the three neighbours, the one nearest to left + up - upper left (section 9.4). */
function paeth(left: number, up: number, upperLeft: number): number {
  const fromLeft = Math.abs(up - upperLeft);
  const fromUp = Math.abs(left - upperLeft);
  const fromBoth = Math.abs(left + up - 2 * upperLeft);
  if (fromLeft <= fromUp && fromLeft <= fromBoth) return left;
  return fromUp <= fromBoth ? up : upperLeft;
}
