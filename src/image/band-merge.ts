import type { BandOperation } from '@mapgate/pixels';
import { pixels } from './pixels.ts';
import { asPixels, CHANNELS, fromPixels, type Raster } from './raster.ts';

/** Bands of the result in the order of their numbers. */
const BANDS = ['r', 'g', 'b', 'a'] as const;

/** `l`: one band of grey, that is all colours alike. */
export type TargetBand = (typeof BANDS)[number] | 'l';

/** One band of a source that goes into one of the result; what several give is added up (row IMG-15). */
export interface BandSource {
  readonly target: TargetBand;
  /** Index into the pictures. */
  readonly picture: number;
  /** 0 to 3. */
  readonly band: number;
  readonly factor: number;
}

/**
 * A picture put together from bands of others, one at least, of the same size (row IMG-15): values are summed and
 * clipped, a factor of 1 overwrites. Bands that nothing goes into are 0, alpha is 255.
 */
export async function bandMerge(pictures: readonly Raster[], sources: readonly BandSource[]): Promise<Raster> {
  const operations = sources.flatMap(({ target, picture: source, band: sourceBand, factor }): BandOperation[] => {
    return bandsOf(target).map((targetBand) => ({ targetBand, source, sourceBand, factor }));
  });
  const merged = await pixels.bandMerge(pictures.map(asPixels), CHANNELS, operations);
  return fromPixels(merged, !sources.some(({ target }) => target === 'a'));
}

function bandsOf(target: TargetBand): readonly number[] {
  return target === 'l' ? [0, 1, 2] : [BANDS.indexOf(target)];
}
