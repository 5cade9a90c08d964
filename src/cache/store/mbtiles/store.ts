import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { TileCoord } from '../../../grid/types.ts';
import { RequestError } from '../../../http/errors.ts';
import type { Dimensions, NewTile, Permissions, StoredTile, TileStore } from '../contract.ts';
import { isSettled } from '../files.ts';
import { type Database, onceFree, openDatabase, type Statement } from '../sqlite.ts';
import type { TileMemoryPart } from '../tile-memory.ts';
import { createMbtiles, ensureTables } from './create.ts';

export interface MbtilesStoreOptions {
  /** Seconds to wait for another process. */
  readonly timeout: number;
  readonly wal: boolean;
  /** For the file's metadata. */
  readonly name: string;
  readonly format: string;
  readonly permissions: Permissions;
  readonly mimeTypeOf: (body: Buffer) => string;
  readonly memory: TileMemoryPart<number>;
}

interface OpenFile {
  readonly inode: number;
  readonly database: Database;
  readonly select: Statement;
  readonly insert: Statement;
}

const QUIETLY = { throwIfNoEntry: false } as const;

/**
 * The MBTiles tables as MapProxy writes them; rows keep the grid's own count (row CCH-10). The file is opened, and made
 * if need be, when the first tile is asked for, and anew when another file has taken its place.
 *
 * The tables have no place for a time, but clients are told one: it is the file's. It changes whenever any tile is
 * written, so a client may ask again for a tile that is the same; never the other way round. Tiles in memory are good
 * as long as it stays: to look at it costs a third of `PRAGMA data_version`, and sees the same commits.
 */
export class MbtilesStore implements TileStore {
  readonly keepsTimes = false;
  readonly supportsDimensions = false;
  readonly lockId: string;
  readonly #path: string;
  readonly #options: MbtilesStoreOptions;
  #file: OpenFile | undefined;
  /** When the file changed last, in milliseconds since 1970. */
  #changed = 0;

  constructor(path: string, options: MbtilesStoreOptions) {
    this.lockId = `mbtiles-${createHash('md5').update(path).digest('hex')}`;
    this.#path = path;
    this.#options = options;
  }

  /** At once, unless another process is just writing. */
  load(coord: TileCoord, dimensions?: Dimensions): StoredTile | null | Promise<StoredTile | null> {
    if (dimensions !== undefined) refuseDimensions(dimensions);
    return onceFree(this.#options.timeout, () => this.#load(coord));
  }

  #load(coord: TileCoord): StoredTile | null {
    const { select } = this.#current();
    const { memory, mimeTypeOf } = this.#options;
    const changed = this.#changed;
    const hot = memory.get(coord, undefined);
    if (hot !== undefined && hot.version === changed) return hot.tile;
    const row = select.get(coord[2], coord[0], coord[1]);
    if (!Array.isArray(row) || !Buffer.isBuffer(row[0])) return null;
    const [body] = row;
    const tile: StoredTile = {
      body,
      mimeType: mimeTypeOf(body),
      timestamp: changed / 1000,
      cacheable: true,
      answer: undefined,
    };
    if (isSettled(changed)) memory.set(coord, undefined, tile, changed);
    return tile;
  }

  /** In one transaction: a meta tile costs one wait for the disk. */
  async store(tiles: readonly NewTile[], dimensions?: Dimensions): Promise<void> {
    if (dimensions !== undefined) refuseDimensions(dimensions);
    await onceFree(this.#options.timeout, () => {
      const { database, insert } = this.#current();
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const { coord, body } of tiles) insert.run(coord[2], coord[0], coord[1], body);
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async remove([x, y, level]: TileCoord): Promise<void> {
    await this.#run('DELETE FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?', level, x, y);
  }

  async removeLevel(level: number, before?: number): Promise<void> {
    if (before === undefined) await this.#run('DELETE FROM tiles WHERE zoom_level = ?', level);
  }

  close(): void {
    this.#file?.database.close();
    this.#file = undefined;
    this.#options.memory.clear();
  }

  async #run(sql: string, ...parameters: number[]): Promise<void> {
    await onceFree(this.#options.timeout, () =>
      this.#current()
        .database.prepare(sql)
        .run(...parameters),
    );
  }

  /** The open file, with the time of its last change. */
  #current(): OpenFile {
    let stats = statSync(this.#path, QUIETLY);
    if (this.#file !== undefined && this.#file.inode !== stats?.ino) this.close();
    if (this.#file === undefined) {
      if (stats === undefined) createMbtiles(this.#path, this.#options);
      stats = statSync(this.#path);
      this.#file = this.#open(stats.ino);
    }
    // With WAL the main file is only touched when the log is copied into it.
    const log = statSync(`${this.#path}-wal`, QUIETLY);
    const own = stats?.mtimeMs ?? 0;
    this.#changed = log === undefined ? own : Math.max(own, log.mtimeMs);
    return this.#file;
  }

  #open(inode: number): OpenFile {
    const database = openDatabase(this.#path);
    try {
      if (this.#options.wal) database.exec('PRAGMA journal_mode = WAL');
      ensureTables(database);
      return {
        inode,
        database,
        select: database
          .prepare('SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?')
          .raw(),
        insert: database.prepare(
          'INSERT OR REPLACE INTO tiles (zoom_level, tile_column, tile_row, tile_data) VALUES (?, ?, ?, ?)',
        ),
      };
    } catch (error) {
      database.close();
      throw error;
    }
  }
}

/** Tiles that differ by dimensions would be one in these tables (row TILE-23). @throws RequestError */
function refuseDimensions(dimensions: Dimensions): void {
  if (dimensions.size > 0) throw new RequestError('this cache does not support dimensions', { status: 400 });
}
