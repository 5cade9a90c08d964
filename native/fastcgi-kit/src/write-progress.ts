import type { Socket } from 'node:net';

/** Sees whether the peer takes what we write, however long a single write is. */
export class WriteProgress {
  readonly #socket: Socket;
  #waiting = 0;
  #since: number | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Since when (at most one look ago) not a byte of waiting output was taken; null when none waits. */
  stalledSince(now: number): number | null {
    const waiting = this.#waitingBytes();
    if (waiting === 0) this.#since = null;
    else if (this.#since === null || waiting !== this.#waiting) this.#since = now;
    this.#waiting = waiting;
    return this.#since;
  }

  /**
   * `writableLength` falls only when a whole write has gone. What libuv still holds of it falls with every byte that the
   * kernel takes; its handle says so, which is not public and may be missing.
   */
  #waitingBytes(): number {
    const { writableLength } = this.#socket;
    const handle: unknown = '_handle' in this.#socket ? this.#socket._handle : null;
    if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return writableLength;
    return writableLength + Number(handle.writeQueueSize);
  }
}
