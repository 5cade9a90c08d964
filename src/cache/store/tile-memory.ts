import type { TileCoord } from '../../grid/types.ts';
import type { Dimensions, StoredTile } from './contract.ts';

/** What an entry takes besides its body: objects, path, place in the map, and what is derived from the tile. */
const OVERHEAD_BYTES = 1024;

/** A larger part of the memory is not given to one tile. */
const LARGEST_SHARE = 1 / 8;

/** A tile kept, and by what its store knows that the stored one is still the same. */
export interface HotTile<Version> {
  readonly tile: StoredTile;
  readonly version: Version;
}

type Key = number | string;

interface Entry {
  readonly key: Key;
  readonly entries: Map<Key, Entry>;
  readonly bytes: number;
  older: Entry | undefined;
  newer: Entry | undefined;
}

interface HotEntry<Version> extends Entry, HotTile<Version> {}

/**
 * Memory for the tiles asked for most lately, of all stores of a worker together. Whoever finds a tile here gets the
 * same object again, so that what was derived from it can be kept with it. Least recently used tiles make room.
 */
export class TileMemory {
  readonly #limit: number;
  #bytes = 0;
  #newest: Entry | undefined;
  #oldest: Entry | undefined;

  /** @param limit bytes; 0: nothing is kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A part of the memory for one store. */
  part<Version>(): TileMemoryPart<Version> {
    return new TileMemoryPart(this);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a body is worth its place. */
  takes(bytes: number): boolean {
    return bytes + OVERHEAD_BYTES <= this.#limit * LARGEST_SHARE;
  }

  add(entry: Entry): void {
    this.#bytes += entry.bytes;
    this.#link(entry);
    while (this.#bytes > this.#limit && this.#oldest !== undefined) this.drop(this.#oldest);
  }

  touch(entry: Entry): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  drop(entry: Entry): void {
    entry.entries.delete(entry.key);
    this.#unlink(entry);
    this.#bytes -= entry.bytes;
  }

  #link(entry: Entry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
  }

  #unlink(entry: Entry): void {
    if (entry.older !== undefined) entry.older.newer = entry.newer;
    if (entry.newer !== undefined) entry.newer.older = entry.older;
    if (this.#newest === entry) this.#newest = entry.older;
    if (this.#oldest === entry) this.#oldest = entry.newer;
  }
}

/** One store's tiles in the memory. `Version` is what its store compares. */
export class TileMemoryPart<Version> {
  readonly #memory: TileMemory;
  readonly #entries = new Map<Key, HotEntry<Version>>();

  constructor(memory: TileMemory) {
    this.#memory = memory;
  }

  get(coord: TileCoord, dimensions: Dimensions | undefined): HotTile<Version> | undefined {
    const entry = this.#entries.get(keyOf(coord, dimensions));
    if (entry !== undefined) this.#memory.touch(entry);
    return entry;
  }

  set(coord: TileCoord, dimensions: Dimensions | undefined, tile: StoredTile, version: Version): void {
    this.delete(coord, dimensions);
    if (!this.#memory.takes(tile.body.length)) return;
    const key = keyOf(coord, dimensions);
    const bytes = tile.body.length + OVERHEAD_BYTES;
    const entry = { key, entries: this.#entries, bytes, older: undefined, newer: undefined, tile, version };
    this.#entries.set(key, entry);
    this.#memory.add(entry);
  }

  delete(coord: TileCoord, dimensions: Dimensions | undefined): void {
    const entry = this.#entries.get(keyOf(coord, dimensions));
    if (entry !== undefined) this.#memory.drop(entry);
  }

  clear(): void {
    for (const entry of this.#entries.values()) this.#memory.drop(entry);
  }
}

const AXIS_BITS = 24;
const LEVELS = 2 ** (53 - 2 * AXIS_BITS);

/** A number wherever the three fit into the 53 bits of an exact one: no text is put together for a tile at hand. */
function keyOf([x, y, level]: TileCoord, dimensions: Dimensions | undefined): Key {
  const hasDimensions = dimensions !== undefined && dimensions.size > 0;
  if (!hasDimensions && x < 2 ** AXIS_BITS && y < 2 ** AXIS_BITS && level < LEVELS) {
    return (level * 2 ** AXIS_BITS + x) * 2 ** AXIS_BITS + y;
  }
  return `${level}/${x}/${y} ${hasDimensions ? JSON.stringify([...dimensions].sort()) : ''}`;
}
