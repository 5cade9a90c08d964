import { BLOCK_SIZE, COMPONENTS, type HuffmanSpec, Marker } from './jpeg-format.ts';

export interface JpegComponent {
  /** Divisors, in zigzag order. */
  readonly quant: Uint8Array;
  readonly dc: HuffmanSpec;
  readonly ac: HuffmanSpec;
}

/** What stands before the coefficients of a JPEG file. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  /** Units between two restart markers; 0: there are none. */
  readonly restartInterval: number;
  /** Where the coefficients begin. */
  readonly data: number;
}

/**
 * Reads a file up to its coefficients. Null: damaged, or of another kind than most maps have: Huffman-coded in one scan,
 * Y, Cb and Cr of 8 bits, the colours at half the resolution, without ICC profile.
 */
export function readJpegFrame(file: Buffer): JpegFrame | null {
  if (file[0] !== 0xff || file[1] !== Marker.SOI) return null;
  const reader = new FrameReader();
  for (let at = 2; at + 4 <= file.length; ) {
    if (file[at] !== 0xff) return null;
    const marker = file[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = file.readUInt16BE(at + 2);
    if (length < 2 || length > file.length - at - 2) return null;
    const segment = file.subarray(at + 4, at + 2 + length);
    at += 2 + length;
    if (marker === Marker.SOS) return reader.takeScan(segment, at);
    if (!reader.take(marker, segment)) return null;
  }
  return null;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly ids: readonly number[];
  readonly quants: readonly number[];
}

const TABLES = 4;
const SAMPLING = [0x22, 0x11, 0x11] as const;

/** Where an Adobe segment tells the colours: 1 for Y, Cb and Cr. */
const ADOBE_TRANSFORM = 11;

/** Tables as they are defined until the scan takes some of them. */
class FrameReader {
  readonly #quants = new Map<number, Uint8Array>();
  /** By class (DC, AC) and number, as in files. */
  readonly #codes = new Map<number, HuffmanSpec>();
  #frame: Frame | undefined;
  #isYcc = false;
  #restartInterval = 0;

  /** False: see `readJpegFrame`. */
  take(marker: number, segment: Buffer): boolean {
    switch (marker) {
      case Marker.SOF0:
      case Marker.SOF1:
        return this.#takeFrame(segment);
      case Marker.DQT:
        return this.#takeQuants(segment);
      case Marker.DHT:
        return this.#takeCodes(segment);
      case Marker.DRI:
        if (segment.length !== 2) return false;
        this.#restartInterval = segment.readUInt16BE(0);
        return true;
      case Marker.APP0:
        this.#isYcc ||= startsWith(segment, 'JFIF\0');
        return true;
      case Marker.APP2:
        return !startsWith(segment, 'ICC_PROFILE\0');
      case Marker.APP14:
        if (!startsWith(segment, 'Adobe')) return true;
        this.#isYcc = true;
        return segment[ADOBE_TRANSFORM] === 1;
      default:
        return (marker > Marker.APP0 && marker <= Marker.APP15) || marker === Marker.COM;
    }
  }

  takeScan(segment: Buffer, data: number): JpegFrame | null {
    const frame = this.#frame;
    const spectrum = 1 + COMPONENTS * 2;
    if (frame === undefined || segment.length !== spectrum + 3 || segment[0] !== COMPONENTS) return null;
    if (segment[spectrum] !== 0 || segment[spectrum + 1] !== BLOCK_SIZE - 1 || segment[spectrum + 2] !== 0) return null;
    const components: JpegComponent[] = [];
    for (let i = 0; i < COMPONENTS; i++) {
      const codes = segment[2 + i * 2] ?? 0;
      const quant = this.#quants.get(frame.quants[i] ?? 0);
      const [dc, ac] = [this.#codes.get(codes >> 4), this.#codes.get(0x10 | (codes & 15))];
      if (segment[1 + i * 2] !== frame.ids[i] || codes >> 4 >= TABLES || (codes & 15) >= TABLES) return null;
      if (quant === undefined || dc === undefined || ac === undefined) return null;
      components.push({ quant, dc, ac });
    }
    if (!this.#isYcc && frame.ids.join() !== '1,2,3') return null;
    const { width, height } = frame;
    return { width, height, components, restartInterval: this.#restartInterval, data };
  }

  #takeFrame(segment: Buffer): boolean {
    const isKnown = segment.length === 6 + COMPONENTS * 3 && segment[0] === 8 && segment[5] === COMPONENTS;
    if (this.#frame !== undefined || !isKnown) return false;
    const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
    const ids: number[] = [];
    const quants: number[] = [];
    for (const [i, sampling] of SAMPLING.entries()) {
      const [id = 0, itsSampling, quant = 0] = segment.subarray(6 + i * 3);
      if (itsSampling !== sampling || quant >= TABLES) return false;
      ids.push(id);
      quants.push(quant);
    }
    this.#frame = { width, height, ids, quants };
    return width > 0 && height > 0;
  }

  #takeQuants(segment: Buffer): boolean {
    const size = 1 + BLOCK_SIZE;
    for (let at = 0; at < segment.length; at += size) {
      // The upper half tells divisors of 16 bits.
      const which = segment[at] ?? 0;
      if (segment.length < at + size || which >= TABLES) return false;
      const quant = Uint8Array.from(segment.subarray(at + 1, at + size));
      this.#quants.set(which, quant);
      if (quant.includes(0)) return false;
    }
    return true;
  }

  #takeCodes(segment: Buffer): boolean {
    const head = 17;
    for (let at = 0; at < segment.length; ) {
      const which = segment[at] ?? 0;
      if (segment.length < at + head || which >> 4 > 1 || (which & 15) >= TABLES) return false;
      const counts = [...segment.subarray(at + 1, at + head)];
      const count = counts.reduce((sum, ofLength) => sum + ofLength, 0);
      if (count > 256 || segment.length < at + head + count) return false;
      this.#codes.set(which, { counts, symbols: [...segment.subarray(at + head, at + head + count)] });
      at += head + count;
    }
    return true;
  }
}

function startsWith(segment: Buffer, text: string): boolean {
  return segment.toString('latin1', 0, text.length) === text;
}
