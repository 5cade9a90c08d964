import type { ProtocolError } from './errors.ts';

/** STDIN of one request: filled by the connection, read once by the application. */
export class RequestBody implements AsyncIterable<Buffer> {
  readonly #onTaken: () => void;
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  #receivedBytes = 0;
  #state: 'open' | 'whole' | 'failed' = 'open';
  #error: ProtocolError | null = null;
  #dropped = false;
  #iterated = false;
  #wake: (() => void) | null = null;
  #waitingSince: number | null = null;

  /** @param onTaken called whenever fewer bytes wait than before */
  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  /** Bytes received and not read yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Bytes received so far. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Whether no more is taken: the stream's closing record has come, or the body has failed. */
  get settled(): boolean {
    return this.#state !== 'open';
  }

  get whole(): boolean {
    return this.#state === 'whole';
  }

  /** Since when (`performance.now()`) the application waits for bytes; null while it does not. */
  get waitingSince(): number | null {
    return this.#waitingSince;
  }

  push(chunk: Buffer): void {
    if (this.settled) return;
    this.#receivedBytes += chunk.length;
    if (this.#dropped) return;
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    this.#wakeUp();
  }

  /** The closing record of STDIN. */
  end(): void {
    if (this.settled) return;
    this.#state = 'whole';
    this.#wakeUp();
  }

  /** Ends the body early: what waits is dropped and the reader gets the error. */
  fail(error: ProtocolError): void {
    if (this.settled) return;
    this.#state = 'failed';
    this.#error = error;
    this.#drop();
    this.#wakeUp();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    if (this.#iterated) throw new Error('a request body may be iterated once');
    this.#iterated = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<Buffer, void, void> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk) {
          this.#bufferedBytes -= chunk.length;
          this.#onTaken();
          yield chunk;
        } else if (this.#error) {
          throw this.#error;
        } else if (this.#state === 'whole') {
          return;
        } else {
          await this.#more();
        }
      }
    } finally {
      this.#dropped = true;
      this.#drop();
    }
  }

  #more(): Promise<void> {
    this.#waitingSince = performance.now();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    this.#waitingSince = null;
    wake?.();
  }

  #drop(): void {
    if (this.#bufferedBytes === 0) return;
    this.#chunks = [];
    this.#bufferedBytes = 0;
    this.#onTaken();
  }
}
