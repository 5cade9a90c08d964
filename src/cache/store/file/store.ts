import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { TileCoord } from '../../../grid/types.ts';
import { RequestError } from '../../../http/errors.ts';
import type { Dimensions, NewTile, Permissions, StoreContext, StoredTile, TileStore } from '../contract.ts';
import { isMissing, isSettled, writeAtomically } from '../files.ts';
import type { TileMemoryPart } from '../tile-memory.ts';
import { dimensionPath } from './dimensions.ts';
import type { Layout } from './layouts.ts';
import { removeLevel } from './remove-level.ts';
import { type LinkMode, linkTile, singleColor, singleColorFile } from './single-color.ts';

/** By what a file in memory is compared with the one on the disk: a replaced file is another inode. */
interface FileVersion {
  readonly path: string;
  readonly inode: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** Of a tile that is a link to a file shared with others: the link's own. */
  readonly link: LinkVersion | undefined;
}

interface LinkVersion {
  readonly inode: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

const QUIETLY = { throwIfNoEntry: false } as const;

/** One file for each tile; never a promise for a tile that is there (rows CCH-01 to CCH-09). */
export class FileStore implements TileStore {
  readonly keepsTimes = true;
  readonly lockId: string;
  readonly supportsDimensions: boolean;
  /** With a slash at the end. */
  readonly #root: string;
  /** With the dot. */
  readonly #suffix: string;
  readonly #layout: Layout;
  readonly #permissions: Permissions;
  readonly #linkMode: LinkMode | undefined;
  readonly #mimeTypeOf: (body: Buffer) => string;
  readonly #memory: TileMemoryPart<FileVersion>;

  constructor(directory: string, layout: Layout, context: StoreContext) {
    const { extension, permissions, mimeTypeOf, memory, linkSingleColors } = context;
    this.lockId = md5(directory);
    this.supportsDimensions = layout.dimensions;
    this.#root = directory.endsWith('/') ? directory : `${directory}/`;
    this.#suffix = `.${extension}`;
    this.#layout = layout;
    this.#permissions = permissions;
    this.#linkMode = linkSingleColors;
    this.#mimeTypeOf = mimeTypeOf;
    this.#memory = memory.part();
  }

  /** A tile in memory costs one look at its file, so that a change by another process is seen at once. */
  load(coord: TileCoord, dimensions?: Dimensions): StoredTile | null {
    const hot = this.#memory.get(coord, dimensions);
    if (hot === undefined) return this.#read(coord, dimensions, this.#file(coord, dimensions));
    if (isUnchanged(hot.version)) return hot.tile;
    this.#memory.delete(coord, dimensions);
    return this.#read(coord, dimensions, hot.version.path);
  }

  #read(coord: TileCoord, dimensions: Dimensions | undefined, path: string): StoredTile | null {
    const opened = openTile(path);
    if (opened === undefined) return null;
    const { descriptor, link } = opened;
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
      timestamp: (link?.mtime ?? mtimeMs) / 1000,
      cacheable: true,
      answer: undefined,
    };
    if (isSettled(mtimeMs) && (link === undefined || isSettled(link.mtime))) {
      this.#memory.set(coord, dimensions, tile, { path, inode: ino, size, mtime: mtimeMs, link });
    }
    return tile;
  }

  async store(tiles: readonly NewTile[], dimensions?: Dimensions): Promise<void> {
    await Promise.all(tiles.map(({ coord, body }) => this.#write(this.#file(coord, dimensions), body)));
  }

  async #write(file: string, body: Buffer): Promise<void> {
    const color = this.#linkMode === undefined ? undefined : await singleColor(body);
    if (this.#linkMode === undefined || color === undefined) return writeAtomically(file, body, this.#permissions);
    const shared = singleColorFile(this.#root, color, this.#suffix);
    return linkTile(file, shared, body, this.#linkMode, this.#permissions);
  }

  async remove(coord: TileCoord, dimensions?: Dimensions): Promise<void> {
    await rm(this.#file(coord, dimensions), { force: true });
  }

  async removeLevel(level: number, before?: number): Promise<void> {
    await removeLevel(this.#root, this.#layout, this.#suffix, level, before);
  }

  close(): void {
    this.#memory.clear();
  }

  #file(coord: TileCoord, dimensions: Dimensions | undefined): string {
    if (dimensions === undefined || dimensions.size === 0) return this.#root + this.#layout.path(coord) + this.#suffix;
    if (!this.supportsDimensions) throw new RequestError('this cache does not support dimensions', { status: 400 });
    return this.#root + dimensionPath(dimensions) + this.#layout.path(coord) + this.#suffix;
  }
}

/** Windows has no such flag, and no links that are followed unasked. */
const NOT_THROUGH_LINKS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** A link shows itself by an error, so that the many tiles that are none cost no look more. Undefined: not there. */
function openTile(path: string): { readonly descriptor: number; readonly link: LinkVersion | undefined } | undefined {
  try {
    return { descriptor: openSync(path, NOT_THROUGH_LINKS), link: undefined };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOOP')) throw error;
  }
  try {
    const { ino: inode, mtimeMs: mtime } = lstatSync(path);
    return { descriptor: openSync(path, 'r'), link: { inode, mtime } };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isUnchanged({ path, inode, size, mtime, link }: FileVersion): boolean {
  try {
    const now = statSync(path, QUIETLY);
    if (now === undefined || now.mtimeMs !== mtime || now.size !== size || now.ino !== inode) return false;
    if (link === undefined) return true;
    const own = lstatSync(path, QUIETLY);
    return own !== undefined && own.mtimeMs === link.mtime && own.ino === link.inode;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
