import { z } from 'zod';
import { notYet } from '../../options.ts';

/** What every kind of store takes. */
export const commonStoreOptions = {
  type: z.string().default('file'),
  /** The exact place of the tiles (row CCH-01). */
  directory: z.string().optional(),
  coverage: notYet(z.unknown().optional()),
  tile_lock_dir: notYet(z.string().optional()),
};
