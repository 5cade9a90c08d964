import { chmodSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { lockFileSync } from '../../../lock/file-lock.ts';
import type { Permissions } from '../contract.ts';
import { makeDirectorySync, temporaryName } from '../files.ts';
import { type Database, openDatabase } from '../sqlite.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);
  CREATE TABLE IF NOT EXISTS metadata (name text, value text);
  CREATE UNIQUE INDEX IF NOT EXISTS idx_tile ON tiles (zoom_level, tile_column, tile_row);
`;

/** Reads only, where all are there. */
export function ensureTables(database: Database): void {
  database.exec(SCHEMA);
}

export interface NewMbtiles {
  /** Seconds to wait for another process that makes it. */
  readonly timeout: number;
  readonly name: string;
  readonly format: string;
  readonly permissions: Permissions;
}

/**
 * Makes an MBTiles file without tiles, under the lock that MapProxy makes it under (row CCH-10). It appears with all its
 * tables: nobody meets one without. It has no write-ahead log yet, which would bear another name. Nothing happens where
 * it is there meanwhile.
 */
export function createMbtiles(path: string, { timeout, name, format, permissions }: NewMbtiles): void {
  makeDirectorySync(dirname(path), permissions);
  const release = lockFileSync(`${path}.init.lck`, timeout * 1000, { permissions });
  const temporary = temporaryName(path);
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    const database = openDatabase(temporary);
    try {
      ensureTables(database);
      describe(database, name, format);
    } finally {
      database.close();
    }
    if (permissions.file !== undefined) chmodSync(temporary, permissions.file);
    putInPlace(temporary, path);
  } finally {
    for (const part of ['', '-journal']) rmSync(temporary + part, { force: true });
    release();
  }
}

/** Somebody who makes it without our lock may have been faster: theirs stays. Not every file system has links. */
function putInPlace(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    renameSync(temporary, path);
  }
}

function describe(database: Database, name: string, format: string): void {
  const entries = { name, description: '', version: '1', type: 'baselayer', format };
  const insert = database.prepare('INSERT INTO metadata (name, value) VALUES (?, ?)');
  for (const [key, value] of Object.entries(entries)) insert.run(key, value);
}
