import { z } from 'zod';
import { refreshOptions } from '../../cache/refresh.ts';
import { imageOptions } from '../../image/options.ts';
import { watermarkOptions } from '../../image/watermark.ts';
import { anyText, sizeOption } from '../../options.ts';

/** How tiles of one colour share a file: `true` is `symlink` (row GLB-34). */
export const linkOption = z.union([z.boolean(), z.enum(['symlink', 'hardlink'])]);

/** One band of a source that goes into one of a cache's tiles (row IMG-15). */
const bandSource = z.object({
  source: anyText,
  /** Red, green, blue, alpha. */
  band: z.int().min(0).max(3),
  factor: z.number().default(1),
});

const bands = z.array(bandSource).optional();

/** Which bands of which sources tiles are put together from: red, green, blue and alpha, or grey alone (row IMG-15). */
const bandSources = z.strictObject({ r: bands, g: bands, b: bands, a: bands, l: bands });

export type BandSources = z.infer<typeof bandSources>;

/** Section 7 of the behaviour rows. What is below `cache` belongs to the kind of store. */
export const cacheOptions = z.object({
  /** Merged from the bottom up, or by their bands (row TILE-01). */
  sources: z.union([z.array(anyText), bandSources]),
  name: anyText.optional(),
  grids: z.array(anyText).min(1).optional(),
  format: z.string().default('image/png'),
  request_format: z.string().optional(),
  image: imageOptions.optional(),
  cache: z
    .object({ type: z.string().default('file') })
    .catchall(z.unknown())
    .prefault({}),
  cache_dir: z.string().optional(),
  meta_size: sizeOption.optional(),
  meta_buffer: z.int().min(0).optional(),
  disable_storage: z.boolean().default(false),
  bulk_meta_tiles: z.boolean().optional(),
  minimize_meta_requests: z.boolean().optional(),
  concurrent_tile_creators: z.int().positive().optional(),
  link_single_color_images: linkOption.optional(),
  use_direct_from_level: z.int().min(0).optional(),
  use_direct_from_res: z.number().optional(),
  upscale_tiles: z.int().optional(),
  downscale_tiles: z.int().optional(),
  cache_rescaled_tiles: z.boolean().optional(),
  refresh_before: refreshOptions.optional(),
  watermark: watermarkOptions.optional(),
});

export type CacheOptions = z.infer<typeof cacheOptions>;

/** What a cache is made from, each once, also where it is merged from bands. */
export function sourceNames({ sources }: Pick<CacheOptions, 'sources'>): readonly string[] {
  if (Array.isArray(sources)) return sources;
  return [...new Set(Object.values(sources).flatMap((band) => (band ?? []).map(({ source }) => source)))];
}

/** Whether bands are configured that `l` leaves no place for. */
export function hasBandsBesideGrey({ sources }: Pick<CacheOptions, 'sources'>): boolean {
  return !Array.isArray(sources) && sources.l !== undefined && Object.keys(sources).length > 1;
}
