import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/** A tile in the numbering of MBTiles: row 0 is the southernmost. */
export interface StoredTile {
  readonly level: number;
  readonly column: number;
  readonly row: number;
  readonly png: Buffer;
}

/** better-sqlite3 where it is built for this machine, else libsql, which has the same interface. */
function loadDriver(): typeof BetterSqlite3 {
  const require = createRequire(import.meta.url);
  try {
    const driver: typeof BetterSqlite3 = require('better-sqlite3');
    // The binding is loaded by the first database, not by the module.
    new driver(':memory:').close();
    return driver;
  } catch {
    return require('libsql');
  }
}

/**
 * Writes a new MBTiles file (MBTiles 1.3), in one transaction. The file must not exist yet.
 *
 * @param tiles in the order wanted in the file
 */
export function writeMbtiles(
  path: string,
  metadata: Readonly<Record<string, string>>,
  tiles: Iterable<StoredTile>,
): void {
  const Database = loadDriver();
  const database = new Database(path);
  try {
    // Nobody reads the file before it is complete, and a broken one is thrown away: no journal is needed.
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.exec('CREATE TABLE metadata (name TEXT, value TEXT)');
    database.exec('CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)');
    database.exec('CREATE UNIQUE INDEX idx_tile ON tiles (zoom_level, tile_column, tile_row)');
    const insertMetadata = database.prepare('INSERT INTO metadata (name, value) VALUES (?, ?)');
    const insertTile = database.prepare('INSERT INTO tiles VALUES (?, ?, ?, ?)');
    database.transaction(() => {
      for (const [name, value] of Object.entries(metadata)) insertMetadata.run(name, value);
      for (const { level, column, row, png } of tiles) insertTile.run(level, column, row, png);
    })();
  } finally {
    database.close();
  }
}
