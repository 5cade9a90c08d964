import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BoundSocket, bindSocket } from '@mapgate/fastcgi-kit';
import type { Deployment } from '../deployment.ts';
import type { WorkerOrder } from '../messages.ts';
import { forkWorker, WorkerHandle } from '../worker-handle.ts';

const PREPARE: WorkerOrder = { type: 'prepare' };

/**
 * A worker process that has loaded all but the application, which is most of what a start takes: with one in reserve a
 * change is served a few hundredths of a second later. It listens on a unix socket in a folder of its own, so that
 * nobody else can reach it whatever the umask.
 */
export class SpareWorker {
  readonly #child: ChildProcess;
  readonly #socket: BoundSocket;
  readonly #path: string;

  private constructor(socket: BoundSocket, folder: string, path: string) {
    this.#socket = socket;
    this.#path = path;
    this.#child = forkWorker([socket.fd]);
    this.#child.once('exit', () => {
      socket.close();
      rmSync(folder, { recursive: true, force: true });
    });
    this.#child.on('error', () => {});
    this.#child.send(PREPARE, () => {});
  }

  /** @throws Error when there can be no socket */
  static async prepare(): Promise<SpareWorker> {
    const folder = mkdtempSync(join(tmpdir(), 'mapgate-develop-'));
    try {
      const path = join(folder, 'socket');
      return new SpareWorker(await bindSocket({ path, mode: 0o600 }), folder, path);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Whether it waits; it may have been killed from outside. */
  get isAlive(): boolean {
    return this.#child.connected && this.#child.exitCode === null;
  }

  /** Has it open the application. One worker for as long as it is wanted, whatever the deployment says of production. */
  use(deployment: Deployment): { worker: WorkerHandle; path: string } {
    const own: Deployment = {
      ...deployment,
      listen: [{ protocol: 'fastcgi', address: { kind: 'unix', path: this.#path } }],
      workers: { ...deployment.workers, count: 1, recycleAfter: 0, memoryLimit: 0 },
    };
    return { worker: new WorkerHandle(own, [this.#socket.fd], () => {}, this.#child), path: this.#path };
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends it; resolves when it is gone. */
  async end(): Promise<void> {
    if (!this.isAlive) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.kill();
    await gone;
  }
}
