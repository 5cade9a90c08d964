import { join } from 'node:path';
import type { TileCoord } from '../grid/types.ts';
import { SourceError } from '../http/errors.ts';
import { cleanLockDirectory } from '../lock/clean.ts';
import { LockTimeout, lockFile, type Release } from '../lock/file-lock.ts';
import { getLogger } from '../log.ts';
import { RepeatedFailure } from './repeated-failure.ts';
import type { Permissions } from './store/contract.ts';

const log = getLogger('mapproxy.cache.tile');

/** The directory is cleaned at every so many locks (row TILE-11). */
const LOCKS_BETWEEN_CLEANINGS = 50;
/** How much older than the longest wait a lock file is that nobody can hold any more. */
const GRACE_MILLISECONDS = 10_000;

export interface TileLocksOptions {
  readonly directory: string;
  /** Of the cache, the same as MapProxy's (row TILE-12). */
  readonly cacheId: string;
  /** How long to wait for whoever makes the same tiles (row GLB-10). */
  readonly timeoutSeconds: number;
  readonly permissions: Permissions;
}

/** Keeps processes, MapProxy's too, from making the same tiles at the same time (rows TILE-11, TILE-12). */
export class TileLocks {
  readonly #options: TileLocksOptions;
  readonly #failure = new RepeatedFailure();
  #taken = 0;

  constructor(options: TileLocksOptions) {
    this.#options = options;
  }

  /**
   * Waits for the lock of a tile that stands for all made with it. Where locks cannot be kept at all, tiles are made all
   * the same: twice is better than never.
   *
   * @throws SourceError when it stays locked for too long, or the signal's reason
   */
  async lock(coord: TileCoord, signal: AbortSignal): Promise<Release> {
    const { directory, cacheId, timeoutSeconds, permissions } = this.#options;
    const timeoutMilliseconds = timeoutSeconds * 1000;
    if (this.#taken++ % LOCKS_BETWEEN_CLEANINGS === 0) {
      await cleanLockDirectory(directory, timeoutMilliseconds + GRACE_MILLISECONDS);
    }
    const file = join(directory, `${cacheId}-${coord.join('-')}.lck`);
    try {
      return await lockFile(file, { timeoutMilliseconds, signal, permissions });
    } catch (err) {
      if (signal.aborted) throw signal.reason;
      if (err instanceof LockTimeout) throw new SourceError(err.message, { cause: err, detail: file });
      this.#failure.happened((before) => log.error({ err }, `cannot lock ${file}, making tiles without${before}`));
      return () => {};
    }
  }
}
