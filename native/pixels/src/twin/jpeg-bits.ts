/** Bits of a scan, the first one highest in its byte; a byte of all ones is followed by a 0 that does not count. */
export class JpegBitReader {
  readonly #file: Uint8Array;
  #at: number;
  /** The next `#count` ones are the lowest. */
  #bits = 0;
  #count = 0;
  /** How many zeros were taken for bits behind the end. */
  #padding = 0;

  constructor(file: Uint8Array, at: number) {
    this.#file = file;
    this.#at = at;
  }

  /** The next bits, 0 to 16, which are still there afterwards. */
  peek(count: number): number {
    while (this.#count < count) {
      this.#bits = (this.#bits << 8) | this.#nextByte();
      this.#count += 8;
    }
    return (this.#bits >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** So many bits were peeked at. */
  skip(count: number): void {
    this.#count -= count;
  }

  take(count: number): number {
    const bits = this.peek(count);
    this.skip(count);
    return bits;
  }

  /** Whether no bit was taken that is not there. */
  get isWithin(): boolean {
    return this.#padding <= this.#count;
  }

  /** Goes on behind a marker. False: it does not follow. */
  passMarker(marker: number): boolean {
    if (!this.isWithin || this.#count - this.#padding >= 8) return false;
    this.#bits = 0;
    this.#count = 0;
    this.#padding = 0;
    while (this.#file[this.#at] === 0xff && this.#file[this.#at + 1] === 0xff) this.#at++;
    if (this.#file[this.#at] !== 0xff || this.#file[this.#at + 1] !== marker) return false;
    this.#at += 2;
    return true;
  }

  #nextByte(): number {
    const byte = this.#file[this.#at];
    if (byte !== undefined && byte !== 0xff) {
      this.#at++;
      return byte;
    }
    if (byte === 0xff && this.#file[this.#at + 1] === 0) {
      this.#at += 2;
      return byte;
    }
    this.#padding += 8;
    return 0;
  }
}

/** Writes bytes, and bits as a scan has them. */
export class JpegWriter {
  #bytes: Uint8Array;
  #size = 0;
  #bits = 0;
  #count = 0;

  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
  }

  putBytes(bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; i++) this.#putByte(bytes[i] ?? 0);
  }

  /** At most 32 bits; none is set above `count`. */
  putBits(bits: number, count: number): void {
    if (count > 16) {
      this.putBits(bits >>> 16, count - 16);
      this.putBits(bits & 0xffff, 16);
      return;
    }
    this.#bits = ((this.#bits & 0xff) << count) | bits;
    this.#count += count;
    while (this.#count >= 8) {
      this.#count -= 8;
      const byte = (this.#bits >>> this.#count) & 0xff;
      this.#putByte(byte);
      if (byte === 0xff) this.#putByte(0);
    }
  }

  /** Fills the last byte up with ones. */
  fillByte(): void {
    const rest = (8 - this.#count) % 8;
    this.putBits((1 << rest) - 1, rest);
  }

  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  #putByte(byte: number): void {
    if (this.#size === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#size++] = byte;
  }
}
