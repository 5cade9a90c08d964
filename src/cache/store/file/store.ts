import { closeSync, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { TileCoord } from '../../../grid/types.ts';
import { RequestError } from '../../../http/errors.ts';
import type { Dimensions, NewTile, Permissions, StoreContext, StoredTile, TileStore } from '../contract.ts';
import { isMissing, isSettled, writeAtomically } from '../files.ts';
import type { TileMemoryPart } from '../tile-memory.ts';
import { dimensionPath } from './dimensions.ts';
import type { Layout } from './layouts.ts';

/** By what a file in memory is compared with the one on the disk: a replaced file is another inode. */
interface FileVersion {
  readonly path: string;
  readonly inode: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

const QUIETLY = { throwIfNoEntry: false } as const;

/** One file for each tile; never a promise for a tile that is there (rows CCH-01 to CCH-09). */
export class FileStore implements TileStore {
  readonly supportsDimensions: boolean;
  /** With a slash at the end. */
  readonly #root: string;
  /** With the dot. */
  readonly #suffix: string;
  readonly #path: (coord: TileCoord) => string;
  readonly #permissions: Permissions;
  readonly #mimeTypeOf: (body: Buffer) => string;
  readonly #memory: TileMemoryPart<FileVersion>;

  constructor(directory: string, layout: Layout, { extension, permissions, mimeTypeOf, memory }: StoreContext) {
    this.supportsDimensions = layout.dimensions;
    this.#root = `${directory}/`;
    this.#suffix = `.${extension}`;
    this.#path = layout.path;
    this.#permissions = permissions;
    this.#mimeTypeOf = mimeTypeOf;
    this.#memory = memory.part();
  }

  /** A tile in memory costs one look at its file, so that a change by another process is seen at once. */
  load(coord: TileCoord, dimensions?: Dimensions): StoredTile | null {
    const hot = this.#memory.get(coord, dimensions);
    if (hot === undefined) return this.#read(coord, dimensions, this.#file(coord, dimensions));
    const { path, inode, size, mtime } = hot.version;
    const now = statSync(path, QUIETLY);
    if (now !== undefined && now.mtimeMs === mtime && now.size === size && now.ino === inode) return hot.tile;
    this.#memory.delete(coord, dimensions);
    return now === undefined ? null : this.#read(coord, dimensions, path);
  }

  #read(coord: TileCoord, dimensions: Dimensions | undefined, path: string): StoredTile | null {
    let descriptor: number;
    try {
      // Most that is not stored is found out here, without the cost of an exception.
      if (lstatSync(path, QUIETLY) === undefined) return null;
      descriptor = openSync(path, 'r');
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    let stats: Stats;
    let body: Buffer;
    try {
      stats = fstatSync(descriptor);
      if (stats.size === 0) return null;
      // Not of the shared pool, of which a small tile in memory would keep 8 kB.
      body = Buffer.allocUnsafeSlow(stats.size);
      const read = readSync(descriptor, body, 0, stats.size, 0);
      if (read < stats.size) body = body.subarray(0, read);
    } finally {
      closeSync(descriptor);
    }
    const { mtimeMs, ino, size } = stats;
    const tile: StoredTile = {
      body,
      mimeType: this.#mimeTypeOf(body),
      timestamp: mtimeMs / 1000,
      cacheable: true,
      answer: undefined,
    };
    if (isSettled(mtimeMs)) this.#memory.set(coord, dimensions, tile, { path, inode: ino, size, mtime: mtimeMs });
    return tile;
  }

  async store(tiles: readonly NewTile[], dimensions?: Dimensions): Promise<void> {
    await Promise.all(
      tiles.map(({ coord, body }) => writeAtomically(this.#file(coord, dimensions), body, this.#permissions)),
    );
  }

  async remove(coord: TileCoord, dimensions?: Dimensions): Promise<void> {
    await rm(this.#file(coord, dimensions), { force: true });
  }

  close(): void {
    this.#memory.clear();
  }

  #file(coord: TileCoord, dimensions: Dimensions | undefined): string {
    if (dimensions === undefined || dimensions.size === 0) return this.#root + this.#path(coord) + this.#suffix;
    if (!this.supportsDimensions) throw new RequestError('this cache does not support dimensions', { status: 400 });
    return this.#root + dimensionPath(dimensions) + this.#path(coord) + this.#suffix;
  }
}
