import { Worker } from 'node:worker_threads';
import { RequestError } from '../../http/errors.ts';
import type { CompareAnswer, CompareRequest } from './bcrypt-messages.ts';

/** The compiled thread; run from sources too, as what loads TypeScript there does not reach into threads. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/app/filters/bcrypt-worker.js' : './bcrypt-worker.js',
  import.meta.url,
);

/** Comparisons that wait at most: somebody who tries passwords must not make everybody else wait for minutes. */
const MAX_WAITING = 32;

interface Waiting {
  resolve(isRight: boolean): void;
  reject(error: Error): void;
}

/** Compares passwords with bcrypt hashes in a thread, one after the other; started with the first. */
export class BcryptThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** @throws RequestError with status 503 when too many wait already */
  async compare(password: string, hash: string): Promise<boolean> {
    if (this.#waiting.size >= MAX_WAITING) throw new RequestError('too many passwords at once', { status: 503 });
    const id = ++this.#lastId;
    const answer = new Promise<boolean>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const request: CompareRequest = { id, password, hash };
    this.#worker ??= this.#start();
    this.#worker.postMessage(request);
    return answer;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(WORKER_FILE);
    // The sockets keep the process, not this.
    worker.unref();
    worker.on('message', ({ id, isRight }: CompareAnswer) => {
      this.#waiting.get(id)?.resolve(isRight);
      this.#waiting.delete(id);
    });
    worker.on('error', (error) => this.#giveUp(error));
    worker.on('exit', () => this.#giveUp(new Error('the thread that compares passwords has ended')));
    return worker;
  }

  /** The next comparison starts another thread. */
  #giveUp(error: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
