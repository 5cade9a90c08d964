import type { BrokenApplication } from '../app/debug/open.ts';
import type { Deployment } from './deployment.ts';

/** What the supervisor tells a worker. */
export type WorkerOrder =
  /** Load what opening an application for its developers takes; `start` is to come. */
  | { readonly type: 'prepare' }
  /** Serve: `descriptors[i]` is the bound socket of `deployment.listen[i]`. */
  | { readonly type: 'start'; readonly deployment: Deployment; readonly descriptors: readonly number[] }
  /** Stop accepting, finish what is in flight, exit 0. */
  | { readonly type: 'drain' };

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
  | { readonly type: 'retire'; readonly reason: string };
