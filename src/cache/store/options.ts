import { z } from 'zod';
import { coverageOptions } from '../../coverage/options.ts';

/** What every kind of store takes. */
export const commonStoreOptions = {
  type: z.string().default('file'),
  /** The exact place of the tiles (row CCH-01). */
  directory: z.string().optional(),
  /** Tiles outside of it are neither read nor made (row COV-11). */
  coverage: coverageOptions.optional(),
  /** Where locks are kept (rows TILE-11, GLB-27). */
  tile_lock_dir: z.string().optional(),
};

const commonSchema = z.object(commonStoreOptions);

export type CommonStoreOptions = z.infer<typeof commonSchema>;
