import { isUtf8 } from 'node:buffer';
import type { Params } from './contract.ts';

/** Lengths from here on take four bytes, the first with its high bit set (section 3.4). */
const LONG_LENGTH = 0x80;

/**
 * Where the pairs lie: for pair i, its name's start, its name's end (the value's start) and its value's end at 3i, 3i + 1
 * and 3i + 2.
 */
type TextIndex = readonly number[];

const OFFSETS_PER_PAIR = 3;

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

  #nameIs(index: TextIndex, at: number, sought: string): boolean {
    const start = index[at] ?? 0;
    return (index[at + 1] ?? 0) - start === sought.length && this.#text.startsWith(sought, start);
  }

  /** A name as it stands in the text. Where all names are ASCII, one that is not is found in neither form. */
  #sought(name: string): string {
    return this.#ascii ? name : Buffer.from(name, 'utf8').toString('latin1');
  }

  #slice(at: number): string {
    const index = this.#pairs();
    return this.#text.slice(index[at], index[at + 1]);
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
  const index: number[] = [];
  const end = text.length;
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
    index.push(offset, nameEnd, valueEnd);
    offset = valueEnd;
  }
  return index;
}

function longLength(text: string, offset: number, first: number): number {
  return (
    (first & (LONG_LENGTH - 1)) * 0x100_0000 +
    (text.charCodeAt(offset) << 16) +
    (text.charCodeAt(offset + 1) << 8) +
    text.charCodeAt(offset + 2)
  );
}
