import type { Bbox, Size } from './types.ts';

/** A pyramid's levels as configured. `minRes` is the coarsest level: the largest number. */
export interface PyramidOptions {
  readonly bbox: Bbox;
  readonly tileSize: Size;
  readonly minRes?: number | undefined;
  readonly maxRes?: number | undefined;
  readonly resFactor: number | 'sqrt2';
  readonly numLevels?: number | undefined;
}

const DEFAULT_LEVELS = 20;
const DEFAULT_LEVELS_SQRT2 = 40;

/** A factor of nearly one would give levels without end. */
const MOST_LEVELS = 1000;

/** Resolutions from the coarsest to the finest, in map units for each pixel (rows GRD-09 to GRD-13). */
export function pyramid(options: PyramidOptions): number[] {
  const { maxRes, numLevels } = options;
  const factor = options.resFactor === 'sqrt2' ? Math.SQRT2 : options.resFactor;
  const first = options.minRes ?? resolutionOfOneTile(options);
  if (maxRes !== undefined) {
    return numLevels === undefined ? dividedUntil(first, factor, maxRes) : logSpaced(first, maxRes, numLevels);
  }
  const count = numLevels ?? (factor === Math.SQRT2 ? DEFAULT_LEVELS_SQRT2 : DEFAULT_LEVELS);
  const result = [first];
  for (let last = first; result.length < count; result.push(last)) last /= factor;
  return result;
}

/** Where the whole bbox fits into one tile (row GRD-11). */
function resolutionOfOneTile({ bbox, tileSize }: Pick<PyramidOptions, 'bbox' | 'tileSize'>): number {
  return Math.max((bbox[2] - bbox[0]) / tileSize[0], (bbox[3] - bbox[1]) / tileSize[1]);
}

/** Both ends are levels (row GRD-12). */
function logSpaced(first: number, last: number, count: number): number[] {
  const step = (Math.log10(first) - Math.log10(last)) / (count - 1);
  // One level has no step.
  return count === 1 ? [first] : Array.from({ length: count }, (_, level) => 10 ** (Math.log10(first) - step * level));
}

/** The limit itself is not a level (row GRD-13). */
function dividedUntil(first: number, factor: number, limit: number): number[] {
  const result = [first];
  for (let next = first / factor; next > limit && result.length < MOST_LEVELS; next /= factor) result.push(next);
  return result;
}

/** Another grid's resolutions as far as they suit, thinned or filled up to the factor asked for (row GRD-14). */
export function alignedPyramid(options: PyramidOptions, other: readonly number[]): number[] {
  const coarsest = options.minRes ?? resolutionOfOneTile(options);
  const finest = options.maxRes ?? 0;
  const chosen = other
    .filter((resolution) => resolution <= coarsest && resolution >= finest)
    .slice(0, options.numLevels ?? other.length);
  const [first, second] = chosen;
  if (first === undefined || second === undefined) return chosen;
  const factor = first / second;
  if (options.resFactor === 'sqrt2' && isNear(factor, 2)) {
    return chosen.flatMap((resolution) => [resolution, resolution / Math.SQRT2]);
  }
  if (options.resFactor === 2 && isNear(factor, Math.SQRT2)) return chosen.filter((_, level) => level % 2 === 0);
  return chosen;
}

function isNear(one: number, two: number): boolean {
  return one.toFixed(8) === two.toFixed(8);
}
