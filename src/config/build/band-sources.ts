import type { BandSource, TargetBand } from '../../image/band-merge.ts';
import type { ImageSettings } from '../../image/options.ts';
import { type CacheOptions, sourceNames } from '../options/cache.ts';

const BANDS: readonly TargetBand[] = ['r', 'g', 'b', 'a', 'l'];

/**
 * What goes into the bands of a cache's tiles, its sources counted as `sourceNames` lists them (row IMG-15); undefined
 * where they are merged as layers.
 */
export function bandsOf(options: CacheOptions): readonly BandSource[] | undefined {
  const { sources } = options;
  if (Array.isArray(sources)) return undefined;
  const names = sourceNames(options);
  // Grey is a picture of its own; bands beside it have no place there.
  const targets = sources.l === undefined ? BANDS : (['l'] as const);
  return targets.flatMap((target) =>
    (sources[target] ?? []).map(({ source, band, factor }) => ({
      target,
      picture: names.indexOf(source),
      band,
      factor,
    })),
  );
}

/** Grey tiles are of one channel, and an alpha band is there to be seen, unless the cache says otherwise. */
export function bandImage(image: ImageSettings, bands: readonly BandSource[]): ImageSettings {
  const has = (wanted: TargetBand) => bands.some(({ target }) => target === wanted);
  return {
    ...image,
    mode: image.mode ?? (has('l') ? 'L' : undefined),
    transparent: image.transparent ?? (has('a') ? true : undefined),
  };
}
