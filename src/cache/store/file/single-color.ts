import { link, lstat, rename, symlink, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { CHANNELS, decodeImage, type Raster } from '../../../image/raster.ts';
import type { Permissions } from '../contract.ts';
import { temporaryName, withDirectory, writeAtomically } from '../files.ts';

/** How tiles of one colour share a file (rows GLB-34, TILE-24). */
export type LinkMode = 'symlink' | 'hardlink';

/** The colour of a picture that has only one, as the name of its file: `ff0000`, with alpha `ff000080`. */
export async function singleColor(body: Buffer): Promise<string | undefined> {
  let raster: Raster;
  try {
    raster = await decodeImage(body);
  } catch {
    return undefined;
  }
  const { data, opaque } = raster;
  const first = data.subarray(0, CHANNELS);
  // A picture that is the same moved by one pixel has one colour.
  if (!data.subarray(CHANNELS).equals(data.subarray(0, data.length - CHANNELS))) return undefined;
  return first.toString('hex', 0, opaque ? CHANNELS - 1 : CHANNELS);
}

/**
 * Stores a tile as a link to the file of its colour, which is made where it is not there. Readers see the old tile or the
 * new one.
 *
 * @param shared the file of the colour
 */
export async function linkTile(
  file: string,
  shared: string,
  body: Buffer,
  mode: LinkMode,
  permissions: Permissions,
): Promise<void> {
  if (!(await exists(shared))) await writeAtomically(shared, body, permissions);
  const temporary = temporaryName(file);
  await withDirectory(temporary, permissions, () =>
    mode === 'hardlink' ? link(shared, temporary) : symlink(relative(dirname(file), shared), temporary),
  );
  try {
    await rename(temporary, file);
  } finally {
    // Still there when both names were links to the same file before: rename does nothing then.
    await unlink(temporary).catch(() => {});
  }
}

export function singleColorFile(root: string, color: string, suffix: string): string {
  return join(root, 'single_color_tiles', color + suffix);
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch {
    return false;
  }
}
