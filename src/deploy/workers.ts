import { availableParallelism } from 'node:os';
import type { WorkerSettings } from '../server/deployment.ts';
import { bytesOf } from './units.ts';

/** Worker settings as written; what is left out is undefined. */
export interface WrittenWorkerSettings {
  readonly count?: 'auto' | number | undefined;
  readonly recycle_after?: number | undefined;
  /** Bytes, or a number with K, M or G. */
  readonly memory_limit?: number | string | undefined;
  /** Seconds. */
  readonly drain_timeout?: number | undefined;
}

/** A cold tile's sources may take 60 s (row GLB-10); a worker that is to go waits a little less for it. */
const DEFAULT_DRAIN_TIMEOUT = 55;

/** Completes worker settings; `auto` is one worker for each core. @throws RangeError for a size that is none */
export function workerSettings(written: WrittenWorkerSettings): WorkerSettings {
  const count = written.count ?? 'auto';
  return {
    count: count === 'auto' ? availableParallelism() : count,
    recycleAfter: written.recycle_after ?? 0,
    memoryLimit: bytesOf(written.memory_limit ?? 0),
    drainTimeout: written.drain_timeout ?? DEFAULT_DRAIN_TIMEOUT,
  };
}
