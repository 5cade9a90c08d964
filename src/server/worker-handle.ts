import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MaintenanceTask } from '../http/maintenance.ts';
import type { Deployment } from './deployment.ts';
import type { WorkerOrder, WorkerReport, WorkerState } from './messages.ts';
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
  #killAt = Infinity;
  #state: (WorkerState & { readonly at: number }) | undefined;
  readonly #listeners = new Set<(report: WorkerReport) => void>();
  #transport: string | null = null;
  #isAccepting = false;

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
      this.#child.on('message', (later: WorkerReport) => this.#onReport(later));
      this.#isAccepting = true;
      if (report.type === 'ready') this.#transport = report.transport;
      return { transport: null, fallbackReason: null, files: [], ...report };
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What it told last, `at` milliseconds since 1970; undefined before its first report. */
  get state(): (WorkerState & { readonly at: number }) | undefined {
    return this.#state;
  }

  /** Whether it has begun to accept. */
  get isAccepting(): boolean {
    return this.#isAccepting;
  }

  /** FastCGI transport that runs in it. */
  get transport(): string | null {
    return this.#transport;
  }

  /**
   * Lets it finish what is in flight and exit; killed when it does not. Resolves when it is gone.
   *
   * @param deadline seconds; default: as the deployment says. Told again with less, that counts
   */
  async drain(deadline = this.deployment.workers.drainTimeout): Promise<void> {
    const killAt = Date.now() + deadline * 1000 + KILL_GRACE;
    if (killAt < this.#killAt) {
      this.#killAt = killAt;
      clearTimeout(this.#drainTimer);
      this.#drainTimer = setTimeout(() => this.#child.kill('SIGKILL'), killAt - Date.now());
      this.#order({ type: 'drain', deadline });
    }
    await this.exited;
    // For one that was gone before, nothing else would.
    clearTimeout(this.#drainTimer);
  }

  reopenLog(): void {
    this.#order({ type: 'reopen-log' });
  }

  /** Resolves when it has told its state, or is gone, or does not answer within `timeout` milliseconds. */
  async refreshState(timeout: number): Promise<void> {
    const before = this.#state;
    let stopWaiting = (): void => {};
    const told = new Promise<void>((resolve) => {
      stopWaiting = this.listen((report) => {
        if (report.type === 'state' && this.#state !== before) resolve();
      });
    });
    const timer = new AbortController();
    this.#order({ type: 'report' });
    await Promise.race([told, this.exited, sleep(timeout, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    stopWaiting();
  }

  /** Has it work on stored tiles; it tells how far it is by reports of this id. */
  maintain(id: number, task: MaintenanceTask): void {
    this.#order({ type: 'maintain', id, task });
  }

  /** Calls back for each report from now on. @returns what ends that */
  listen(listener: (report: WorkerReport) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #onReport(report: WorkerReport): void {
    if (report.type === 'retire') this.#onRetire(report.reason);
    if (report.type === 'state') this.#state = { ...report, at: Date.now() };
    for (const listener of this.#listeners) listener(report);
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
