import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '../log.ts';
import type { Deployment } from './deployment.ts';
import { Totals } from './metrics/totals.ts';
import { type SocketHeirloom, SocketSet } from './sockets.ts';
import { type Ready, WorkerHandle } from './worker-handle.ts';

const log = getLogger('mapgate.server');

/** A worker that lived longer than this (ms) is replaced at once when it dies; back-off begins for shorter lives. */
const HEALTHY_LIFE = 10_000;
const FIRST_BACKOFF = 100;
const LONGEST_BACKOFF = 30_000;

/** Seconds that requests in flight get when the operator is in a hurry. */
const QUICK_DEADLINE = 5;

/** Sockets as the process before left them. */
export interface Inheritance {
  readonly heirlooms: readonly SocketHeirloom[];
  /** In the order of the heirlooms. */
  readonly descriptors: readonly number[];
}

/** How the last reload ended. */
export interface LastReload {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Undefined: well. */
  readonly error: string | undefined;
}

/**
 * Keeps the listening sockets and N workers that accept on them. Workers come and go; the sockets stay, so that nothing
 * is refused meanwhile.
 */
export class Supervisor {
  readonly #readDeployment: () => Deployment;
  readonly #sockets = new SocketSet();
  readonly #workers = new Set<WorkerHandle>();
  readonly #stopping = new AbortController();
  #deployment: Deployment;
  /** What a reload is starting. */
  #next: Deployment | undefined;
  /** Workers that were asked for and do not accept yet: those of the start, then each that is added. Never rejects. */
  #starting: Promise<unknown> = Promise.resolve();
  #reloading: Promise<void> | undefined;
  #reloadAgain = false;
  #stopped: Promise<void> | undefined;
  #quickDeaths = 0;
  #generation = 0;
  readonly #generations = new WeakMap<Deployment, number>();
  #lastReload: LastReload | undefined;
  /** What the workers counted. */
  readonly totals = new Totals();
  /** Milliseconds since 1970. */
  readonly startedAt = Date.now();
  /** Since the start: workers that died, reloads that went well, and those that did not. */
  readonly events = { restarts: 0, reloads: 0, failedReloads: 0 };

  /**
   * @param readDeployment reads what to run; called again on each reload
   * @param inheritance sockets to take over instead of binding them
   */
  constructor(readDeployment: () => Deployment, inheritance?: Inheritance) {
    this.#readDeployment = readDeployment;
    this.#deployment = readDeployment();
    if (inheritance !== undefined) this.#sockets.adopt(inheritance.heirlooms, inheritance.descriptors);
  }

  /** What runs now. */
  get deployment(): Deployment {
    return this.#deployment;
  }

  /** Addresses as bound, after `start`. */
  get addresses(): string[] {
    return this.#sockets.boundAddresses(this.#deployment.listen);
  }

  /** Sockets for a process that is to take them over. */
  get inheritance(): Inheritance {
    return this.#sockets.heirlooms();
  }

  /** How often a configuration was begun with; 1 after the start. */
  get generation(): number {
    return this.#generations.get(this.#deployment) ?? 0;
  }

  get lastReload(): LastReload | undefined {
    return this.#lastReload;
  }

