import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeWorld } from '../../../conf-examples/world/make-world.ts';
import { openDatabase } from '../../../src/cache/store/sqlite.ts';

/** Column, row from the south, level. */
export type Coordinate = readonly [x: number, y: number, z: number];

/** What all candidates serve: the tiles of one level, as files `z/x/y.png` and in an MBTiles file. */
export interface TileSite {
  readonly folder: string;
  readonly tiles: string;
  readonly mbtiles: string;
  readonly coordinates: readonly Coordinate[];
}

/** Some hundred tiles, so that no candidate lives on one hot entry. */
const LEVEL = 4;

const WORLD = new URL('../../../conf-examples/world/world.mbtiles', import.meta.url).pathname;

interface TileRow {
  readonly tile_column: number;
  readonly tile_row: number;
  readonly tile_data: Buffer;
}

/** Lays the sample world's tiles out in `folder`. */
export async function layTiles(folder: string): Promise<TileSite> {
  if (!existsSync(WORLD)) await makeWorld(WORLD);
  const database = openDatabase(WORLD, { readonly: true });
  const rows = database
    .prepare('SELECT tile_column, tile_row, tile_data FROM tiles WHERE zoom_level = ?')
    .all(LEVEL) as TileRow[];
  const coordinates = rows.map(({ tile_column, tile_row, tile_data }): Coordinate => {
    const file = join(folder, 'tiles', String(LEVEL), String(tile_column), `${tile_row}.png`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, tile_data);
    return [tile_column, tile_row, LEVEL];
  });
  database.close();
  return { folder, tiles: join(folder, 'tiles'), mbtiles: WORLD, coordinates };
}
