import { setTimeout as sleep } from 'node:timers/promises';
import { type FileLockOptions, POLL_MILLISECONDS, type Release, tryLockFileSync } from './file-lock.ts';
import { flock } from './flock.ts';

export interface SemaphoreOptions {
  /** How many may be inside. Who comes with another number counts those in the places that they have in common. */
  readonly places: number;
  readonly permissions?: FileLockOptions['permissions'];
  readonly signal: AbortSignal;
}

/**
 * Waits for one of several places, each a lock by a file `<path>0`, `<path>1` ..., for all processes of whatever program
 * that count by the same ones, MapProxy among them (row GLB-17). Nothing is blocked meanwhile. Where flock is not to be
 * had nobody is counted.
 *
 * @throws the signal's reason, or the file system's error
 */
export async function enterSemaphore(
  path: string,
  { places, permissions, signal }: SemaphoreOptions,
): Promise<Release> {
  const tryFlock = flock();
  if (tryFlock === undefined) return () => {};
  for (;;) {
    signal.throwIfAborted();
    // All begin somewhere else, so that the first place is not tried in vain by everybody.
    const first = Math.floor(Math.random() * places);
    for (let tried = 0; tried < places; tried++) {
      const file = `${path}${(first + tried) % places}`;
      const release = tryLockFileSync(file, tryFlock, { permissions, keepsFile: true });
      if (release !== undefined) return release;
    }
    await sleep(POLL_MILLISECONDS, undefined, { signal });
  }
}