  /** All worker processes, also those that finish what they have begun. */
  get workers(): readonly WorkerHandle[] {
    return [...this.#workers];
  }

  generationOf(worker: WorkerHandle): number {
    return this.#generations.get(worker.deployment) ?? 0;
  }

  /** Whether a worker of the current configuration accepts. */
  get isReady(): boolean {
    if (this.#stopping.signal.aborted) return false;
    return this.workers.some(
      ({ deployment, isAccepting, draining }) => deployment === this.#deployment && isAccepting && !draining,
    );
  }

  /** Worker processes that serve now. */
  get workerPids(): number[] {
    return [...this.#workers].flatMap(({ pid, draining }) => (pid === undefined || draining ? [] : [pid]));
  }

  /** Opens the sockets and starts the workers. @throws Error with the operator's message; nothing is left behind then */
  async start(): Promise<Ready> {
    const started = this.#startGeneration(this.#deployment);
    this.#starting = started.catch(() => {});
    try {
      const ready = await started;
      this.#sockets.prune(this.#deployment.listen);
      log.info({ addresses: this.addresses, workers: this.workerPids.length, transport: ready.transport }, 'serving');
      return ready;
    } catch (error) {
      this.#sockets.giveBack();
      throw error;
    }
  }

  /**
   * Reads the deployment again and starts workers with it; the old ones finish what is in flight. When it cannot be
   * read or its workers do not start, the old ones go on serving.
   */
  async reload(): Promise<void> {
    if (this.#reloading !== undefined) {
      this.#reloadAgain = true;
      return this.#reloading;
    }
    this.#reloading = this.#reloadUntilCurrent();
    try {
      await this.#reloading;
    } finally {
      this.#reloading = undefined;
    }
  }

  /**
   * Stops accepting, finishes what is in flight, removes the sockets. Told again, it goes on with that.
   *
   * @param quick gives what is in flight five seconds, also when it was told before to stop without haste
   * @param keepFiles leaves the files of unix sockets to the process that took the sockets over
   */
  stop({ quick = false, keepFiles = false } = {}): Promise<void> {
    this.#stopped ??= this.#stop(keepFiles);
    if (quick) for (const worker of this.#workers) void worker.drain(QUICK_DEADLINE);
    return this.#stopped;
  }

  async #stop(keepFiles: boolean): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#workers].map((worker) => worker.drain()));
    this.#sockets.closeAll(keepFiles);
    log.info('stopped');
  }

  /** One worker more; until the next reload. */
  addWorker(): Promise<void> {
    const added = this.#starting.then(() => this.#addWorker());
    this.#starting = added;
    return added;
  }

  async #addWorker(): Promise<void> {
    await this.#reloading;
    try {
      await this.#startWorker(this.#deployment);
      log.info({ workers: this.workerPids.length }, 'one worker more');
    } catch (error) {
      log.error(`no further worker: ${messageOf(error)}`);
    }
  }

  /** One worker less, the youngest; the last one stays. Until the next reload. */
  async removeWorker(): Promise<void> {
    await this.#starting;
    await this.#reloading;
    const serving = this.workers.filter(({ isAccepting, draining }) => isAccepting && !draining);
    const youngest = serving.at(-1);
    if (youngest === undefined || serving.length === 1) {
      log.warn('the last worker stays');
      return;
    }
    log.info({ workers: serving.length - 1 }, 'one worker less');
    await youngest.drain();
  }

  /** Has all workers open their log's file again. */
  reopenLogs(): void {
    for (const worker of this.#workers) worker.reopenLog();
  }

  async #reloadUntilCurrent(): Promise<void> {
    do {
      this.#reloadAgain = false;
      const before = [...this.#workers];
      try {
        const next = this.#readDeployment();
        this.#next = next;
        await this.#startGeneration(next);
        this.#deployment = next;
        this.events.reloads++;
        this.#lastReload = { at: Date.now(), error: undefined };
        log.info({ addresses: this.addresses, workers: this.workerPids.length - before.length }, 'reloaded');
      } catch (error) {
        this.events.failedReloads++;
        this.#lastReload = { at: Date.now(), error: messageOf(error) };
        log.error(`reload failed, the old configuration goes on serving: ${messageOf(error)}`);
        this.#sockets.prune(this.#deployment.listen);
        continue;
      } finally {
        this.#next = undefined;
      }
      await Promise.all(before.map((worker) => worker.drain()));
      this.#sockets.prune(this.#deployment.listen);
    } while (this.#reloadAgain);
  }

  /** The first worker proves the configuration; the others follow together. */
  async #startGeneration(deployment: Deployment): Promise<Ready> {
    this.#generations.set(deployment, ++this.#generation);
    const first = await this.#startWorker(deployment);
    const others = Array.from({ length: deployment.workers.count - 1 }, () => this.#startWorker(deployment));
    const results = await Promise.allSettled(others);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      const started = [...this.#workers].filter((worker) => worker.deployment === deployment);
      await Promise.all(started.map((worker) => worker.drain()));
      throw failed.reason;
    }
    return first;
  }

  async #startWorker(deployment: Deployment): Promise<Ready> {
    const sockets = await this.#sockets.open(deployment.listen);
    if (this.#stopping.signal.aborted) throw new Error('stopping');
    const worker = new WorkerHandle(deployment, sockets, (reason) => void this.#replace(worker, reason));
    this.#workers.add(worker);
    worker.listen((report) => {
      if (report.type === 'state') this.totals.add(report.counts);
    });
    try {
      const ready = await worker.ready();
      void worker.exited.then((how) => this.#onExit(worker, how));
      return ready;
    } catch (error) {
      this.#workers.delete(worker);
      throw error;
    }
  }

  /** A worker asks to go: its successor is there first. */
  async #replace(worker: WorkerHandle, reason: string): Promise<void> {
    log.info({ pid: worker.pid }, `a worker is replaced: ${reason}`);
    try {
      if (!this.#isPast(worker.deployment)) await this.#startWorker(worker.deployment);
    } catch (error) {
      log.error(`no successor for worker ${worker.pid}: ${messageOf(error)}`);
    }
    await worker.drain();
  }

  async #onExit(worker: WorkerHandle, how: string): Promise<void> {
    this.#workers.delete(worker);
    if (worker.draining || this.#isPast(worker.deployment)) return;
    this.events.restarts++;
    log.error({ pid: worker.pid }, `a worker died (${how}); a new one takes its place`);
    this.#quickDeaths = Date.now() - worker.startedAt > HEALTHY_LIFE ? 0 : this.#quickDeaths + 1;
    await this.#restart(worker.deployment);
  }

  async #restart(deployment: Deployment): Promise<void> {
    while (!this.#isPast(deployment)) {
      try {
        await sleep(this.#backoff(), undefined, { signal: this.#stopping.signal });
        await this.#startWorker(deployment);
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#quickDeaths++;
        log.error(`a worker did not start: ${messageOf(error)}`);
      }
    }
  }

  /** The first early death costs no wait: a crash now and then must not halve the service. */
  #backoff(): number {
    if (this.#quickDeaths <= 1) return 0;
    return Math.min(FIRST_BACKOFF * 2 ** (this.#quickDeaths - 2), LONGEST_BACKOFF);
  }

  #isPast(deployment: Deployment): boolean {
    return this.#stopping.signal.aborted || (deployment !== this.#deployment && deployment !== this.#next);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
