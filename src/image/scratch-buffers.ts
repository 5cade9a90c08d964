/** Bytes that are kept for the next one who needs some: pictures of two meta tiles of 4 x 4, and what is made of them. */
const MOST_BYTES = 16 * 1024 * 1024;

/** How many times as large as needed a buffer may be, so that large ones are left to who needs them. */
const LARGER = 4;

/**
 * Buffers that are needed for a moment, time and again. A new one each time costs more than what is done with it: the
 * system fills its pages with zeros, and the garbage collector runs the more often the larger it is.
 */
export class ScratchBuffers {
  /** Those given back last at the end. */
  readonly #free: Buffer[] = [];
  #bytes = 0;

  /** Of at least `size` bytes, with anything in it; whoever takes it gives it back. */
  take(size: number): Buffer {
    const index = this.#free.findLastIndex(({ length }) => length >= size && length <= size * LARGER);
    const [buffer] = index === -1 ? [] : this.#free.splice(index, 1);
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#bytes -= buffer.length;
    return buffer;
  }

  giveBack(buffer: Buffer): void {
    // It would only drive out all others.
    if (buffer.length > MOST_BYTES) return;
    this.#free.push(buffer);
    this.#bytes += buffer.length;
    while (this.#bytes > MOST_BYTES) this.#bytes -= this.#free.shift()?.length ?? 0;
  }
}

/** Those of this process. */
export const scratch = new ScratchBuffers();

/** Where a decoder gets memory from, at least so many bytes. */
export type Allocate = (bytes: number) => Buffer;

/** Runs work on pictures whose memory is used again afterwards: nothing of them may be left in its result. */
export async function withScratch<Result>(work: (allocate: Allocate) => Promise<Result>): Promise<Result> {
  const taken: Buffer[] = [];
  const result = await work((bytes) => {
    const buffer = scratch.take(bytes);
    taken.push(buffer);
    return buffer;
  });
  // Not after a failure: other parts of the work may still be writing into it.
  for (const buffer of taken) scratch.giveBack(buffer);
  return result;
}
