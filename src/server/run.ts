import { configureLogging, getLogger, reopenLog } from '../log.ts';
import { AdminListener } from './admin/listener.ts';
import type { Deployment, Listen } from './deployment.ts';
import { assertPidFilePlace, removePidFile, writePidFile } from './pid-file.ts';
import { ServiceManager } from './service-manager.ts';
import { readInheritance, startSuccessor, tellPredecessor } from './successor.ts';
import { type Inheritance, Supervisor } from './supervisor.ts';

const log = getLogger('mapgate.server');

/** Milliseconds since its last report for which a worker counts as alive; reports come every second. */
const ALIVE_FOR = 5_000;

/** Sockets that a process begins with. */
export interface Beginning {
  /** From the process before; undefined: there was none. */
  readonly inheritance: Inheritance | undefined;
  /** From the service manager. */
  readonly handedOver: readonly Listen[];
}

/** What this process was given by its predecessor or, where there was none, by `takeHandedOver`. Can be read once. */
export function readBeginning(takeHandedOver: () => readonly Listen[]): Beginning {
  const handedOver = takeHandedOver();
  return readInheritance() ?? { inheritance: undefined, handedOver };
}

/** A supervisor with what an operator has in hand: signals, admin listener, pid file, service manager. */
export class Service {
  readonly #beginning: Beginning;
  readonly #supervisor: Supervisor;
  readonly #admin: AdminListener;
  readonly #manager = new ServiceManager();
  readonly #pidFile: string | undefined;
  #isUpgrading = false;
  #onStopped: () => void = () => {};
  #onFailed: (error: unknown) => void = () => {};

  /** @param read reads what to run; called again on each reload */
  constructor(read: () => Deployment, beginning: Beginning) {
    this.#beginning = beginning;
    this.#supervisor = new Supervisor(read, beginning.inheritance);
    this.#admin = new AdminListener(this.#supervisor);
    this.#pidFile = this.#supervisor.deployment.pidFile;
  }

  /** Serves until it is told to stop. @throws Error with the operator's message when it cannot start */
  async run(): Promise<void> {
    const stopped = new Promise<void>((resolve, reject) => {
      this.#onStopped = resolve;
      this.#onFailed = reject;
    });
    this.#listenToSignals();
    await this.#start();
    await stopped;
  }

  async #start(): Promise<void> {
    if (this.#pidFile !== undefined) assertPidFilePlace(this.#pidFile);
    await this.#admin.open(this.#supervisor.deployment.admin);
    let isServing = false;
    try {
      const { fallbackReason } = await this.#supervisor.start();
      isServing = true;
      if (fallbackReason !== null) log.warn(`FastCGI runs in TypeScript, not native: ${fallbackReason}`);
      if (this.#pidFile !== undefined) writePidFile(this.#pidFile);
    } catch (error) {
      await this.#admin.close();
      const keepFiles = this.#beginning.inheritance !== undefined;
      if (isServing) await this.#supervisor.stop({ quick: true, keepFiles });
      throw error;
    }
    await tellPredecessor();
    this.#tellReady();
    this.#manager.startWatchdog(() => this.#isAlive());
  }

  #listenToSignals(): void {
    const on = (signal: NodeJS.Signals, act: () => void | Promise<void>): void => {
      process.on(signal, () => {
        Promise.resolve(act()).catch((error: unknown) => log.error({ err: error }, `${signal} failed`));
      });
    };
    on('SIGHUP', () => this.#reload());
    on('SIGTERM', () => this.#stop(false));
    on('SIGINT', () => this.#stop(true));
    on('SIGQUIT', () => this.#stop(true));
    on('SIGUSR1', () => this.#reopenLogs());
    on('SIGUSR2', () => this.#upgrade());
    on('SIGTTIN', () => this.#supervisor.addWorker());
    on('SIGTTOU', () => this.#supervisor.removeWorker());
  }

  async #reload(): Promise<void> {
    void this.#manager.notifyReloading();
    await this.#supervisor.reload();
    const { deployment } = this.#supervisor;
    configureLogging({ file: null, ...deployment.log });
    if (!this.#isUpgrading) await this.#admin.open(deployment.admin);
    this.#tellReady();
  }

  async #stop(quick: boolean): Promise<void> {
    this.#manager.stopWatchdog();
    void this.#manager.notify('STOPPING=1', 'STATUS=finishing what is in flight');
    try {
      await this.#supervisor.stop({ quick });
      await this.#end();
    } catch (error) {
      this.#onFailed(error);
    }
  }

  async #end(): Promise<void> {
    await this.#admin.close();
    if (this.#pidFile !== undefined) removePidFile(this.#pidFile);
    this.#onStopped();
  }

  #reopenLogs(): void {
    reopenLog();
    this.#supervisor.reopenLogs();
    log.info('log opened again');
  }

  /** The program as it is now on disk takes over the sockets; this process goes when it serves, and stays when it does not. */
  async #upgrade(): Promise<void> {
    if (this.#isUpgrading) return;
    this.#isUpgrading = true;
    log.info('upgrading: starting the new program');
    // The new process opens it at the same address.
    await this.#admin.close();
    try {
      const pid = await startSuccessor(this.#supervisor.inheritance, this.#beginning.handedOver);
      log.info({ pid }, 'the new program serves; this process finishes what it has begun');
      this.#manager.stopWatchdog();
      await this.#manager.notify(`MAINPID=${pid}`);
    } catch (error) {
      log.error(
        `upgrade failed, this process goes on serving: ${error instanceof Error ? error.message : String(error)}`,
      );
      this.#isUpgrading = false;
      await this.#admin.open(this.#supervisor.deployment.admin);
      return;
    }
    await this.#supervisor.stop({ keepFiles: true });
    await this.#end();
  }

  #isAlive(): boolean {
    const now = Date.now();
    return this.#supervisor.workers.some(
      ({ isAccepting, state, startedAt }) => isAccepting && now - (state?.at ?? startedAt) < ALIVE_FOR,
    );
  }

  #tellReady(): void {
    const { addresses, workerPids, generation, lastReload } = this.#supervisor;
    const problem = lastReload?.error === undefined ? '' : `; the last reload failed: ${lastReload.error}`;
    const status = `${workerPids.length} workers on ${addresses.join(', ')}, generation ${generation}${problem}`;
    void this.#manager.notify('READY=1', `STATUS=${status.replaceAll('\n', ' ')}`);
  }
}
