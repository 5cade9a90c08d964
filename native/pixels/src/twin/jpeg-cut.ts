import type { Window } from '../contract.ts';
import { type JpegPieces, WINDOW_NUMBERS } from '../kernels.ts';
import { JpegBitReader, JpegWriter } from './jpeg-bits.ts';
import { JpegCoefficientReader, JpegRow } from './jpeg-coefficients.ts';
import {
  AC_CODES,
  BLOCK_SIZE,
  COMPONENTS,
  DC_CODES,
  type HuffmanSpec,
  Marker,
  quantOfQuality,
  UNIT_BLOCKS,
  UNIT_SIDE,
} from './jpeg-format.ts';
import { type JpegFrame, readJpegFrame } from './jpeg-frame.ts';

const ZERO_RUN = 0xf0;
const END_OF_BLOCK = 0x00;
const LONGEST_RUN = 16;

/** Bytes of a file beside its coefficients. */
const HEAD_ROOM = 2048;

/** See cc/kernels/jpeg_cut.h. */
export function cutJpeg(
  bytes: Uint8Array,
  numbers: Float64Array,
  quality: number,
  maxPixels: number,
): JpegPieces | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frame = readJpegFrame(file);
  if (frame === null || frame.width * frame.height > maxPixels) return null;
  const windows = windowsOf(numbers);
  if (!windows.every((window) => fitsInto(window, frame))) return null;

  const quants = frame.components.map(({ quant }, i) => quantFor(kindOf(i), quant, quality));
  const cuttings = windows.map((window) => new Cutting(window, quants));
  const reader = new JpegCoefficientReader(frame, new JpegBitReader(file, frame.data), quants);
  const row = new JpegRow(reader.columns);
  for (let i = 0; i < reader.rows; i++) {
    if (!reader.read(row)) return null;
    for (const cutting of cuttings) cutting.take(i, row);
  }
  if (!reader.isComplete()) return null;

  let size = 0;
  const files = cuttings.map((cutting) => cutting.finish());
  const ends = files.map(({ length }) => {
    size += length;
    return size;
  });
  const data = new Uint8Array(size);
  for (const [i, one] of files.entries()) data.set(one, ends[i - 1] ?? 0);
  return { data, ends, width: frame.width, height: frame.height };
}

function windowsOf(numbers: Float64Array): Window[] {
  return Array.from({ length: numbers.length / WINDOW_NUMBERS }, (_, i) => {
    const [left = 0, top = 0, width = 0, height = 0] = numbers.subarray(i * WINDOW_NUMBERS);
    return { left, top, width, height };
  });
}

function fitsInto({ left, top, width, height }: Window, frame: JpegFrame): boolean {
  const isAligned = left % UNIT_SIDE === 0 && top % UNIT_SIDE === 0;
  return isAligned && left + width <= frame.width && top + height <= frame.height;
}

/** 0 for luminance, 1 for both colours. */
function kindOf(component: number): 0 | 1 {
  return component === 0 ? 0 : 1;
}

/** Divisors of a file: those of the quality, but what is divided by more already would only grow. */
function quantFor(kind: 0 | 1, given: Uint8Array, quality: number): Uint8Array {
  const wanted = quantOfQuality(kind, quality);
  return wanted.every((divisor, i) => (given[i] ?? 0) >= divisor) ? given : wanted;
}

/** Symbols to codes and their lengths. */
class EncodeTable {
  readonly codes = new Uint16Array(256);
  readonly lengths = new Uint8Array(256);

  constructor({ counts, symbols }: HuffmanSpec) {
    let [code, place] = [0, 0];
    for (const [i, count] of counts.entries()) {
      for (const symbol of symbols.slice(place, place + count)) {
        this.codes[symbol] = code++;
        this.lengths[symbol] = i + 1;
      }
      place += count;
      code *= 2;
    }
  }
}

