import { isUtf8 } from 'node:buffer';
import type { Params } from './contract.ts';
import { indexPairs, OFFSETS_PER_PAIR, type PairIndex } from './pairs.ts';

const REPLACEMENT_CHARACTER = '\ufffd';

/**
 * Params over the bytes of a PARAMS stream. The pairs are found once, on first use; names are compared as bytes, and a
 * value becomes a string when it is asked for, because an application reads about a third of what a web server sends.
 */
export class BufferParams implements Params {
  readonly #bytes: Buffer;
  #index: PairIndex | undefined;

  /**
   * @param bytes the whole stream; kept, not copied
   * @param index its pairs where they are known already (see `indexPairs`)
   */
  constructor(bytes: Buffer, index?: PairIndex) {
    this.#bytes = bytes;
    this.#index = index;
  }

  /** Number of pairs received. */
  get size(): number {
    return this.#pairs().length / OFFSETS_PER_PAIR;
  }

  get(name: string): string | undefined {
    const at = this.#findLast(name);
    return at < 0 ? undefined : this.#text(at + 1);
  }

  getAll(name: string): string[] {
    const sought = soughtName(name);
    const index = this.#pairs();
    const values: string[] = [];
    for (let at = 0; at < index.length; at += OFFSETS_PER_PAIR) {
      if (this.#nameIs(index, at, sought)) values.push(this.#text(at + 1));
    }
    return values;
  }

  getBytes(name: string): Buffer | undefined {
    const at = this.#findLast(name);
    return at < 0 ? undefined : this.#slice(at + 1);
  }

  has(name: string): boolean {
    return this.#findLast(name) >= 0;
  }

  *entries(): IterableIterator<[name: string, value: string]> {
    const { length } = this.#pairs();
    for (let at = 0; at < length; at += OFFSETS_PER_PAIR) yield [this.#text(at), this.#text(at + 1)];
  }

  *rawEntries(): IterableIterator<[name: Buffer, value: Buffer]> {
    const { length } = this.#pairs();
    for (let at = 0; at < length; at += OFFSETS_PER_PAIR) yield [this.#slice(at), this.#slice(at + 1)];
  }

  #pairs(): PairIndex {
    this.#index ??= indexPairs(this.#bytes);
    return this.#index;
  }

  #findLast(name: string): number {
    const sought = soughtName(name);
    const index = this.#pairs();
    for (let at = index.length - OFFSETS_PER_PAIR; at >= 0; at -= OFFSETS_PER_PAIR) {
      if (this.#nameIs(index, at, sought)) return at;
    }
    return -1;
  }

  #nameIs(index: PairIndex, at: number, sought: string): boolean {
    const start = index[at] ?? 0;
    const { length } = sought;
    if ((index[at + 1] ?? 0) - start !== length) return false;
    const bytes = this.#bytes;
    // From the end: the names that web servers send share their beginnings (HTTP_, SERVER_, REMOTE_).
    for (let i = length - 1; i >= 0; i--) {
      if (bytes[start + i] !== sought.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The bytes between an offset of the index and the next: a name (at 3i) or a value (at 3i + 1). */
  #slice(at: number): Buffer {
    const index = this.#pairs();
    return this.#bytes.subarray(index[at], index[at + 1]);
  }

  #text(at: number): string {
    const index = this.#pairs();
    const start = index[at];
    const end = index[at + 1];
    const text = this.#bytes.toString('utf8', start, end);
    if (!text.includes(REPLACEMENT_CHARACTER) || isUtf8(this.#bytes.subarray(start, end))) return text;
    return this.#bytes.toString('latin1', start, end);
  }
}

/** A name with one character per byte of its UTF-8 form: itself for the ASCII names there are in practice. */
function soughtName(name: string): string {
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) > 0x7f) return Buffer.from(name, 'utf8').toString('latin1');
  }
  return name;
}
