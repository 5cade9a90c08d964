import {
  chmodSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { flock, type TryFlock } from './flock.ts';
import { tryNameLock } from './name-lock.ts';

/** How often is looked whether a lock is free, as MapProxy does (row TILE-11). */
export const POLL_MILLISECONDS = 10;

const DIRECTORY_MODE = 0o755;
/** Never wider unless configured (row SEC-06): accounts that share a cache need `file_permissions` for it anyway. */
const FILE_MODE = 0o644;

/** Gives a lock up; a second call does nothing. */
export type Release = () => void;

export interface FileLockOptions {
  /** Modes of what is made, against the umask (row GLB-35). */
  readonly permissions?: { readonly directory: number | undefined; readonly file: number | undefined } | undefined;
  /** The file stays when its lock is given up: a program that does not look which file it has locked is kept out. */
  readonly keepsFile?: boolean | undefined;
}

export interface WaitOptions extends FileLockOptions {
  readonly timeoutMilliseconds: number;
  readonly signal: AbortSignal;
}

/** Nobody gave the lock up in time. */
export class LockTimeout extends Error {
  override readonly name = 'LockTimeout';
}

/**
 * Locks by a file, as MapProxy does, for all processes of whatever program that lock the same one (rows TILE-11,
 * GLB-17). A process that ends gives its locks up, however it ends. Where flock is not to be had, only Mapgate's own
 * processes on the same machine are excluded.
 *
 * @throws LockTimeout, the signal's reason, or the file system's error
 */
export async function lockFile(path: string, options: WaitOptions): Promise<Release> {
  const deadline = performance.now() + options.timeoutMilliseconds;
  for (;;) {
    options.signal.throwIfAborted();
    const release = await tryLockFile(path, options);
    if (release !== undefined) return release;
    if (performance.now() >= deadline) throw new LockTimeout('another process is still running with our lock');
    await sleep(POLL_MILLISECONDS, undefined, { signal: options.signal });
  }
}

/** The same without waiting; undefined: somebody has it. */
export async function tryLockFile(path: string, options: FileLockOptions = {}): Promise<Release | undefined> {
  const tryFlock = flock();
  return tryFlock === undefined ? tryNameLock(path) : tryLockFileSync(path, tryFlock, options);
}

/**
 * Waits as `lockFile` does, and everything in this thread with it: for what is done once and is over in a moment. Without
 * flock nobody is excluded.
 *
 * @throws LockTimeout
 */
export function lockFileSync(path: string, timeoutMilliseconds: number, options: FileLockOptions = {}): Release {
  const tryFlock = flock();
  if (tryFlock === undefined) return () => {};
  const deadline = performance.now() + timeoutMilliseconds;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const release = tryLockFileSync(path, tryFlock, options);
    if (release !== undefined) return release;
    if (performance.now() >= deadline) throw new LockTimeout(`another process holds ${path}`);
    Atomics.wait(clock, 0, 0, POLL_MILLISECONDS);
  }
}

/** By flock alone, at once. Undefined: somebody has it. */
export function tryLockFileSync(path: string, tryFlock: TryFlock, options: FileLockOptions = {}): Release | undefined {
  const descriptor = openLockFile(path, options);
  let isLocked = false;
  try {
    // Whoever gave the lock up took the file away; what is locked then is a file that nobody else will find.
    isLocked = tryFlock(descriptor) && isStillThere(path, descriptor);
    if (!isLocked) return undefined;
    tellOwner(descriptor);
  } finally {
    if (!isLocked) closeSync(descriptor);
  }
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    try {
      if (options.keepsFile !== true) unlinkSync(path);
    } catch {
      // Cleaned away, or not ours to remove: closing gives it up all the same.
    }
    closeSync(descriptor);
  };
}

/** For people who look into the file; a full disk must not keep a lock from being taken. */
function tellOwner(descriptor: number): void {
  try {
    // Not for nothing: ext4 takes it for a file whose content is being replaced, and writes that to the disk at once.
    if (fstatSync(descriptor).size > 0) ftruncateSync(descriptor);
    writeSync(descriptor, ` ${process.pid}\n`, 0);
  } catch {}
}

function openLockFile(path: string, { permissions }: FileLockOptions): number {
  const open = () => {
    const descriptor = openSync(path, 'a', FILE_MODE);
    if (permissions?.file !== undefined && fstatSync(descriptor).size === 0) chmodQuietly(path, permissions.file);
    return descriptor;
  };
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = mkdirSync(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
  if (made !== undefined && permissions?.directory !== undefined) chmodQuietly(dirname(path), permissions.directory);
  return open();
}

/** Another account may have made it in the meantime. */
function chmodQuietly(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {}
}

function isStillThere(path: string, descriptor: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  const { ino, dev } = fstatSync(descriptor);
  return found.ino === ino && found.dev === dev;
}