const DC_TABLES = [new EncodeTable(DC_CODES[0]), new EncodeTable(DC_CODES[1])] as const;
const AC_TABLES = [new EncodeTable(AC_CODES[0]), new EncodeTable(AC_CODES[1])] as const;

/** Writes the file of one window. */
class Cutting {
  readonly #window: Window;
  readonly #to: JpegWriter;
  readonly #dc = new Int32Array(COMPONENTS);

  constructor(window: Window, quants: readonly Uint8Array[]) {
    this.#window = window;
    this.#to = new JpegWriter(HEAD_ROOM + window.width * window.height);
    this.#writeHead(quants);
  }

  /** Takes what a row of the picture has of the window. */
  take(rowNumber: number, row: JpegRow): void {
    const { left, top, width, height } = this.#window;
    const number = rowNumber - top / UNIT_SIDE;
    if (number < 0 || number >= height / UNIT_SIDE) return;
    const first = (left / UNIT_SIDE) * UNIT_BLOCKS.length;
    const end = first + Math.ceil(width / UNIT_SIDE) * UNIT_BLOCKS.length;
    for (let block = first; block < end; block++) {
      this.#writeBlock(UNIT_BLOCKS[block % UNIT_BLOCKS.length] ?? 0, block, row);
    }
  }

  finish(): Uint8Array {
    this.#to.fillByte();
    this.#to.putBytes([0xff, Marker.EOI]);
    return this.#to.written;
  }

  #writeBlock(component: 0 | 1 | 2, block: number, { dc, ends, values, places }: JpegRow): void {
    const value = dc[block] ?? 0;
    const codes = AC_TABLES[kindOf(component)];
    this.#writeValue(DC_TABLES[kindOf(component)], 0, value - (this.#dc[component] ?? 0));
    this.#dc[component] = value;
    let next = 1;
    for (let i = ends[block] ?? 0; i < (ends[block + 1] ?? 0); i++) {
      const place = places[i] ?? 0;
      let run = place - next;
      for (; run >= LONGEST_RUN; run -= LONGEST_RUN) this.#writeSymbol(codes, ZERO_RUN);
      this.#writeValue(codes, run << 4, values[i] ?? 0);
      next = place + 1;
    }
    if (next < BLOCK_SIZE) this.#writeSymbol(codes, END_OF_BLOCK);
  }

  #writeSymbol({ codes, lengths }: EncodeTable, symbol: number): void {
    this.#to.putBits(codes[symbol] ?? 0, lengths[symbol] ?? 0);
  }

  #writeValue(codes: EncodeTable, run: number, value: number): void {
    const count = 32 - Math.clz32(Math.abs(value));
    this.#writeSymbol(codes, run | count);
    this.#to.putBits((value < 0 ? value - 1 : value) & ((1 << count) - 1), count);
  }

  #writeHead(quants: readonly Uint8Array[]): void {
    const { width, height } = this.#window;
    const put = (...bytes: readonly number[]) => this.#to.putBytes(bytes);
    put(0xff, Marker.SOI);
    put(0xff, Marker.APP0, 0, 16, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0);
    // Both colours hardly ever have divisors of their own.
    const last = quants[1]?.every((divisor, i) => divisor === quants[2]?.[i]) ? 1 : 2;
    for (const [i, quant] of quants.slice(0, last + 1).entries()) {
      put(0xff, Marker.DQT, 0, 3 + BLOCK_SIZE, i, ...quant);
    }
    const size = [height >> 8, height & 0xff, width >> 8, width & 0xff];
    put(0xff, Marker.SOF0, 0, 17, 8, ...size, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, last);
    for (const kind of [0, 1] as const) {
      for (const [which, { counts, symbols }] of [DC_CODES[kind], AC_CODES[kind]].entries()) {
        put(0xff, Marker.DHT, 0, 19 + symbols.length, (which << 4) | kind, ...counts, ...symbols);
      }
    }
    put(0xff, Marker.SOS, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, BLOCK_SIZE - 1, 0);
  }
}
