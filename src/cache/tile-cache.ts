import type { MetaGrid } from '../grid/meta-grid.ts';
import type { TileGrid } from '../grid/tile-grid.ts';
import type { Bbox, TileCoord } from '../grid/types.ts';
import type { PreparedAnswer } from '../http/caching.ts';
import { formatExtension, formatMimeType, tileMimeType } from '../image/format.ts';
import type { ImageSettings } from '../image/options.ts';
import { getLogger } from '../log.ts';
import type { CreatedTiles, TileCreator } from './creator.ts';
import { SingleFlight } from './single-flight.ts';
import type { Dimensions, NewTile, StoredTile, TileStore } from './store/contract.ts';

const log = getLogger('mapproxy.cache.tile');

/** An encoded tile as it goes to the client. */
export interface CachedTile {
  readonly body: Buffer;
  /** Of the bytes, not of the configuration. */
  readonly mimeType: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly cacheable: boolean;
  /** Undefined in an object that stands for a stored tile and may be given again: to be filled by who answers with it. */
  answer?: PreparedAnswer | undefined;
}

export interface TileRequest {
  readonly signal: AbortSignal;
  readonly dimensions?: Dimensions;
}

export interface TileCacheOptions {
  readonly name: string;
  readonly grid: TileGrid;
  /** Which tiles are made together. */
  readonly metaGrid: MetaGrid;
  readonly image: ImageSettings;
  readonly store: TileStore;
  /** Undefined: nothing is made, only what is stored is served (row TILE-01). */
  readonly creator: TileCreator | undefined;
  /** False: tiles are made anew for every request (row TILE-13). */
  readonly keepsTiles: boolean;
}

/** One cache seen through one grid: tiles from its store, those missing from its sources (section 7). */
export class TileCache {
  readonly name: string;
  readonly grid: TileGrid;
  readonly format: string;
  readonly mimeType: string;
  readonly extent: Bbox;
  readonly image: ImageSettings;
  readonly #metaGrid: MetaGrid;
  readonly #store: TileStore;
  readonly #creator: TileCreator | undefined;
  readonly #keepsTiles: boolean;
  readonly #mimeTypeOf: (body: Buffer) => string;
  readonly #flights = new SingleFlight<CreatedTiles | null>();

  constructor(options: TileCacheOptions) {
    this.name = options.name;
    this.grid = options.grid;
    this.extent = options.grid.bbox;
    this.image = options.image;
    const isMixed = formatExtension(options.image.format) === 'mixed';
    this.format = isMixed ? 'png' : formatExtension(options.image.format);
    this.mimeType = isMixed ? 'image/png' : formatMimeType(options.image.format);
    this.#mimeTypeOf = tileMimeType(options.image.format);
    this.#metaGrid = options.metaGrid;
    this.#store = options.store;
    this.#creator = options.creator;
    this.#keepsTiles = options.keepsTiles;
  }

  getTile(coord: TileCoord, options: TileRequest): CachedTile | null | Promise<CachedTile | null> {
    if (!this.#keepsTiles) return this.#create(coord, options);
    const stored = this.#store.load(coord, options.dimensions);
    if (stored instanceof Promise) return stored.then((found) => this.#storedOrCreated(found, coord, options));
    return this.#storedOrCreated(stored, coord, options);
  }

  /** Forgets a stored tile, so that it is made anew when it is asked for again. */
  async remove(coord: TileCoord, dimensions?: Dimensions): Promise<void> {
    await this.#store.remove(coord, dimensions);
  }

  close(): void | Promise<void> {
    return this.#store.close();
  }

  #storedOrCreated(
    stored: StoredTile | null,
    coord: TileCoord,
    options: TileRequest,
  ): CachedTile | null | Promise<CachedTile | null> {
    return stored ?? this.#create(coord, options);
  }

  /** Whoever wants any tile of a meta tile waits for the same request. */
  async #create(coord: TileCoord, { signal, dimensions }: TileRequest): Promise<CachedTile | null> {
    const creator = this.#creator;
    if (creator === undefined || !this.grid.contains(coord)) return null;
    const main = this.#metaGrid.mainTile(coord);
    const key = dimensions === undefined ? main.join('/') : `${main.join('/')} ${[...dimensions].join('&')}`;
    const created = await this.#flights.run(key, signal, async (shared) => {
      const made = await creator(this.#metaGrid.metaTile(main), shared);
      if (made?.cacheable && this.#keepsTiles) await this.#keep(made.tiles, dimensions);
      return made;
    });
    const tile = created?.tiles.find((one) => one.coord[0] === coord[0] && one.coord[1] === coord[1]);
    if (created === null || tile === undefined) return null;
    return {
      body: tile.body,
      mimeType: this.#mimeTypeOf(tile.body),
      timestamp: Date.now() / 1000,
      cacheable: created.cacheable,
    };
  }

  /** A disk that is full or not writable must not keep a tile from those who wait for it. */
  async #keep(tiles: readonly NewTile[], dimensions: Dimensions | undefined): Promise<void> {
    try {
      await this.#store.store(tiles, dimensions);
    } catch (err) {
      log.error({ err }, `cannot store tiles of cache ${this.name}`);
    }
  }
}
