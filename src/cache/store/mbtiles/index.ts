import { z } from 'zod';
import { defineStore, type StoreContext, type TileStore } from '../contract.ts';
import { commonStoreOptions } from '../options.ts';
import { joinPath } from '../paths.ts';
import { MbtilesStore } from './store.ts';

const options = z.object({
  ...commonStoreOptions,
  filename: z.string().optional(),
  /** Seconds. */
  sqlite_timeout: z.number().positive().optional(),
  sqlite_wal: z.boolean().optional(),
});

type MbtilesOptions = z.infer<typeof options>;

/** All tiles in one SQLite file (row CCH-10). */
export default defineStore<MbtilesOptions>({
  type: 'mbtiles',
  options,
  build(own, context): TileStore {
    return new MbtilesStore(fileOf(own, context), {
      timeout: own.sqlite_timeout ?? context.sqliteTimeout,
      wal: own.sqlite_wal ?? context.sqliteWal ?? false,
      name: context.cacheName,
      format: context.extension,
      permissions: context.permissions,
      mimeTypeOf: context.mimeTypeOf,
      memory: context.memory.part(),
    });
  },
});

/** `./x` is relative to the configuration, everything else to the cache directory. */
function fileOf(
  { filename, directory }: MbtilesOptions,
  { cacheName, baseDirectory, resolvePath }: StoreContext,
): string {
  const name = filename ?? `${cacheName}.mbtiles`;
  if (name.startsWith('./')) return resolvePath(name);
  const base = directory === undefined ? baseDirectory : resolvePath(directory);
  return joinPath(base, name);
}
