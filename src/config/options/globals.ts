import { z } from 'zod';
import { globalImageOptions } from '../../image/options.ts';
import { anyText, notYet, sizeOption } from '../../options.ts';
import { backgroundOptions } from '../../service/demo/background.ts';
import { httpOptions } from '../../source/http/options.ts';
import { mapserverOptions } from '../../source/mapserver/options.ts';
import { linkOption } from './cache.ts';

/** An octal mode as text, because YAML would read the number differently (row GLB-35). */
const permissions = z
  .string()
  .regex(/^0?o?[0-7]{3,4}$/, 'expected an octal mode as text such as "0755"')
  .transform((text) => Number.parseInt(text.replace('o', ''), 8));

/** Section 2 of the behaviour rows. Defaults are the last step of the look-up: local, global, built in (row GLB-47). */
export const globalOptions = z.object({
  image: globalImageOptions.prefault({}),
  http: httpOptions
    .extend({
      /** Empty or null: the header is not sent (row GLB-18). */
      access_control_allow_origin: z.string().nullable().default('*'),
    })
    .prefault({}),
  cache: z
    .object({
      base_dir: z.string().default('./cache_data'),
      /** Where requests to a host are counted (rows GLB-17, GLB-26). */
      lock_dir: z.string().default('./cache_data/tile_locks'),
      tile_lock_dir: z.string().optional(),
      meta_size: sizeOption.default([4, 4]),
      meta_buffer: z.int().min(0).default(80),
      bulk_meta_tiles: z.boolean().optional(),
      minimize_meta_requests: z.boolean().optional(),
      concurrent_tile_creators: z.int().positive().optional(),
      max_tile_limit: z.int().positive().default(500),
      link_single_color_images: linkOption.optional(),
      directory_permissions: permissions.optional(),
      file_permissions: permissions.optional(),
      sqlite_timeout: z.number().positive().default(30),
      sqlite_wal: z.boolean().optional(),
      /** MiB in each worker for tiles asked for lately, of all caches together; 0: none is kept. Not in MapProxy. */
      tile_memory: z.number().min(0).default(32),
      s3: notYet(z.unknown().optional()),
      azureblob: notYet(z.unknown().optional()),
    })
    .prefault({}),
  grid: z.object({ tile_size: sizeOption.default([256, 256]) }).prefault({}),
  srs: z
    .object({
      preferred_src_proj: z.record(z.string(), z.array(anyText)).optional(),
      proj_data_dir: z.string().optional(),
      /** Both accepted and without effect, as in MapProxy (row TRAP-06). */
      axis_order_ne: z.array(z.string()).optional(),
      axis_order_en: z.array(z.string()).optional(),
    })
    .optional(),
  tiles: z.object({ expires_hours: z.number().min(0).default(72) }).prefault({}),
  mapserver: mapserverOptions.optional(),
  /** Who makes tiles instead: the URL of a MapProxy-renderd (row GLB-45). */
  renderd: z.object({ address: z.string().optional() }).optional(),
  background: backgroundOptions.optional(),
});

export type GlobalOptions = z.infer<typeof globalOptions>;
