import type { BrokenApplication } from '../app/debug/open.ts';
import type { MaintenanceProgress, MaintenanceTask } from '../http/maintenance.ts';
import type { Counts } from '../metrics.ts';
import type { Phase } from '../waiting.ts';
import type { Deployment } from './deployment.ts';

/** What the supervisor tells a worker. */
export type WorkerOrder =
  /** Load what opening an application for its developers takes; `start` is to come. */
  | { readonly type: 'prepare' }
  /** Serve: `descriptors[i]` is the bound socket of `deployment.listen[i]`. */
  | { readonly type: 'start'; readonly deployment: Deployment; readonly descriptors: readonly number[] }
  /** Stop accepting, finish what is in flight within so many seconds (else: as the deployment says), exit 0. */
  | { readonly type: 'drain'; readonly deadline?: number }
  /** Tell the state now. */
  | { readonly type: 'report' }
  /** Open the log's file again. */
  | { readonly type: 'reopen-log' }
  /** Remove tiles, or make them anew; `progress` follows. */
  | { readonly type: 'maintain'; readonly id: number; readonly task: MaintenanceTask };

/** What a worker counted since its last report, and how it is now. */
export interface WorkerState {
  readonly counts: readonly Counts[];
  /** Since its start. */
  readonly requests: number;
  /** Requests without a whole answer. */
  readonly pending: number;
  /** Of what is behind them: how many wait, by what for. */
  readonly waiting: Readonly<Record<Phase, number>>;
  /** Bytes. */
  readonly residentMemory: number;
  /** Milliseconds that timers came late since the last report. */
  readonly eventLoopDelay: { readonly mean: number; readonly max: number };
}

/** What a worker tells the supervisor. */
export type WorkerReport =
  | {
      readonly type: 'ready';
      readonly transport: string | null;
      readonly fallbackReason: string | null;
      /** What the application was read from. */
      readonly files: readonly string[];
    }
  /** It could not start; `message` is for the operator, `broken` for developers. */
  | { readonly type: 'failed'; readonly message: string; readonly broken?: BrokenApplication }
  /** It has served its time and asks to be replaced. */
  | { readonly type: 'retire'; readonly reason: string }
  /** Every second, and when asked. */
  | ({ readonly type: 'state' } & WorkerState)
  | ({ readonly type: 'progress'; readonly id: number } & MaintenanceProgress);
