import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Deployment } from './deployment.ts';
import type { WorkerOrder, WorkerReport } from './messages.ts';
import { StartError } from './start-error.ts';

/** The compiled worker beside this file; run from sources, its TypeScript. */
const WORKER_FILE = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
);

/** Descriptors of a child: 0 to 2, the message channel, then the sockets. */
const FIRST_SOCKET_FD = 4;

/** Milliseconds a worker may take to open its application. */
const START_TIMEOUT = 120_000;

/** Milliseconds beyond its drain timeout before a worker is killed. */
const KILL_GRACE = 5_000;

export interface Ready {
  readonly transport: string | null;
  readonly fallbackReason: string | null;
  /** What the application was read from. */
  readonly files: readonly string[];
}

/**
 * Starts a worker process that waits for its order.
 *
 * @param sockets bound sockets of what it is to listen on
 */
export function forkWorker(sockets: readonly number[]): ChildProcess {
  return fork(WORKER_FILE, [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...sockets],
    serialization: 'json',
  });
}

/** One worker process, from its order to its exit. */
export class WorkerHandle {
  readonly deployment: Deployment;
  /** Milliseconds since 1970. */
  readonly startedAt = Date.now();
  /** Exit code, or the signal's name. Never rejects. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  readonly #onRetire: (reason: string) => void;
  #drainTimer: NodeJS.Timeout | undefined;

  /**
   * @param sockets bound sockets of `deployment.listen`, in its order
   * @param child a process that waits for its order, with these sockets
   */
  constructor(
    deployment: Deployment,
    sockets: readonly number[],
    onRetire: (reason: string) => void,
    child: ChildProcess = forkWorker(sockets),
  ) {
    this.deployment = deployment;
    this.#onRetire = onRetire;
    this.#child = child;
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        clearTimeout(this.#drainTimer);
        resolve(signal ?? `code ${code}`);
      });
      this.#child.once('error', (error) => resolve(error.message));
    });
    this.#order({ type: 'start', deployment, descriptors: sockets.map((_, index) => FIRST_SOCKET_FD + index) });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get draining(): boolean {
    return this.#drainTimer !== undefined;
  }

  /** Resolves when it accepts; rejects with the operator's message when it cannot start. */
  async ready(): Promise<Ready> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), START_TIMEOUT);
    try {
      const report = await Promise.race([this.#firstReport(), this.exited]);
      if (typeof report === 'string') throw new StartError(`the worker ended with ${report} before it was ready`);
      if (report.type === 'failed') throw new StartError(report.message, { cause: report.broken });
      this.#child.on('message', (later: WorkerReport) => {
        if (later.type === 'retire') this.#onRetire(later.reason);
      });
      return { transport: null, fallbackReason: null, files: [], ...report };
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets it finish what is in flight and exit; killed when it does not. Resolves when it is gone. */
  async drain(): Promise<void> {
    if (this.#drainTimer === undefined) {
      const limit = this.deployment.workers.drainTimeout * 1000 + KILL_GRACE;
      this.#drainTimer = setTimeout(() => this.#child.kill('SIGKILL'), limit);
      this.#order({ type: 'drain' });
    }
    await this.exited;
  }

  async #firstReport(): Promise<WorkerReport> {
    const [report] = await once(this.#child, 'message');
    return report;
  }

  #order(order: WorkerOrder): void {
    // A worker that died in this moment is seen by `exited`.
    if (this.#child.connected) this.#child.send(order, () => {});
  }
}
