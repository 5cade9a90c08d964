import { chmodSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TileCoord } from '../../../grid/types.ts';
import type { NewTile, Permissions, StoredTile, TileStore } from '../contract.ts';
import { isSettled, makeDirectorySync } from '../files.ts';
import { type Database, openDatabase, type Statement } from '../sqlite.ts';
import type { TileMemoryPart } from '../tile-memory.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
  CREATE TABLE IF NOT EXISTS metadata (name text, value text);
  CREATE UNIQUE INDEX IF NOT EXISTS idx_tile ON tiles (zoom_level, tile_column, tile_row);
`;

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
  readonly database: Database;
  readonly select: Statement;
  readonly insert: Statement;
}

const QUIETLY = { throwIfNoEntry: false } as const;

/**
 * The MBTiles tables as MapProxy writes them; rows keep the grid's own count (row CCH-10). The file is opened, and made
 * if need be, when the first tile is asked for.
 *
 * The tables have no place for a time, but clients are told one: it is the file's. It changes whenever any tile is
 * written, so a client may ask again for a tile that is the same; never the other way round. Tiles in memory are good
 * as long as it stays: to look at it costs a third of `PRAGMA data_version`, and sees the same commits.
 */
export class MbtilesStore implements TileStore {
  readonly supportsDimensions = false;
  readonly #path: string;
  readonly #options: MbtilesStoreOptions;
  #file: OpenFile | undefined;

  constructor(path: string, options: MbtilesStoreOptions) {
    this.#path = path;
    this.#options = options;
  }

  load(coord: TileCoord): StoredTile | null {
    this.#file ??= this.#open();
    const changed = this.#changed();
    const hot = this.#options.memory.get(coord, undefined);
    if (hot !== undefined && hot.version === changed) return hot.tile;
    const row = this.#file.select.get(coord[2], coord[0], coord[1]);
    if (!Array.isArray(row) || !Buffer.isBuffer(row[0])) return null;
    const [body] = row;
    const tile: StoredTile = {
      body,
      mimeType: this.#options.mimeTypeOf(body),
      timestamp: changed / 1000,
      cacheable: true,
      answer: undefined,
    };
    if (isSettled(changed)) this.#options.memory.set(coord, undefined, tile, changed);
    return tile;
  }

  /** In one transaction: a meta tile costs one wait for the disk. */
  async store(tiles: readonly NewTile[]): Promise<void> {
    this.#file ??= this.#open();
    const { database, insert } = this.#file;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const { coord, body } of tiles) insert.run(coord[2], coord[0], coord[1], body);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  async remove([x, y, level]: TileCoord): Promise<void> {
    this.#file ??= this.#open();
    const { database } = this.#file;
    database.prepare('DELETE FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?').run(level, x, y);
  }

  close(): void {
    this.#file?.database.close();
    this.#file = undefined;
    this.#options.memory.clear();
  }

  #open(): OpenFile {
    makeDirectorySync(dirname(this.#path));
    const { timeout, wal, permissions } = this.#options;
    const database = openDatabase(this.#path, { timeout: timeout * 1000 });
    try {
      if (permissions.file !== undefined) chmodSync(this.#path, permissions.file);
      if (wal) database.exec('PRAGMA journal_mode = WAL');
      database.exec(SCHEMA);
      this.#describe(database);
      return {
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

  /** A file that somebody described already keeps its description. */
  #describe(database: Database): void {
    if (database.prepare('SELECT 1 FROM metadata LIMIT 1').get() !== undefined) return;
    const { name, format } = this.#options;
    const entries = { name, description: '', version: '1', type: 'baselayer', format };
    const insert = database.prepare('INSERT INTO metadata (name, value) VALUES (?, ?)');
    for (const [key, value] of Object.entries(entries)) insert.run(key, value);
  }

  /** When the file changed last, in milliseconds since 1970. */
  #changed(): number {
    const file = statSync(this.#path).mtimeMs;
    // With WAL the main file is only touched when the log is copied into it.
    const log = statSync(`${this.#path}-wal`, QUIETLY);
    return log === undefined ? file : Math.max(file, log.mtimeMs);
  }
}
