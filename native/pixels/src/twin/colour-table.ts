/** Red in the lowest byte, then green, blue, alpha. */
export type Colour = number;

export function channelOf(colour: Colour, channel: number): number {
  return (colour >>> (channel * 8)) & 255;
}

/** How many pixels have a colour; in a table that is not exact it is the mean of colours that are near each other. */
export interface Cell {
  readonly colour: Colour;
  readonly count: number;
}

/** A cell while it is counted: `rests` has the sums of the bits that the mask cuts off. */
interface Entry {
  readonly key: Colour;
  count: number;
  readonly rests: [number, number, number, number];
}

/** The limits and the hash of cc/kernels/colour_table. */
const MAX_CELLS = 6144;
const SLOT_BITS = 14;
const SLOTS = 2 ** SLOT_BITS;
const HASH_FACTOR = 0x9e3779b1;

/** Channels whose lowest bit is cut off together: blue and alpha, red, green. */
const CHANNELS = [0xffff0000, 0x000000ff, 0x0000ff00];

/** `value / divisor`, rounded; of whole numbers. */
export function roundedQuotient(value: number, divisor: number): number {
  return Math.floor((value + Math.floor(divisor / 2)) / divisor);
}

/** Counts the colours of a picture; too many are put together by cutting off low bits of their channels. */
export class ColourTable {
  readonly #pixelCount: number;
  #entries: Entry[] = [];
  #mask = 0xffffffff;
  #cuts = 0;
  readonly #keys = new Uint32Array(SLOTS);
  /** Number of the cell plus 1, or 0. */
  readonly #slots = new Uint16Array(SLOTS);

  /** For a picture of so many pixels. */
  constructor(pixelCount: number) {
    this.#pixelCount = pixelCount;
  }

  get isExact(): boolean {
    return this.#mask === 0xffffffff;
  }

  /** In the order in which their first pixels were added. */
  get cells(): Cell[] {
    return this.#entries.map(({ key, count, rests }) => ({
      colour: rests.reduce((colour, rest, c) => (colour | (roundedQuotient(rest, count) << (c * 8))) >>> 0, key),
      count,
    }));
  }

  /** Adds `count` pixels of a colour and returns its cell. */
  add(colour: Colour, count: number): number {
    this.#count(this.#cellOf((colour & this.#mask) >>> 0), colour, count);
    while (this.#entries.length > MAX_CELLS) this.#coarsen();
    return this.find(colour);
  }

  /** The cell of a colour, -1 for one that was not added. */
  find(colour: Colour): number {
    return (this.#slots[this.#slotOf((colour & this.#mask) >>> 0)] ?? 0) - 1;
  }

  #count(index: number, colour: Colour, count: number): void {
    const entry = this.#entries[index];
    if (entry === undefined) return;
    entry.count += count;
    const rest = colour & ~this.#mask;
    if (rest === 0) return;
    for (let c = 0; c < 4; c++) entry.rests[c] = (entry.rests[c] ?? 0) + channelOf(rest, c) * count;
  }

  #slotOf(key: Colour): number {
    let slot = Math.imul(key, HASH_FACTOR) >>> (32 - SLOT_BITS);
    while (this.#slots[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) % SLOTS;
    return slot;
  }

  #cellOf(key: Colour): number {
    const slot = this.#slotOf(key);
    if (this.#slots[slot] === 0) {
      this.#entries.push({ key, count: 0, rests: [0, 0, 0, 0] });
      this.#keys[slot] = key;
      this.#slots[slot] = this.#entries.length;
    }
    return (this.#slots[slot] ?? 0) - 1;
  }

  /** As in cc/kernels/colour_table.cc, where the reasons are told. */
  #cutBits(): void {
    const seen = this.#entries.reduce((sum, { count }) => sum + count, 0);
    const cuts = this.isExact || seen * 4 < this.#pixelCount ? 3 : seen * 2 < this.#pixelCount ? 2 : 1;
    for (let i = 0; i < cuts; i++) {
      const channels = CHANNELS[this.#cuts++ % CHANNELS.length] ?? 0;
      this.#mask = ((this.#mask & ~channels) | ((this.#mask << 1) & channels & 0xfefefefe)) >>> 0;
    }
  }

  #coarsen(): void {
    this.#cutBits();
    this.#slots.fill(0);
    const finer = this.#entries;
    this.#entries = [];
    for (const { key, count, rests } of finer) {
      const index = this.#cellOf((key & this.#mask) >>> 0);
      this.#count(index, key, count);
      const coarser = this.#entries[index]?.rests ?? [];
      for (let c = 0; c < 4; c++) coarser[c] = (coarser[c] ?? 0) + (rests[c] ?? 0);
    }
  }
}
