import { z } from 'zod';
import { ConfigError } from '../../../http/errors.ts';
import { defineStore, type StoreContext, type TileStore } from '../contract.ts';
import { commonStoreOptions } from '../options.ts';
import { joinPath } from '../paths.ts';
import { LAYOUTS } from './layouts.ts';
import { FileStore } from './store.ts';

const options = z.object({
  ...commonStoreOptions,
  directory_layout: z.enum(['tc', 'mp', 'tms', 'reverse_tms', 'quadkey', 'arcgis']).default('tc'),
  use_grid_names: z.boolean().default(false),
});

type FileOptions = z.infer<typeof options>;

/** One file for each tile (rows CCH-01 to CCH-09). */
export default defineStore<FileOptions>({
  type: 'file',
  options,
  build(own, context): TileStore {
    return new FileStore(directoryOf(own, context), LAYOUTS[own.directory_layout], context);
  },
});

/** Row CCH-01. */
function directoryOf({ directory, use_grid_names: byGrid }: FileOptions, context: StoreContext): string {
  const { cacheName, baseDirectory, grid, srsPathName } = context;
  if (directory === undefined) {
    return byGrid
      ? joinPath(baseDirectory, cacheName, grid.name)
      : joinPath(baseDirectory, `${cacheName}_${srsPathName}`);
  }
  if (context.hasSeveralGrids) {
    throw new ConfigError(`using single directory for cache with multiple grids in ${cacheName}`);
  }
  return context.resolvePath(directory);
}
