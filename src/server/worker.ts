import type { BrokenApplication } from '../app/debug/open.ts';
import { type OpenApplication, openApplication } from '../app/open.ts';
import { ConfigError } from '../http/errors.ts';
import { configureLogging, getLogger } from '../log.ts';
import type { Deployment } from './deployment.ts';
import { Gateways } from './gateways.ts';
import type { WorkerOrder, WorkerReport } from './messages.ts';

/**
 * A worker process: started by the supervisor with bound sockets as descriptors, it opens the application, accepts
 * until it is told to drain, and exits 0 when nothing is in flight. If the supervisor is gone it drains by itself.
 */

const log = getLogger('mapgate.server.worker');

/** Milliseconds between looks at the resident memory. */
const MEMORY_CHECK_INTERVAL = 5_000;

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

  constructor(deployment: Deployment, opened: OpenApplication) {
    this.#deployment = deployment;
    this.#opened = opened;
    this.#gateways = new Gateways(opened, deployment.mount, () => this.#countRequest());
    const { recycleAfter, memoryLimit } = deployment.workers;
    this.#retireAt = recycleAfter === 0 ? Infinity : Math.ceil(recycleAfter * (1 + Math.random() * RECYCLE_JITTER));
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
  }

  async drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    await this.#gateways.close(this.#deployment.workers.drainTimeout * 1000);
    await this.#opened.close();
    process.disconnect?.();
    process.exit(0);
  }

  #countRequest(): void {
    this.#requests++;
    if (this.#requests >= this.#retireAt) this.#retire(`${this.#requests} requests served`);
  }

  #checkMemory(limit: number): void {
    const used = process.memoryUsage.rss();
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
  const { level, format, loggers } = deployment.log;
  configureLogging({ level, loggers, ...(format === null ? {} : { format }) });
  try {
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

function main(): void {
  let worker: Promise<Worker | undefined> | undefined;
  const drain = async () => {
    const started = await worker;
    if (started === undefined) process.exit(0);
    await started.drain();
  };
  process.on('message', (order: WorkerOrder) => {
    if (order.type === 'prepare') void prepare();
    else if (order.type === 'start') worker = start(order.deployment, order.descriptors);
    else void drain();
  });
  process.once('disconnect', () => void drain());
  process.on('SIGTERM', () => void drain());
  // A terminal sends these to the whole group; the supervisor decides.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  });
}

main();
