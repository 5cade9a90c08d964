import { inspect } from 'node:util';
import type { IndexedRaster, Raster } from './contract.ts';

/** The most of either side. */
export const MAX_SIDE = 65_535;

/** The most pixels that may be allowed: a byte count of four channels stays below zlib's and Node's limits. */
export const MOST_PIXELS = 2 ** 28;

/** The most pixels by default: far above the meta tiles and answers of a map server, 200 MB as RGBA. */
export const DEFAULT_MAX_PIXELS = 50_000_000;

function fail(name: string, value: unknown, wanted: string): never {
  const shown = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
  throw new RangeError(`${name} is ${shown.slice(0, 80)}, must be ${wanted}`);
}

/** @throws RangeError */
export function checkInteger(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) fail(name, value, `a whole number from ${min} to ${max}`);
  return value;
}

/** @throws RangeError */
export function checkNumber(name: string, value: number, min: number, max: number): number {
  if (!(value >= min && value <= max)) fail(name, value, `a number from ${min} to ${max}`);
  return value;
}

/** @throws RangeError */
export function checkFinite(name: string, value: number): number {
  if (!Number.isFinite(value)) fail(name, value, 'a finite number');
  return value;
}

/** @returns the position of `value` in `list` @throws RangeError */
export function checkOneOf(name: string, value: string, list: readonly string[]): number {
  const index = list.indexOf(value);
  if (index === -1) fail(name, value, `one of ${list.join(', ')}`);
  return index;
}

/** @throws RangeError */
export function checkBytes(name: string, value: Uint8Array, size?: number): Uint8Array {
  if (!(value instanceof Uint8Array)) fail(name, value, 'a Uint8Array');
  if (size !== undefined && value.length !== size) fail(`${name}.length`, value.length, String(size));
  return value;
}

/** @throws RangeError */
export function checkSize(name: string, width: number, height: number, maxPixels: number): void {
  checkInteger(`${name}.width`, width, 1, MAX_SIDE);
  checkInteger(`${name}.height`, height, 1, MAX_SIDE);
  if (width * height > maxPixels) {
    throw new RangeError(`${name} is ${width} x ${height} pixels, must be at most ${maxPixels}`);
  }
}

/** @throws RangeError */
export function checkRaster(name: string, raster: Raster, maxPixels: number): void {
  const { data, width, height, channels } = raster;
  checkSize(name, width, height, maxPixels);
  if (channels !== 1 && channels !== 3 && channels !== 4) fail(`${name}.channels`, channels, '1, 3 or 4');
  checkBytes(`${name}.data`, data, width * height * channels);
}

/** @throws RangeError */
export function checkIndexed(name: string, picture: IndexedRaster, maxPixels: number): void {
  const { palette, indices, width, height } = picture;
  checkSize(name, width, height, maxPixels);
  checkBytes(`${name}.indices`, indices, width * height);
  checkBytes(`${name}.palette`, palette);
  const colors = palette.length / 4;
  if (!Number.isInteger(colors) || colors < 1 || colors > 256) {
    fail(`${name}.palette.length`, palette.length, '4 bytes for each of 1 to 256 colours');
  }
}

/** @throws RangeError when coloured pixels are put onto a grey raster */
export function checkColours(target: Raster, source: Raster): void {
  if (target.channels === 1 && source.channels !== 1) fail('source.channels', source.channels, '1 as those of target');
}

/** @throws RangeError */
export function checkPosition(name: string, value: number): number {
  return checkInteger(name, value, -(2 ** 31), 2 ** 31 - 1);
}
