import { VERSION } from '../../version.ts';
import type { Supervisor } from '../supervisor.ts';
import type { Task } from './tasks.ts';

/** How the server is now; times are ISO 8601, durations seconds. */
export interface Status {
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  readonly uptime: number;
  readonly ready: boolean;
  readonly generation: number;
  readonly addresses: readonly string[];
  readonly lastReload: { readonly time: string; readonly ok: boolean; readonly error?: string } | null;
  readonly workers: readonly WorkerStatus[];
  readonly counters: Readonly<Record<string, number>>;
  readonly tasks: readonly Task[];
}

export interface WorkerStatus {
  readonly pid: number;
  readonly generation: number;
  readonly state: 'starting' | 'serving' | 'draining';
  readonly age: number;
  readonly requests: number;
  readonly pending: number;
  /** Bytes. */
  readonly residentMemory: number;
  readonly transport: string | null;
}

export function statusOf(supervisor: Supervisor, tasks: readonly Task[]): Status {
  const { startedAt, isReady, generation, addresses, lastReload, totals, events } = supervisor;
  return {
    version: VERSION,
    node: process.version,
    pid: process.pid,
    uptime: secondsSince(startedAt),
    ready: isReady,
    generation,
    addresses,
    lastReload:
      lastReload === undefined
        ? null
        : {
            time: new Date(lastReload.at).toISOString(),
            ok: lastReload.error === undefined,
            ...(lastReload.error === undefined ? {} : { error: lastReload.error }),
          },
    workers: supervisor.workers.map((worker) => ({
      pid: worker.pid ?? 0,
      generation: supervisor.generationOf(worker),
      state: worker.draining ? 'draining' : worker.isAccepting ? 'serving' : 'starting',
      age: secondsSince(worker.startedAt),
      requests: worker.state?.requests ?? 0,
      pending: worker.state?.pending ?? 0,
      residentMemory: worker.state?.residentMemory ?? 0,
      transport: worker.transport,
    })),
    counters: {
      requests: totals.sum('requests'),
      cacheTiles: totals.sum('cacheTiles'),
      sourceRequests: totals.sum('sourceRequests'),
      ...events,
    },
    tasks,
  };
}

function secondsSince(time: number): number {
  return Math.round((Date.now() - time) / 1000);
}
