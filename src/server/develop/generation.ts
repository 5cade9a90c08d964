import type { Request } from '../../http/request.ts';
import type { Response } from '../../http/response.ts';
import type { Deployment } from '../deployment.ts';
import type { WorkerHandle } from '../worker-handle.ts';
import { forward } from './forward.ts';
import type { SpareWorker } from './spare-worker.ts';

/** One opening of the application: a worker process on a unix socket that nobody else can reach. */
export class Generation {
  /** Files it was read from. */
  readonly files: readonly string[];
  /** How its process ended. */
  readonly exited: Promise<string>;
  readonly #worker: WorkerHandle;
  readonly #socket: string;
  #users = 0;
  #isGone = false;
  #onUnused: (() => void) | undefined;

  private constructor(worker: WorkerHandle, socket: string, files: readonly string[]) {
    this.#worker = worker;
    this.#socket = socket;
    this.files = files;
    this.exited = worker.exited;
    void this.exited.then(() => {
      this.#isGone = true;
    });
  }

  /** @throws StartError when the application cannot be opened; the signal's reason when it is aborted meanwhile */
  static async start(deployment: Deployment, spare: SpareWorker, signal: AbortSignal): Promise<Generation> {
    const { worker, path } = spare.use(deployment);
    const kill = (): void => spare.kill();
    signal.addEventListener('abort', kill);
    if (signal.aborted) kill();
    try {
      const { files } = await worker.ready();
      return new Generation(worker, path, files);
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
    if (this.#users > 0 && !this.#isGone) {
      await new Promise<void>((resolve) => {
        this.#onUnused = resolve;
        void this.exited.then(() => resolve());
      });
    }
    if (!this.#isGone) await this.#worker.drain();
  }
}
