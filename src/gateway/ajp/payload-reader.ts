import { ProtocolError } from '@mapgate/fastcgi-kit';
import { textOf } from '../text.ts';
import { NULL_STRING } from './codes.ts';

/** Reads the data types of AJP 1.3 from a payload, in order. Each call throws ProtocolError `malformed` at its end. */
export class PayloadReader {
  readonly #payload: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  byte(): number {
    return this.#payload.readUInt8(this.#advance(1));
  }

  boolean(): boolean {
    return this.byte() !== 0;
  }

  integer(): number {
    return this.#payload.readUInt16BE(this.#advance(2));
  }

  /** The next byte, which is read again. */
  peek(): number {
    const byte = this.byte();
    this.#at--;
    return byte;
  }

  /** A string, whose closing zero its length does not count; null for one that is not there. */
  string(): string | null {
    const length = this.integer();
    if (length === NULL_STRING) return null;
    const start = this.#advance(length);
    if (this.byte() !== 0) throw new ProtocolError('malformed', 'a string of a packet does not end with zero');
    return textOf(this.#payload.subarray(start, start + length));
  }

  #advance(bytes: number): number {
    const start = this.#at;
    if (start + bytes > this.#payload.length) throw new ProtocolError('malformed', 'a packet ends too early');
    this.#at = start + bytes;
    return start;
  }
}
