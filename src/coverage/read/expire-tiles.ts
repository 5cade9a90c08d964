import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bbox } from '../../grid/types.ts';
import { MERCATOR_LIMIT } from '../../srs/srs.ts';
import { bboxPolygon } from '../bbox-polygon.ts';
import type { Polygon } from '../contract.ts';
import type { ReadContext } from './polygons.ts';

/** Tiles beyond this level are smaller than a millimetre. */
const DEEPEST_LEVEL = 35;

const LINE = /^\s*(\d+)\/(\d+)\/(\d+)\s*$/;

/**
 * Areas of the tiles that a file, or all files below a folder, list as z/x/y in the web Mercator grid with rows from
 * the north (row COV-05). Neighbours in a row come as one rectangle.
 *
 * @throws Error of the file system
 */
export async function polygonsOfExpireTiles(path: string, context: ReadContext): Promise<Polygon[]> {
  /** Columns by level and row. */
  const rows = new Map<string, Set<number>>();
  for (const file of await filesOf(path)) readTiles(await readFile(file, 'utf8'), file, rows, context);
  return [...rows].flatMap(([row, columns]) => {
    const [level = 0, y = 0] = row.split('/').map(Number);
    return runs([...columns].sort((one, other) => one - other)).map(([first, last]) =>
      bboxPolygon(tilesBbox(level, y, first, last)),
    );
  });
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function readTiles(text: string, file: string, rows: Map<string, Set<number>>, { warn }: ReadContext): void {
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [z = Number.NaN, x = Number.NaN, y = Number.NaN] = LINE.exec(line)?.slice(1).map(Number) ?? [];
    if (!(z <= DEEPEST_LEVEL && x < 2 ** z && y < 2 ** z)) {
      warn(`found error in ${file}, skipping rest of file`);
      return;
    }
    const row = `${z}/${y}`;
    const columns = rows.get(row);
    if (columns === undefined) rows.set(row, new Set([x]));
    else columns.add(x);
  }
}

/** First and last of numbers that follow each other. */
function runs(sorted: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  for (const number of sorted) {
    const run = found.at(-1);
    if (run !== undefined && run[1] + 1 === number) run[1] = number;
    else found.push([number, number]);
  }
  return found;
}

function tilesBbox(level: number, row: number, first: number, last: number): Bbox {
  const size = (2 * MERCATOR_LIMIT) / 2 ** level;
  const [west, east] = [-MERCATOR_LIMIT + first * size, -MERCATOR_LIMIT + (last + 1) * size];
  return [west, MERCATOR_LIMIT - (row + 1) * size, east, MERCATOR_LIMIT - row * size];
}
