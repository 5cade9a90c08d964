import { HEADER_BYTES, VERSION } from './constants.ts';
import { ProtocolError } from './errors.ts';

/**
 * Takes one record. `content` is without padding, and is the receiver's to keep: the parser does not write to its
 * memory again. False stops the parser: what follows in the chunk is not looked at.
 */
export type RecordSink = (type: number, requestId: number, content: Buffer) => boolean;

const NOTHING: Buffer = Buffer.alloc(0);

/** Smallest buffer for a record that arrives in pieces: a header and the body of a short record. */
const MIN_MERGE_BYTES = 64;

/**
 * Cuts a byte stream into records (section 3.3).
 *
 * A record that lies whole in a chunk is passed on without a copy. One that is cut is gathered in a buffer that grows
 * with what has arrived (doubling, up to the record's end), so that a header which declares 64 KiB buys no memory.
 */
export class RecordParser {
  readonly #sink: RecordSink;
  #merged: Buffer = NOTHING;
  #length = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** Bytes of a record that has begun and is not whole yet. */
  get heldBytes(): number {
    return this.#length;
  }

  /** Bytes allocated for such a record. */
  get allocatedBytes(): number {
    return this.#merged.length;
  }

  /**
   * Takes the next bytes of the stream; the chunk must not change afterwards.
   * @throws ProtocolError `malformed` for a version other than 1; the stream cannot be followed after that
   */
  push(chunk: Buffer): void {
    let offset = 0;
    while (this.#length > 0) {
      const wanted = this.#wantedBytes();
      const end = Math.min(offset + wanted, chunk.length);
      this.#merge(chunk, offset, end);
      offset = end;
      if (this.#length < HEADER_BYTES) return;
      const total = recordBytes(this.#merged, 0);
      if (this.#length < total) {
        if (offset === chunk.length) return;
        continue;
      }
      const record = this.#merged;
      this.#merged = NOTHING;
      this.#length = 0;
      if (!this.#emit(record, 0)) return;
    }
    while (chunk.length - offset >= HEADER_BYTES) {
      const total = recordBytes(chunk, offset);
      if (chunk.length - offset < total) break;
      if (!this.#emit(chunk, offset)) return;
      offset += total;
    }
    if (offset < chunk.length) this.#merge(chunk, offset, chunk.length);
  }

  /** What is missing of the header, or, once that is known, of the record. */
  #wantedBytes(): number {
    return this.#length < HEADER_BYTES ? HEADER_BYTES - this.#length : recordBytes(this.#merged, 0) - this.#length;
  }

  #merge(chunk: Buffer, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#merged.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#merged.length * 2, MIN_MERGE_BYTES));
      this.#merged.copy(larger, 0, 0, this.#length);
      this.#merged = larger;
    }
    chunk.copy(this.#merged, this.#length, start, end);
    this.#length = needed;
  }

  #emit(bytes: Buffer, offset: number): boolean {
    const type = bytes[offset + 1] ?? 0;
    const requestId = bytes.readUInt16BE(offset + 2);
    const start = offset + HEADER_BYTES;
    const content = bytes.subarray(start, start + bytes.readUInt16BE(offset + 4));
    return this.#sink(type, requestId, content);
  }
}

/** Length of the record whose header is at `offset`, with header and padding. */
function recordBytes(bytes: Buffer, offset: number): number {
  const version = bytes[offset];
  if (version !== VERSION) throw new ProtocolError('malformed', `record of version ${version}; only version 1 exists`);
  return HEADER_BYTES + bytes.readUInt16BE(offset + 4) + (bytes[offset + 6] ?? 0);
}
