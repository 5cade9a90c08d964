import type { BrokenApplication } from '../app/debug/open.ts';
import { type OpenApplication, openApplication } from '../app/open.ts';
import { tellPending, watchSlowRequests } from '../gateway/measure.ts';
import { ConfigError } from '../http/errors.ts';
import type { MaintenanceProgress, MaintenanceTask } from '../http/maintenance.ts';
import { configureLogging, getLogger, reopenLog } from '../log.ts';
import type { Deployment } from './deployment.ts';
import { Gateways } from './gateways.ts';
import { leaveRoomInHeap } from './heap.ts';
import { residentMemory } from './memory.ts';
import type { WorkerOrder, WorkerReport } from './messages.ts';
import { Pulse } from './metrics/pulse.ts';

/**
 * A worker process: started by the supervisor with bound sockets as descriptors, it opens the application, accepts
 * until it is told to drain, and exits 0 when nothing is in flight. If the supervisor is gone it drains by itself.
 */

const log = getLogger('mapgate.server.worker');

/** Milliseconds between looks at the resident memory. */
const MEMORY_CHECK_INTERVAL = 5_000;

/** Milliseconds between reports of the state. */
const REPORT_INTERVAL = 1_000;

/** Milliseconds. */
const DEFAULT_SLOW_REQUEST = 10_000;

/** Milliseconds before the requests left are given up, for their names to reach the log. */
const TELL_MARGIN = 50;

/** Workers that began together must not retire together. */
const RECYCLE_JITTER = 0.1;

class Worker {
  readonly #deployment: Deployment;
  readonly #opened: OpenApplication;
  readonly #gateways: Gateways;
  readonly #retireAt: number;
  #requests = 0;
  #retiring = false;
  #draining = false;
  readonly #pulse = new Pulse();
  /** Ends work on stored tiles. */
  readonly #leaving = new AbortController();

  constructor(deployment: Deployment, opened: OpenApplication) {
    this.#deployment = deployment;
    this.#opened = opened;
    this.#gateways = new Gateways(opened, deployment, () => this.#countRequest());
    const { recycleAfter, memoryLimit } = deployment.workers;
    this.#retireAt = recycleAfter === 0 ? Infinity : Math.ceil(recycleAfter * (1 + Math.random() * RECYCLE_JITTER));
    watchSlowRequests(deployment.slowRequest ?? DEFAULT_SLOW_REQUEST);
    if (memoryLimit > 0) setInterval(() => this.#checkMemory(memoryLimit), MEMORY_CHECK_INTERVAL).unref();
  }

  async serve(descriptors: readonly number[]): Promise<void> {
    for (const [index, listen] of this.#deployment.listen.entries()) {
      const fd = descriptors[index];
      if (fd === undefined) throw new Error(`no descriptor for address ${index}`);
      const { backlog } = listen;
      await this.#gateways.listen(listen, backlog === undefined ? { fd } : { fd, backlog });
    }
    const { responder } = this.#gateways;
    report({
      type: 'ready',
      transport: responder?.transport ?? null,
      fallbackReason: responder?.fallbackReason ?? null,
      files: this.#opened.files,
    });
    setInterval(() => this.report(), REPORT_INTERVAL).unref();
  }

  /** @param seconds for what is in flight; told again with less, the shorter time counts */
  async drain(seconds = this.#deployment.workers.drainTimeout): Promise<void> {
    const deadline = seconds * 1000;
    setTimeout(tellPending, Math.max(0, deadline - TELL_MARGIN)).unref();
    if (this.#draining) {
      setTimeout(() => void this.#leave(), deadline);
      return;
    }
    this.#draining = true;
    await this.#gateways.close(deadline);
    this.#leaving.abort(new Error('the worker stops'));
    await this.#opened.close();
    await this.#leave();
  }

  /** What was counted since the last report must not be lost with the process. */
  async #leave(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else process.send(this.#state(), () => resolve());
    });
    process.disconnect?.();
    process.exit(0);
  }

  report(): void {
    report(this.#state());
  }

  #state(): WorkerReport {
    return { type: 'state', ...this.#pulse.take(this.#requests, this.#gateways.fastcgiEvents) };
  }

  async maintain(id: number, task: MaintenanceTask): Promise<void> {
    const { maintenance } = this.#opened;
    const tell = (progress: MaintenanceProgress) => report({ type: 'progress', id, ...progress });
    if (await maintenance?.(task, tell, this.#leaving.signal)) return;
    tell({ done: 0, total: 0, failed: 0, isFinished: true, error: `there is no cache or layer '${task.target}'` });
  }

  #countRequest(): void {
    this.#requests++;
    if (this.#requests >= this.#retireAt) this.#retire(`${this.#requests} requests served`);
  }

  #checkMemory(limit: number): void {
    const used = residentMemory();
    if (used > limit) this.#retire(`${Math.round(used / 2 ** 20)} MiB resident`);
  }

  #retire(reason: string): void {
    if (this.#retiring) return;
    this.#retiring = true;
    report({ type: 'retire', reason });
  }
}

function report(message: WorkerReport): void {
  if (process.connected) process.send?.(message);
}

async function start(deployment: Deployment, descriptors: readonly number[]): Promise<Worker | undefined> {
  try {
    configureLogging({ file: null, ...deployment.log });
    const worker = new Worker(deployment, await open(deployment));
    await worker.serve(descriptors);
    return worker;
  } catch (error) {
    const message = error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error);
    report({ type: 'failed', message, ...(await brokenness(deployment, error)) });
    return undefined;
  }
}

/** Takes most of the time of a start, and needs nothing of the application. */
async function prepare(): Promise<void> {
  await Promise.all([import('../app/load.ts'), import('../app/debug/open.ts')]);
}

async function open({ app, development }: Deployment): Promise<OpenApplication> {
  if (development === undefined) return openApplication(app);
  const { openForDevelopment } = await import('../app/debug/open.ts');
  return openForDevelopment(app, development);
}

/** What a developer is told besides the message. */
async function brokenness({ app, development }: Deployment, error: unknown): Promise<{ broken?: BrokenApplication }> {
  if (development === undefined) return {};
  const { describeBroken } = await import('../app/debug/open.ts');
  return { broken: await describeBroken(app, error) };
}

const SUPERVISOR_SIGNALS = ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGTTIN', 'SIGTTOU'] as const;

function main(): void {
  leaveRoomInHeap();
  let worker: Promise<Worker | undefined> | undefined;
  const drain = async (deadline?: number) => {
    const started = await worker;
    if (started === undefined) process.exit(0);
    await started.drain(deadline);
  };
  process.on('message', (order: WorkerOrder) => {
    if (order.type === 'prepare') void prepare();
    else if (order.type === 'start') worker = start(order.deployment, order.descriptors);
    else if (order.type === 'drain') void drain(order.deadline);
    else if (order.type === 'reopen-log') reopenLog();
    else if (order.type === 'report') void worker?.then((started) => started?.report());
    else void worker?.then((started) => started?.maintain(order.id, order.task));
  });
  process.once('disconnect', () => void drain());
  process.on('SIGTERM', () => void drain());
  // A terminal sends these to the whole group; the supervisor decides.
  for (const signal of SUPERVISOR_SIGNALS) process.on(signal, () => {});
  process.on('SIGUSR1', reopenLog);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
}

main();
