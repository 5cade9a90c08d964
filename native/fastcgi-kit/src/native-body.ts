import type { ProtocolError } from './errors.ts';
import { BodyState, type NativeSocketServer } from './native-addon.ts';

/** STDIN of one request. The bytes stay with the addon, which bounds them, until the application asks for them. */
export class NativeBody implements AsyncIterable<Buffer> {
  readonly #server: NativeSocketServer;
  readonly #slot: number;
  #error: ProtocolError | null;
  #iterated = false;
  #whole = false;
  #wake: (() => void) | null = null;

  /** @param error why the body has failed already, if it has */
  constructor(server: NativeSocketServer, slot: number, error: ProtocolError | null) {
    this.#server = server;
    this.#slot = slot;
    this.#error = error;
  }

  /** There is something to read, or the stream has ended. */
  wake(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Ends the body early, unless it was read to its end. After this the slot is not used any more. */
  fail(error: ProtocolError): void {
    this.#error ??= error;
    this.wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    if (this.#iterated) throw new Error('a request body may be iterated once');
    this.#iterated = true;
    return this.#iterate();
  }

  async *#iterate(): AsyncGenerator<Buffer, void, void> {
    try {
      for (;;) {
        if (this.#error) throw this.#error;
        const read = this.#server.readBody(this.#slot);
        if (typeof read !== 'number') {
          yield read;
        } else if (read === BodyState.END) {
          this.#whole = true;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      if (!this.#whole && !this.#error) this.#server.dropBody(this.#slot);
    }
  }
}
