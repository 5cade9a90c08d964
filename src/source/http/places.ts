import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FileLockOptions } from '../../lock/file-lock.ts';
import { enterSemaphore } from '../../lock/semaphore.ts';
import { getLogger } from '../../log.ts';
import { Gate } from './gate.ts';

const log = getLogger('mapproxy.source.request');

/** Where processes meet that ask the same hosts. */
export interface SharedPlaces {
  /** globals.cache.lock_dir (row GLB-26). */
  readonly directory: string;
  readonly permissions?: FileLockOptions['permissions'];
}

/** Counts the requests to each host: in this process, in the order of their coming, and among all (rows GLB-17, SRC-05). */
export class HostPlaces {
  readonly #shared: SharedPlaces | undefined;
  readonly #gates = new Map<string, Gate>();

  /** @param shared undefined: other processes are not counted */
  constructor(shared: SharedPlaces | undefined) {
    this.#shared = shared;
  }

  /**
   * Waits until less than `limit` requests to the URL's host are under way.
   *
   * @param url without credentials
   * @returns to be called once, when the place is free again
   * @throws the signal's reason
   */
  async enter(url: string, limit: number, signal: AbortSignal): Promise<() => void> {
    const leaveGate = await this.#gate(new URL(url).host).enter(limit, signal);
    try {
      const leaveSemaphore = await this.#enterShared(url, limit, signal);
      return () => {
        leaveSemaphore();
        leaveGate();
      };
    } catch (error) {
      leaveGate();
      throw error;
    }
  }

  #gate(host: string): Gate {
    let gate = this.#gates.get(host);
    if (gate === undefined) {
      gate = new Gate();
      this.#gates.set(host, gate);
    }
    return gate;
  }

  /** Where places cannot be kept at all the request is made all the same: too many are better than none. */
  async #enterShared(url: string, places: number, signal: AbortSignal): Promise<() => void> {
    if (this.#shared === undefined) return () => {};
    const { directory, permissions } = this.#shared;
    const path = join(directory, `${md5(networkLocation(url))}.lck`);
    try {
      return await enterSemaphore(path, { places, permissions, signal });
    } catch (err) {
      if (signal.aborted) throw signal.reason;
      log.error({ err }, `cannot lock ${path}, asking the source without`);
      return () => {};
    }
  }
}

/**
 * Host and port as they are written, which is what MapProxy counts by. It counts the user's name and password too; these
 * do not belong into the name of a file.
 */
function networkLocation(url: string): string {
  return /^[^:]+:\/\/([^/?#]*)/.exec(url)?.[1] ?? '';
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
