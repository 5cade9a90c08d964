import { Readable } from 'node:stream';
import type { ProtocolError } from '@mapgate/fastcgi-kit';

export interface IncomingBodyOptions {
  /** Bytes held for the application before no more is taken from the peer. */
  readonly window: number;
  /** Called when the application waits for more, or is about to. */
  readonly onWanted: () => void;
}

/** The body of a request, filled by a connection and read once by the application, with back-pressure. */
export class IncomingBody extends Readable {
  readonly #onWanted: () => void;
  #received = 0;
  #settled = false;

  constructor({ window, onWanted }: IncomingBodyOptions) {
    super({ highWaterMark: window });
    this.#onWanted = onWanted;
    // An application that does not read learns of nothing; without a listener that would end the process.
    this.on('error', () => {});
  }

  /** Bytes received so far. */
  get received(): number {
    return this.#received;
  }

  /** Whether it is whole or given up. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Takes a piece, or drops it when the application has left. False: no more until `onWanted`. */
  receive(chunk: Buffer): boolean {
    this.#received += chunk.length;
    return this.destroyed || this.push(chunk);
  }

  finish(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.push(null);
  }

  /** Ends the body early: the reader gets the error. */
  fail(error: ProtocolError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.destroy(error);
  }

  /** The request is answered: what was not read is dropped, and who still waits for it gets an error. */
  giveUp(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.destroy();
  }

  override _read(): void {
    if (!this.#settled) this.#onWanted();
  }
}
