import type { Dirent } from 'node:fs';
import { lstat, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isMissing } from '../files.ts';
import type { Layout } from './layouts.ts';

/** Kept beside the tiles, and no tiles themselves. */
const OTHERS = new Set(['single_color_tiles', 'tile_locks']);

/**
 * Removes the tiles of a level below a cache's directory, of all dimensions.
 *
 * @param suffix of tile files, with the dot
 * @param before seconds since 1970: only tiles made before
 */
export async function removeLevel(
  root: string,
  { levels }: Layout,
  suffix: string,
  level: number,
  before: number | undefined,
): Promise<void> {
  for await (const directory of dimensionDirectories(root)) {
    if (levels.kind === 'directories') {
      const tiles = join(directory, levels.directory(level));
      if (before === undefined) await rm(tiles, { recursive: true, force: true });
      else await removeFiles(tiles, (file) => isOlder(file, before));
    } else {
      await removeFiles(directory, async (file) => {
        const path = relative(directory, file);
        const isOfLevel = path.endsWith(suffix) && levels.levelOf(path.slice(0, -suffix.length)) === level;
        return isOfLevel && (before === undefined || (await isOlder(file, before)));
      });
    }
  }
}

/** The directory itself and those of dimensions in it: `time-2020`, `dim_level-700` (row CCH-09). */
async function* dimensionDirectories(directory: string): AsyncGenerator<string> {
  yield directory;
  for (const entry of await entriesOf(directory)) {
    if (isDimension(entry)) yield* dimensionDirectories(join(directory, entry.name));
  }
}

function isDimension(entry: Dirent): boolean {
  return entry.isDirectory() && entry.name.includes('-');
}

/** Below a directory, those of dimensions left out; directories that are empty after that go too. */
async function removeFiles(directory: string, isWanted: (file: string) => Promise<boolean>): Promise<void> {
  for (const entry of await entriesOf(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (isDimension(entry) || OTHERS.has(entry.name)) continue;
      await removeFiles(path, isWanted);
      await rmdir(path).catch(() => {});
    } else if (await isWanted(path)) {
      await unlink(path).catch(ignoreMissing);
    }
  }
}

/** Of a link its own time, which is that of its tile (row TILE-24). */
async function isOlder(file: string, before: number): Promise<boolean> {
  try {
    return (await lstat(file)).mtimeMs / 1000 < before;
  } catch (error) {
    return ignoreMissing(error);
  }
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}

/** Somebody else may clean too. */
function ignoreMissing(error: unknown): false {
  if (isMissing(error)) return false;
  throw error;
}
