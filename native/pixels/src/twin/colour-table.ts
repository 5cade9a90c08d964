/** Red in the lowest byte, then green, blue, alpha. */
export type Colour = number;

export function channelOf(colour: Colour, channel: number): number {
  return (colour >>> (channel * 8)) & 255;
}

/** How often the colours of a cell occur, and the sums of red, green, blue times alpha, and of 255 times alpha. */
export interface Cell {
  readonly key: Colour;
  count: number;
  readonly sums: Float64Array;
}

/** The limits and the hash of cc/kernels/colour_table. */
const MAX_CELLS = 8192;
const SLOT_BITS = 15;
const SLOTS = 2 ** SLOT_BITS;
const HASH_FACTOR = 0x9e3779b1;

/** Counts the colours of a picture; too many are put together by cutting off low bits of their channels. */
export class ColourTable {
  cells: Cell[] = [];
  #mask = 0xffffffff;
  readonly #keys = new Uint32Array(SLOTS);
  /** Number of the cell plus 1, or 0. */
  readonly #slots = new Uint16Array(SLOTS);

  get isExact(): boolean {
    return this.#mask === 0xffffffff;
  }

  /** Adds `count` pixels of a colour and returns its cell. */
  add(colour: Colour, count: number): number {
    while (this.cells.length === MAX_CELLS && this.find(colour) === -1) this.#coarsen();
    const index = this.#cellOf((colour & this.#mask) >>> 0);
    const cell = this.cells[index];
    if (cell === undefined) return index;
    const alpha = count * channelOf(colour, 3);
    cell.count += count;
    for (let c = 0; c < 3; c++) cell.sums[c] = (cell.sums[c] ?? 0) + alpha * channelOf(colour, c);
    cell.sums[3] = (cell.sums[3] ?? 0) + alpha * 255;
    return index;
  }

  /** The cell of a colour, -1 for one that was not added. */
  find(colour: Colour): number {
    return (this.#slots[this.#slotOf((colour & this.#mask) >>> 0)] ?? 0) - 1;
  }

  #slotOf(key: Colour): number {
    let slot = Math.imul(key, HASH_FACTOR) >>> (32 - SLOT_BITS);
    while (this.#slots[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) % SLOTS;
    return slot;
  }

  #cellOf(key: Colour): number {
    const slot = this.#slotOf(key);
    if (this.#slots[slot] === 0) {
      this.cells.push({ key, count: 0, sums: new Float64Array(4) });
      this.#keys[slot] = key;
      this.#slots[slot] = this.cells.length;
    }
    return (this.#slots[slot] ?? 0) - 1;
  }

  #coarsen(): void {
    this.#mask = ((this.#mask << 1) & 0xfefefefe) >>> 0;
    this.#slots.fill(0);
    const finer = this.cells;
    this.cells = [];
    for (const { key, count, sums } of finer) {
      const cell = this.cells[this.#cellOf((key & this.#mask) >>> 0)];
      // Not in one expression: #cellOf may have added the cell.
      if (cell === undefined) continue;
      cell.count += count;
      for (let c = 0; c < 4; c++) cell.sums[c] = (cell.sums[c] ?? 0) + (sums[c] ?? 0);
    }
  }
}
