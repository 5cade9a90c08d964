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
    const opened = new Promise<void>((resolve) => {
      this.#open = resolve;
    });
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

  /** One piece, then an error. */
  async *broken(): AsyncGenerator<Buffer> {
    yield PIECE;
    await sleep(1);
    throw new Error('the source broke off');
  }
}

const PIECE = Buffer.alloc(16_384, 'piece ');

/** So many pieces of 64 KiB, each filled with its number. */
export function* pieces(count: number): Generator<Buffer> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(65_536, index);
}
