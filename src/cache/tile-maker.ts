import type { MetaGrid, MetaTile } from '../grid/meta-grid.ts';
import type { TileCoord } from '../grid/types.ts';
import { getLogger } from '../log.ts';
import { waitingFor } from '../waiting.ts';
import type { CreatedTiles, CreateRequest, TileCreator } from './creator.ts';
import { RepeatedFailure } from './repeated-failure.ts';
import { SingleFlight } from './single-flight.ts';
import type { Dimensions, NewTile, StoredTile, TileStore } from './store/contract.ts';
import type { TileLocks } from './tile-locks.ts';

const log = getLogger('mapproxy.cache.tile');

export interface TileMakerOptions {
  /** Of the cache, for the log. */
  readonly name: string;
  /** Which tiles are made together. */
  readonly metaGrid: MetaGrid;
  readonly creator: TileCreator;
  readonly store: TileStore;
  /** Undefined: tiles are not stored, so nobody else makes them either (row TILE-13). */
  readonly locks: TileLocks | undefined;
  readonly isFresh: (tile: StoredTile) => boolean;
  readonly mimeTypeOf: (body: Buffer) => string;
  /** Row GLB-31. */
  readonly minimizesRequests: boolean;
}

/** A tile as it was made, or found made by somebody else. */
export interface MadeTile {
  readonly body: Buffer;
  readonly mimeType: string;
  readonly timestamp: number;
  readonly cacheable: boolean;
}

/** What came of making tiles. */
export interface Made {
  readonly tiles: ReadonlyMap<string, MadeTile>;
  /** True: a tile that is there but expired is better than these (row SRC-06). */
  readonly prefersStale: boolean;
}

/** Makes tiles that are missing, once for all who want them: in this process, and in all that share the store. */
export class TileMaker {
  readonly minimizesRequests: boolean;
  readonly #options: TileMakerOptions;
  readonly #failure = new RepeatedFailure();
  readonly #flights = new SingleFlight<Made | null>();

  constructor(options: TileMakerOptions) {
    this.#options = options;
    this.minimizesRequests = options.minimizesRequests;
  }

  /** The tile that stands for all that are made with this one. */
  mainTile(coord: TileCoord): TileCoord {
    return this.#options.metaGrid.mainTile(coord);
  }

  /**
   * Makes a tile, with all of its meta tile (row TILE-08). Null: no source has anything there (row TILE-22).
   *
   * @throws SourceError
   */
  make(coord: TileCoord, request: CreateRequest): Promise<Made | null> {
    const main = this.mainTile(coord);
    return this.#once(main.join('/'), request, (signal) =>
      this.#makeMeta(this.#options.metaGrid.metaTile(main), { ...request, signal }),
    );
  }

  /** Makes several tiles of a level with the smallest request that holds them all (row TILE-10). @throws SourceError */
  makeTogether(coords: readonly TileCoord[], request: CreateRequest): Promise<Made | null> {
    const meta = this.#options.metaGrid.minimalMetaTile(coords);
    const key = `${meta.bbox.join()} ${meta.size.join()}`;
    return this.#once(key, request, (signal) => this.#makeMeta(meta, { ...request, signal }));
  }

  #once(
    key: string,
    { signal, dimensions }: CreateRequest,
    work: (signal: AbortSignal) => Promise<Made | null>,
  ): Promise<Made | null> {
    const whole = dimensions === undefined ? key : `${key} ${JSON.stringify([...dimensions])}`;
    return this.#flights.run(whole, signal, work);
  }

  async #makeMeta(meta: MetaTile, request: CreateRequest): Promise<Made | null> {
    const { name, locks, creator } = this.#options;
    const { signal, dimensions } = request;
    if (locks === undefined) return this.#describe(await creator(meta, request));
    const release = await waitingFor(signal, 'lock', name, locks.lock(meta.main, signal));
    try {
      const stored = await waitingFor(signal, 'load', name, this.#storedMeanwhile(meta, dimensions));
      if (stored !== undefined) return { tiles: stored, prefersStale: false };
      const created = await creator(meta, request);
      if (created !== null && created.areStored !== true && !created.authorizeStale) {
        const kept = created.tiles.filter(({ cacheable }) => cacheable);
        if (kept.length > 0) await waitingFor(signal, 'store', name, this.#keep(kept, dimensions));
      }
      return this.#describe(created);
    } finally {
      release();
    }
  }

  /** All tiles, when somebody else made them before the lock was ours. */
  async #storedMeanwhile(
    { parts }: MetaTile,
    dimensions: Dimensions | undefined,
  ): Promise<ReadonlyMap<string, MadeTile> | undefined> {
    const { store, isFresh } = this.#options;
    const tiles = new Map<string, MadeTile>();
    for (const { coord } of parts) {
      const tile = await store.load(coord, dimensions);
      if (tile === null || !isFresh(tile)) return undefined;
      tiles.set(coord.join('/'), tile);
    }
    return tiles;
  }

  /** A disk that is full or not writable must not keep a tile from those who wait for it. */
  async #keep(tiles: readonly NewTile[], dimensions: Dimensions | undefined): Promise<void> {
    try {
      await this.#options.store.store(tiles, dimensions);
    } catch (err) {
      this.#failure.happened((before) =>
        log.error({ err }, `cannot store tiles of cache ${this.#options.name}${before}`),
      );
    }
  }

  #describe(created: CreatedTiles | null): Made | null {
    if (created === null) return null;
    const timestamp = Date.now() / 1000;
    const tiles = created.tiles.map(({ coord, body, cacheable }): [string, MadeTile] => {
      return [coord.join('/'), { body, mimeType: this.#options.mimeTypeOf(body), timestamp, cacheable }];
    });
    return { tiles: new Map(tiles), prefersStale: created.authorizeStale };
  }
}
