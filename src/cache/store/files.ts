import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rename as renameFile, writeFile } from 'node:fs';
import { chmod, mkdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Permissions } from './contract.ts';

/** Never wider, whatever the umask says, unless configured (row SEC-06). */
const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o644;

// Not those of fs/promises: their file handles take twice the time beside the system calls.
const writeWhole = promisify(writeFile);
const rename = promisify(renameFile);

/**
 * Writes a file so that readers see the old content or the new one, never a part (row TILE-25). Directories are made
 * on the way.
 */
export async function writeAtomically(file: string, body: Buffer, permissions: Permissions): Promise<void> {
  const temporary = temporaryName(file);
  await withDirectory(temporary, permissions, () => writeNew(temporary, body, permissions));
  try {
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** Beside a file, for what is to take its place. */
export function temporaryName(file: string): string {
  return `${file}.tmp-${randomBytes(6).toString('hex')}`;
}

/** Makes something in a directory, and the directory before it where that is missing. */
export async function withDirectory(file: string, permissions: Permissions, make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeDirectoryOnce(dirname(file), permissions);
    await make();
  }
}

async function writeNew(file: string, body: Buffer, permissions: Permissions): Promise<void> {
  try {
    await writeWhole(file, body, { flag: 'wx', mode: FILE_MODE });
    if (permissions.file !== undefined) await chmod(file, permissions.file);
  } catch (error) {
    if (!isMissing(error)) await unlink(file).catch(() => {});
    throw error;
  }
}

/** Directories that are being made: tiles of one meta tile need the same ones at the same time. */
const beingMade = new Map<string, Promise<void>>();

function makeDirectoryOnce(directory: string, permissions: Permissions): Promise<void> {
  const pending = beingMade.get(directory);
  if (pending !== undefined) return pending;
  const made = makeDirectory(directory, permissions).finally(() => beingMade.delete(directory));
  beingMade.set(directory, made);
  return made;
}

/** Makes a directory and those above it; the configured mode is set on each that is new, against the umask. */
async function makeDirectory(directory: string, permissions: Permissions): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  for (const made of newDirectories(directory, first)) {
    if (permissions.directory !== undefined) await chmod(made, permissions.directory);
  }
}

/** The same at once. */
export function makeDirectorySync(directory: string, permissions: Permissions): void {
  const first = mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  for (const made of newDirectories(directory, first)) {
    if (permissions.directory !== undefined) chmodSync(made, permissions.directory);
  }
}

/** From the deepest up to the first that had to be made; none for undefined. */
function* newDirectories(directory: string, first: string | undefined): Generator<string> {
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) yield made;
}

/** Longer than file systems take to count a change as a later one. */
const CLOCK_TICK_MILLISECONDS = 100;

/**
 * Whether the time of a file's last change tells its content: of a file changed just now, a further change may bear
 * the same time.
 *
 * @param mtime milliseconds since 1970
 */
export function isSettled(mtime: number): boolean {
  return Date.now() - mtime > CLOCK_TICK_MILLISECONDS;
}

/** Whether an error says that a file or directory is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
