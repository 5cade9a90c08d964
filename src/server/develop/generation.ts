import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindSocket } from '@mapgate/fastcgi-kit';
import type { Request } from '../../http/request.ts';
import type { Response } from '../../http/response.ts';
import type { Deployment } from '../deployment.ts';
import { WorkerHandle } from '../worker-handle.ts';
import { forward } from './forward.ts';

/** One opening of the application: a worker process on a unix socket that nobody else can reach. */
export class Generation {
  /** Files it was read from. */
  readonly files: readonly string[];
  /** How its process ended. */
  readonly exited: Promise<string>;
  readonly #worker: WorkerHandle;
  readonly #socket: string;
  #users = 0;
  #onUnused: (() => void) | undefined;

  private constructor(worker: WorkerHandle, socket: string, files: readonly string[]) {
    this.#worker = worker;
    this.#socket = socket;
    this.files = files;
    this.exited = worker.exited;
  }

  /** @throws StartError when the application cannot be opened; the signal's reason when it is aborted meanwhile */
  static async start(deployment: Deployment, signal: AbortSignal): Promise<Generation> {
    const place = await bindPrivately();
    if (signal.aborted) place.remove();
    signal.throwIfAborted();
    const worker = new WorkerHandle(privateDeployment(deployment, place.path), [place.fd], () => {});
    void worker.exited.then(() => place.remove());
    const kill = (): void => endProcess(worker);
    signal.addEventListener('abort', kill);
    try {
      const { files } = await worker.ready();
      return new Generation(worker, place.path, files);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', kill);
    }
  }

  /** @param more variables beyond the request's own */
  answer(request: Request, more: Readonly<Record<string, string>>): Promise<Response> {
    this.#users++;
    return forward(request, this.#socket, more, () => {
      this.#users--;
      if (this.#users === 0) this.#onUnused?.();
    });
  }

  /** Ends the process once the last request is answered. */
  async retire(): Promise<void> {
    if (this.#users > 0) {
      await new Promise<void>((resolve) => {
        this.#onUnused = resolve;
        void this.exited.then(() => resolve());
      });
    }
    await this.#worker.drain();
  }

  /** Ends the process now. */
  async end(): Promise<void> {
    endProcess(this.#worker);
    await this.exited;
  }
}

/** A socket in a folder of its own, so that nobody else can reach it whatever the umask. */
async function bindPrivately(): Promise<{ path: string; fd: number; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'mapgate-develop-'));
  const path = join(folder, 'socket');
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const socket = await bindSocket({ path, mode: 0o600 });
    const remove = (): void => {
      socket.close();
      removeFolder();
    };
    return { path, fd: socket.fd, remove };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

function endProcess({ pid }: WorkerHandle): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** One worker for as long as it is wanted, whatever the deployment says of production. */
function privateDeployment(deployment: Deployment, path: string): Deployment {
  return {
    ...deployment,
    listen: [{ protocol: 'fastcgi', address: { kind: 'unix', path } }],
    workers: { ...deployment.workers, count: 1, recycleAfter: 0, memoryLimit: 0 },
  };
}
