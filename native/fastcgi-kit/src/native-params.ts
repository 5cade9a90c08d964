import { isUtf8 } from 'node:buffer';
import type { Params } from './contract.ts';

/** Lengths from here on take four bytes, the first with its high bit set (section 3.4). */
const LONG_LENGTH = 0x80;

/**
 * Where the pairs lie: for pair i, its name's start, its name's end (the value's start) and its value's end at 3i, 3i + 1
 * and 3i + 2.
 */
interface TextIndex {
  readonly offsets: readonly number[];
  /** Length of `offsets` that is used. */
  readonly length: number;
}

const OFFSETS_PER_PAIR = 3;

/** A web server sends 20 to 40 pairs; an array that has its size from the start is filled faster. */
const EXPECTED_OFFSETS = 40 * OFFSETS_PER_PAIR;

/**
 * Params over a PARAMS stream that came as a string with one character per byte. A string costs V8 less to make than a
 * Buffer, and so do the values cut from it; a value is decoded only where it is not ASCII.
 */
export class TextParams implements Params {
  readonly #text: string;
  readonly #ascii: boolean;
  #index: TextIndex | undefined;

  /**
   * @param text a whole stream of pairs, known to be well formed
   * @param ascii whether every name and value is
   */
  constructor(text: string, ascii: boolean) {
    this.#text = text;
    this.#ascii = ascii;
  }

  get size(): number {
    return this.#pairs().length / OFFSETS_PER_PAIR;
  }

  get(name: string): string | undefined {
    const at = this.#findLast(name);
    return at < 0 ? undefined : this.#decoded(at + 1);
  }

  getAll(name: string): string[] {
    const sought = this.#sought(name);
    const index = this.#pairs();
    const values: string[] = [];
    for (let at = 0; at < index.length; at += OFFSETS_PER_PAIR) {
      if (this.#nameIs(index, at, sought)) values.push(this.#decoded(at + 1));
    }
    return values;
  }

  getBytes(name: string): Buffer | undefined {
    const at = this.#findLast(name);
    return at < 0 ? undefined : this.#bytes(at + 1);
  }

  has(name: string): boolean {
    return this.#findLast(name) >= 0;
  }

  *entries(): IterableIterator<[name: string, value: string]> {
    const { length } = this.#pairs();
    for (let at = 0; at < length; at += OFFSETS_PER_PAIR) yield [this.#decoded(at), this.#decoded(at + 1)];
  }

  *rawEntries(): IterableIterator<[name: Buffer, value: Buffer]> {
    const { length } = this.#pairs();
    for (let at = 0; at < length; at += OFFSETS_PER_PAIR) yield [this.#bytes(at), this.#bytes(at + 1)];
  }

  #pairs(): TextIndex {
    this.#index ??= indexText(this.#text);
    return this.#index;
  }

  /** The last of several counts. */
  #findLast(name: string): number {
    const sought = this.#sought(name);
    const index = this.#pairs();
    for (let at = index.length - OFFSETS_PER_PAIR; at >= 0; at -= OFFSETS_PER_PAIR) {
      if (this.#nameIs(index, at, sought)) return at;
    }
    return -1;
  }

  #nameIs({ offsets }: TextIndex, at: number, sought: string): boolean {
    const start = offsets[at] ?? 0;
    const { length } = sought;
    if ((offsets[at + 1] ?? 0) - start !== length) return false;
    // From the end: the names that web servers send share their beginnings (HTTP_, SERVER_, REMOTE_).
    for (let i = length - 1; i >= 0; i--) {
      if (this.#text.charCodeAt(start + i) !== sought.charCodeAt(i)) return false;
    }
    return true;
  }

  /** A name as it stands in the text. Where all names are ASCII, one that is not is found in neither form. */
  #sought(name: string): string {
    return this.#ascii ? name : Buffer.from(name, 'utf8').toString('latin1');
  }

  #slice(at: number): string {
    const { offsets } = this.#pairs();
    return this.#text.slice(offsets[at], offsets[at + 1]);
  }

  #bytes(at: number): Buffer {
    return Buffer.from(this.#slice(at), 'latin1');
  }

  #decoded(at: number): string {
    const slice = this.#slice(at);
    if (this.#ascii) return slice;
    const bytes = Buffer.from(slice, 'latin1');
    return isUtf8(bytes) ? bytes.toString('utf8') : slice;
  }
}

function indexText(text: string): TextIndex {
  const offsets = new Array<number>(EXPECTED_OFFSETS);
  const end = text.length;
  let length = 0;
  let offset = 0;
  while (offset < end) {
    let nameLength = text.charCodeAt(offset++);
    if (nameLength >= LONG_LENGTH) {
      nameLength = longLength(text, offset, nameLength);
      offset += 3;
    }
    let valueLength = text.charCodeAt(offset++);
    if (valueLength >= LONG_LENGTH) {
      valueLength = longLength(text, offset, valueLength);
      offset += 3;
    }
    const nameEnd = offset + nameLength;
    const valueEnd = nameEnd + valueLength;
    offsets[length++] = offset;
    offsets[length++] = nameEnd;
    offsets[length++] = valueEnd;
    offset = valueEnd;
  }
  return { offsets, length };
}

function longLength(text: string, offset: number, first: number): number {
  return (
    (first & (LONG_LENGTH - 1)) * 0x100_0000 +
    (text.charCodeAt(offset) << 16) +
    (text.charCodeAt(offset + 1) << 8) +
    text.charCodeAt(offset + 2)
  );
}
