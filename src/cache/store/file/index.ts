import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { arcgisPath, mpPath, quadkey, reverseTmsPath, tcPath, tmsPath } from '../../../grid/tile-paths.ts';
import type { TileCoord } from '../../../grid/types.ts';
import { ConfigError, RequestError } from '../../../http/errors.ts';
import {
  type Dimensions,
  defineStore,
  type NewTile,
  type Permissions,
  type StoreContext,
  type StoredTile,
  type TileStore,
} from '../contract.ts';
import { isMissing, writeAtomically } from '../files.ts';
import { commonStoreOptions } from '../options.ts';
import { dimensionPath } from './dimensions.ts';

interface Layout {
  readonly path: (coord: TileCoord) => string;
  /** False: has no place for dimensions; refused rather than mixed up (rows CCH-06, CCH-07). */
  readonly dimensions: boolean;
}

/** Rows CCH-02 to CCH-07. */
const LAYOUTS = {
  tc: { path: tcPath, dimensions: true },
  mp: { path: mpPath, dimensions: true },
  tms: { path: tmsPath, dimensions: true },
  reverse_tms: { path: reverseTmsPath, dimensions: true },
  quadkey: { path: quadkey, dimensions: false },
  arcgis: { path: arcgisPath, dimensions: false },
} satisfies Record<string, Layout>;

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
    return byGrid ? join(baseDirectory, cacheName, grid.name) : join(baseDirectory, `${cacheName}_${srsPathName}`);
  }
  if (context.hasSeveralGrids) {
    throw new ConfigError(`using single directory for cache with multiple grids in ${cacheName}`);
  }
  return context.resolvePath(directory);
}

class FileStore implements TileStore {
  readonly supportsDimensions: boolean;
  /** With a slash at the end. */
  readonly #root: string;
  /** With the dot. */
  readonly #suffix: string;
  readonly #path: (coord: TileCoord) => string;
  readonly #permissions: Permissions;

  constructor(directory: string, layout: Layout, { extension, permissions }: StoreContext) {
    this.supportsDimensions = layout.dimensions;
    this.#root = `${directory}/`;
    this.#suffix = `.${extension}`;
    this.#path = layout.path;
    this.#permissions = permissions;
  }

  /** Without promise and decoding: a cached tile goes from the disk to the client in one piece. */
  load(coord: TileCoord, dimensions?: Dimensions): StoredTile | null {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file(coord, dimensions), 'r');
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    try {
      const { size, mtimeMs } = fstatSync(descriptor);
      if (size === 0) return null;
      const body = Buffer.allocUnsafe(size);
      const read = readSync(descriptor, body, 0, size, 0);
      return { body: read === size ? body : body.subarray(0, read), timestamp: mtimeMs / 1000 };
    } finally {
      closeSync(descriptor);
    }
  }

  async store(tiles: readonly NewTile[], dimensions?: Dimensions): Promise<void> {
    await Promise.all(
      tiles.map(({ coord, body }) => writeAtomically(this.#file(coord, dimensions), body, this.#permissions)),
    );
  }

  async remove(coord: TileCoord, dimensions?: Dimensions): Promise<void> {
    await rm(this.#file(coord, dimensions), { force: true });
  }

  close(): void {}

  #file(coord: TileCoord, dimensions: Dimensions | undefined): string {
    if (dimensions === undefined || dimensions.size === 0) return this.#root + this.#path(coord) + this.#suffix;
    if (!this.supportsDimensions) throw new RequestError('this cache does not support dimensions', { status: 400 });
    return this.#root + dimensionPath(dimensions) + this.#path(coord) + this.#suffix;
  }
}
