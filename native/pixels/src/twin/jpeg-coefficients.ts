import type { JpegBitReader } from './jpeg-bits.ts';
import {
  BLOCK_SIZE,
  COMPONENTS,
  type HuffmanSpec,
  LEAST_DC,
  Marker,
  MOST_AC_BITS,
  MOST_COEFFICIENT,
  MOST_DC_BITS,
  UNIT_BLOCKS,
  UNIT_SIDE,
} from './jpeg-format.ts';
import type { JpegFrame } from './jpeg-frame.ts';

const LONGEST_CODE = 16;
const NO_SYMBOL = -1;

/** Codes of a file to symbols. */
class DecodeTable {
  /** Whether there are no more codes than bits. */
  readonly isSound: boolean;
  /** For each 16 bits: the length of the code that they begin with, and in the lower byte its symbol. */
  readonly #symbols = new Uint16Array(1 << LONGEST_CODE);

  constructor({ counts, symbols }: HuffmanSpec) {
    let [code, place, isSound] = [0, 0, true];
    for (let length = 1; length <= LONGEST_CODE && isSound; length++, code *= 2) {
      const rest = LONGEST_CODE - length;
      for (let i = 0; i < (counts[length - 1] ?? 0) && isSound; i++, code++, place++) {
        isSound = code < 2 ** length;
        this.#symbols.fill((length << 8) | (symbols[place] ?? 0), code << rest, (code + 1) << rest);
      }
    }
    this.isSound = isSound;
  }

  next(from: JpegBitReader): number {
    const symbol = this.#symbols[from.peek(LONGEST_CODE)] ?? 0;
    if (symbol === 0) return NO_SYMBOL;
    from.skip(symbol >> 8);
    return symbol & 0xff;
  }
}

/** The number of `count` bits that tells a value and its sign (section F.1.2.1). */
function signedOf(bits: number, count: number): number {
  return count === 0 || bits >> (count - 1) !== 0 ? bits : bits - (1 << count) + 1;
}

/** The nearest value with another divisor, half of a step away from 0. */
function rescaled(value: number, from: number, to: number, least: number): number {
  const size = from === to ? Math.abs(value) : Math.floor((Math.abs(value) * from + (to >> 1)) / to);
  return Math.min(Math.max(value < 0 ? -size : size, least), MOST_COEFFICIENT);
}

/** The coefficients of a row of units, one block after another. */
export class JpegRow {
  readonly dc: Int16Array;
  /** Of the AC coefficients of the block before. */
  readonly ends: Uint32Array;
  /** The AC coefficients that are not 0, and their places in the block. */
  readonly values: Int16Array;
  readonly places: Uint8Array;

  constructor(units: number) {
    const blocks = units * UNIT_BLOCKS.length;
    this.dc = new Int16Array(blocks);
    this.ends = new Uint32Array(blocks + 1);
    this.values = new Int16Array(blocks * (BLOCK_SIZE - 1));
    this.places = new Uint8Array(this.values.length);
  }
}

/** Reads the coefficients of a file row by row. */
export class JpegCoefficientReader {
  readonly columns: number;
  readonly rows: number;
  readonly #frame: JpegFrame;
  readonly #in: JpegBitReader;
  /** What they are divided by when they are read, for each component. */
  readonly #quants: readonly Uint8Array[];
  readonly #codes: readonly { readonly dc: DecodeTable; readonly ac: DecodeTable }[];
  readonly #dc = new Int32Array(COMPONENTS);
  #untilRestart: number;
  #restarts = 0;

  constructor(frame: JpegFrame, from: JpegBitReader, quants: readonly Uint8Array[]) {
    this.columns = Math.ceil(frame.width / UNIT_SIDE);
    this.rows = Math.ceil(frame.height / UNIT_SIDE);
    this.#frame = frame;
    this.#in = from;
    this.#quants = quants;
    this.#codes = frame.components.map(({ dc, ac }) => ({ dc: new DecodeTable(dc), ac: new DecodeTable(ac) }));
    this.#untilRestart = frame.restartInterval;
  }

  /** The next row, into one of `columns` units. False: damaged. */
  read(row: JpegRow): boolean {
    if (!this.#codes.every(({ dc, ac }) => dc.isSound && ac.isSound)) return false;
    for (let unit = 0; unit < this.columns; unit++) {
      if (this.#frame.restartInterval > 0 && this.#untilRestart-- === 0 && !this.#restart()) return false;
      for (const [block, component] of UNIT_BLOCKS.entries()) {
        if (!this.#readBlock(component, unit * UNIT_BLOCKS.length + block, row)) return false;
      }
    }
    return this.#in.isWithin;
  }

  /** After the last row. False: something else follows. */
  isComplete(): boolean {
    return this.#in.passMarker(Marker.EOI);
  }

  #restart(): boolean {
    this.#dc.fill(0);
    this.#untilRestart = this.#frame.restartInterval - 1;
    return this.#in.passMarker(Marker.RST0 + (this.#restarts++ & 7));
  }

  #readBlock(component: 0 | 1 | 2, block: number, row: JpegRow): boolean {
    const [codes, from, to] = [
      this.#codes[component],
      this.#frame.components[component]?.quant,
      this.#quants[component],
    ];
    if (codes === undefined || from === undefined || to === undefined) return false;
    const dcBits = codes.dc.next(this.#in);
    if (dcBits === NO_SYMBOL || dcBits > MOST_DC_BITS) return false;
    const dc = (this.#dc[component] ?? 0) + signedOf(this.#in.take(dcBits), dcBits);
    this.#dc[component] = dc;
    if (dc < LEAST_DC * 2 || dc >= -LEAST_DC * 2) return false;
    row.dc[block] = rescaled(dc, from[0] ?? 1, to[0] ?? 1, LEAST_DC);

    let end = row.ends[block] ?? 0;
    for (let place = 1; place < BLOCK_SIZE; place++) {
      const symbol = codes.ac.next(this.#in);
      const [run, bits] = [symbol >> 4, symbol & 15];
      if (symbol === 0) break;
      if (symbol === NO_SYMBOL || bits > MOST_AC_BITS || (bits === 0 && run !== 15)) return false;
      place += run;
      if (bits === 0) continue;
      const value = signedOf(this.#in.take(bits), bits);
      if (place >= BLOCK_SIZE) return false;
      const scaled = rescaled(value, from[place] ?? 1, to[place] ?? 1, -MOST_COEFFICIENT);
      if (scaled === 0) continue;
      row.values[end] = scaled;
      row.places[end++] = place;
    }
    row.ends[block + 1] = end;
    return true;
  }
}
