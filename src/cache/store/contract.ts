import type { ZodType } from 'zod';
import type { TileGrid } from '../../grid/tile-grid.ts';
import type { TileCoord } from '../../grid/types.ts';
import type { PreparedAnswer } from '../../http/caching.ts';
import type { TileMemory } from './tile-memory.ts';

/** Lower-case dimension names with their values (row CCH-09). */
export type Dimensions = ReadonlyMap<string, string>;

/** A tile as it goes to the client: a store that still has it in memory gives the same object again. */
export interface StoredTile {
  readonly body: Buffer;
  readonly mimeType: string;
  /** When it was written, in seconds since 1970. */
  readonly timestamp: number;
  readonly cacheable: true;
  /** What was made of it for clients; undefined at first. */
  answer: PreparedAnswer | undefined;
}

export interface NewTile {
  readonly coord: TileCoord;
  readonly body: Buffer;
}

/** Where the tiles of one cache and grid are kept. Rows are counted from the grid's own origin (row CCH-08). */
export interface TileStore {
  /** Of the names of locks, the same as MapProxy's (row TILE-12). */
  readonly lockId: string;
  /** False: all tiles bear the time of the whole, and expire at once where the cache refreshes them (row CCH-10). */
  readonly keepsTimes: boolean;
  /** Whether tiles of one coordinate may differ by dimensions (row TILE-23). */
  readonly supportsDimensions: boolean;
  /** Null: not there. Answers at once where the storage can. */
  load(coord: TileCoord, dimensions?: Dimensions): StoredTile | null | Promise<StoredTile | null>;
  /** Keeps tiles made together; an older tile is replaced as a whole. */
  store(tiles: readonly NewTile[], dimensions?: Dimensions): Promise<void>;
  /** Nothing happens where there is no such tile. */
  remove(coord: TileCoord, dimensions?: Dimensions): Promise<void>;
  /**
   * Removes the tiles of a level, of all dimensions, with all that only they need.
   *
   * @param before seconds since 1970: only tiles made before; a store without times removes none then
   */
  removeLevel(level: number, before?: number): Promise<void>;
  close(): void | Promise<void>;
}

/** Modes of what a store creates, from octal texts in the configuration (rows GLB-35, SEC-06). */
export interface Permissions {
  readonly directory: number | undefined;
  readonly file: number | undefined;
}

/** What a store is built with. */
export interface StoreContext {
  /** Of the cache, as configured under `name` or by its key (row TILE-07). */
  readonly cacheName: string;
  readonly grid: TileGrid;
  /** `EPSG900913`: the grid's SRS as configured, without colons (row CCH-01). */
  readonly srsPathName: string;
  readonly hasSeveralGrids: boolean;
  /** Absolute, as `resolvePath` makes it; `cache_dir` of the cache or the global `base_dir`. */
  readonly baseDirectory: string;
  /** Of file names (row TRAP-12). */
  readonly extension: string;
  /** What a tile is: of its bytes where the cache holds several formats, else as configured. */
  readonly mimeTypeOf: (body: Buffer) => string;
  /** For tiles asked for lately; shared by all stores. */
  readonly memory: TileMemory;
  readonly permissions: Permissions;
  /** How tiles of one colour share a file, where files are linked at all (row GLB-34). */
  readonly linkSingleColors: 'symlink' | 'hardlink' | undefined;
  /** Seconds a database waits for another process (row GLB-36). */
  readonly sqliteTimeout: number;
  readonly sqliteWal: boolean | undefined;
  /** Makes a path of the configuration absolute (row CFG-10), but else leaves it as it is written: see `joinPath`. */
  readonly resolvePath: (path: string) => string;
}

/** A kind of tile storage: its options (the `cache` part of a cache) and how it is built. */
export interface StoreDefinition<Options> {
  readonly type: string;
  readonly options: ZodType<Options>;
  /** @throws ConfigError for options that do not go together */
  build(options: Options, context: StoreContext): TileStore;
}

/** A kind of tile storage, with the type of its options kept. A plugin exports what this gives back (row CFG-12). */
export function defineStore<Options>(
  definition: StoreDefinition<Options>,
): StoreDefinition<Options> & { readonly kind: 'store' } {
  return { ...definition, kind: 'store' };
}
