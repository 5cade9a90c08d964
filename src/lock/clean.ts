import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { getLogger } from '../log.ts';

const log = getLogger('mapgate.lock');

const SUFFIX = '.lck';

/**
 * Removes lock files that nobody can hold any more, as processes that were killed leave them (row TILE-11).
 *
 * @param olderThan milliseconds
 */
export async function cleanLockDirectory(directory: string, olderThan: number): Promise<void> {
  const limit = Date.now() - olderThan;
  let names: string[];
  try {
    names = await readdir(directory);
  } catch {
    return;
  }
  for (const name of names) {
    if (!name.endsWith(SUFFIX)) continue;
    const file = join(directory, name);
    try {
      const found = await stat(file);
      if (found.isFile() && found.mtimeMs < limit) await unlink(file);
    } catch (err) {
      // Gone meanwhile, or not ours to remove.
      log.debug({ err }, `could not remove the old lock file ${file}`);
    }
  }
}
