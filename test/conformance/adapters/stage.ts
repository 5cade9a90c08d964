import { setTimeout as sleep } from 'node:timers/promises';

/** What the applications of the suite and its cases tell each other. */
export class Stage {
  /** What the applications noted, in order. */
  readonly notes: string[] = [];
  #open: () => void = () => {};

  note(text: string): void {
    this.notes.push(text);
  }

  /** Two pieces of a text/event-stream; the second when `release` was called. */
  async *events(): AsyncGenerator<string> {
    const opened = this.#closed();
    yield 'data: one\n\n';
    await opened;
    yield 'data: two\n\n';
  }

  release(): void {
    this.#open();
  }

  /** Pieces for as long as somebody takes them. */
  async *endless(): AsyncGenerator<Buffer> {
    for (;;) {
      yield PIECE;
      await sleep(1);
    }
  }

  /** One piece; when `release` was called, an error. */
  async *broken(): AsyncGenerator<Buffer> {
    const opened = this.#closed();
    yield PIECE;
    await opened;
    throw new Error('the source broke off');
  }

  /** Resolves with `release`. */
  #closed(): Promise<void> {
    return new Promise((resolve) => {
      this.#open = resolve;
    });
  }
}

/** Bytes of a piece of an answer that does not end well. */
export const PIECE_BYTES = 16_384;

const PIECE = Buffer.alloc(PIECE_BYTES, 'piece ');

/** So many pieces of 64 KiB, each filled with its number. */
export function* pieces(count: number): Generator<Buffer> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(65_536, index);
}
