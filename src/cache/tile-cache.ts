import type { Coverage } from '../coverage/contract.ts';
import type { TileGrid } from '../grid/tile-grid.ts';
import type { Bbox, TileCoord } from '../grid/types.ts';
import type { PreparedAnswer } from '../http/caching.ts';
import { SourceError } from '../http/errors.ts';
import { formatExtension, formatMimeType, tileMimeType } from '../image/format.ts';
import type { ImageSettings } from '../image/options.ts';
import { getLogger } from '../log.ts';
import { addOne, counter } from '../metrics.ts';
import { waitingFor } from '../waiting.ts';
import type { CreateRequest } from './creator.ts';
import { mapLimited } from './limited.ts';
import type { IsExpired } from './refresh.ts';
import { type RescaleRule, rescaledTile } from './rescale.ts';
import type { Dimensions, StoredTile, TileStore } from './store/contract.ts';
import type { Made, TileMaker } from './tile-maker.ts';

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

export interface TileCacheOptions {
  readonly name: string;
  readonly grid: TileGrid;
  readonly image: ImageSettings;
  readonly store: TileStore;
  /** False: it is made from a cache that cannot tell tiles of different dimensions apart. */
  readonly sourcesTakeDimensions: boolean;
  /** Undefined: nothing is made, only what is stored is served (row TILE-01). */
  readonly maker: TileMaker | undefined;
  /** False: tiles are made anew for every request (row TILE-13). */
  readonly keepsTiles: boolean;
  /** Where there are tiles; undefined: everywhere (row COV-11). */
  readonly coverage: Coverage | undefined;
  /** Undefined: tiles stay good for ever. */
  readonly isExpired: IsExpired | undefined;
  readonly rescale: RescaleRule | undefined;
  /** Meta tiles that one request has made at a time (row GLB-32). */
  readonly concurrency: number;
}

/** One cache seen through one grid: tiles from its store, those missing from its sources (section 7). */
export class TileCache {
  readonly name: string;
  readonly grid: TileGrid;
  readonly format: string;
  readonly mimeType: string;
  readonly extent: Bbox;
  readonly image: ImageSettings;
  readonly coverage: Coverage | undefined;
  readonly #options: TileCacheOptions;
  readonly #store: TileStore;
  readonly #keepsTiles: boolean;
  readonly #isExpired: IsExpired | undefined;
  readonly #mimeTypeOf: (body: Buffer) => string;
  readonly #hits: Float64Array;
  readonly #misses: Float64Array;
  readonly #stale: Float64Array;

  constructor(options: TileCacheOptions) {
    this.name = options.name;
    this.#hits = counter('cacheTiles', options.name, 'hit');
    this.#misses = counter('cacheTiles', options.name, 'miss');
    this.#stale = counter('cacheTiles', options.name, 'stale');
    this.grid = options.grid;
    this.coverage = options.coverage;
    this.extent = options.coverage?.transformTo(options.grid.srs).bbox ?? options.grid.bbox;
    this.image = options.image;
    const isMixed = formatExtension(options.image.format) === 'mixed';
    this.format = isMixed ? 'png' : formatExtension(options.image.format);
    this.mimeType = isMixed ? 'image/png' : formatMimeType(options.image.format);
    this.#mimeTypeOf = tileMimeType(options.image.format);
    this.#options = options;
    this.#store = options.store;
    this.#keepsTiles = options.keepsTiles;
    this.#isExpired = options.isExpired;
  }

  /** Of the names of locks of its tiles (row TILE-12). */
  get lockId(): string {
    return this.#store.lockId;
  }

  /** Whether tiles of different dimensions are kept apart, or not kept at all, down to the sources (row LYR-11). */
  get takesDimensions(): boolean {
    return this.#options.sourcesTakeDimensions && (!this.#keepsTiles || this.#store.supportsDimensions);
  }

  getTile(coord: TileCoord, request: CreateRequest): CachedTile | null | Promise<CachedTile | null> {
    if (this.coverage !== undefined && !this.#covers(coord)) return null;
    if (!this.#keepsTiles) return this.#create(coord, request, null);
    const stored = this.#store.load(coord, request.dimensions);
    if (stored instanceof Promise) {
      const loading = waitingFor(request.signal, 'load', this.name, stored);
      return loading.then((found) => this.#storedOrCreated(found, coord, request));
    }
    return this.#storedOrCreated(stored, coord, request);
  }

  /**
   * Several tiles of a level, as a map needs them: in the order of `coords`, null for what is not there. Those that are
   * missing are made with few requests, and not all at once (rows TILE-10, TILE-26, GLB-32).
   *
   * @throws SourceError
   */
  async getTiles(coords: readonly (TileCoord | null)[], request: CreateRequest): Promise<(CachedTile | null)[]> {
    const { maker, concurrency } = this.#options;
    const tiles: (CachedTile | null)[] = [];
    const missing: MissingTile[] = [];
    for (const [index, coord] of coords.entries()) {
      tiles[index] = null;
      if (coord === null || (this.coverage !== undefined && !this.#covers(coord))) continue;
      const loaded = this.#keepsTiles ? this.#store.load(coord, request.dimensions) : null;
      const stored = loaded instanceof Promise ? await waitingFor(request.signal, 'load', this.name, loaded) : loaded;
      if (stored !== null && this.#isExpired?.(stored.timestamp) !== true) {
        addOne(this.#hits);
        tiles[index] = stored;
      } else missing.push({ index, coord, stale: stored });
    }
    const together = maker?.minimizesRequests === true && missing.length > 1;
    const work = together ? [missing] : this.#byMetaTile(missing);
    await mapLimited(work, concurrency, async (group) => {
      const making = together
        ? maker.makeTogether(
            group.map(({ coord }) => coord),
            request,
          )
        : undefined;
      // Each of them waits for it, and tells of its failure.
      making?.catch(() => {});
      await Promise.all(
        group.map(async ({ index, coord, stale }) => {
          tiles[index] = await this.#create(coord, request, stale, making);
        }),
      );
    });
    return tiles;
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
    request: CreateRequest,
  ): CachedTile | null | Promise<CachedTile | null> {
    if (stored === null || this.#isExpired?.(stored.timestamp)) {
      return this.#create(coord, request, stored);
    }
    addOne(this.#hits);
    return stored;
  }

  #covers(coord: TileCoord): boolean {
    return this.grid.contains(coord) && this.coverage?.intersects(this.grid.tileBbox(coord), this.grid.srs) !== false;
  }

  /** Tiles that are made together are waited for together. */
  #byMetaTile(missing: readonly MissingTile[]): MissingTile[][] {
    const { maker } = this.#options;
    const groups = new Map<string, MissingTile[]>();
    for (const one of missing) {
      const key = (maker?.mainTile(one.coord) ?? one.coord).join('/');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [one]);
      else group.push(one);
    }
    return [...groups.values()];
  }

  /**
   * A tile as its sources give it now; what they do not give is taken from the expired tile where there is one (row
   * TILE-18), else from other levels where that is configured.
   *
   * @param making what makes it, where that has begun
   */
  async #create(
    coord: TileCoord,
    request: CreateRequest,
    stale: StoredTile | null,
    making?: Promise<Made | null>,
  ): Promise<CachedTile | null> {
    addOne(stale === null ? this.#misses : this.#stale);
    const { maker, rescale } = this.#options;
    if (!this.grid.contains(coord)) return null;
    try {
      const made = (await (making ?? maker?.make(coord, request))) ?? null;
      if (made?.prefersStale && stale !== null) return stale;
      const tile = made?.tiles.get(coord.join('/')) ?? stale;
      if (tile !== null || rescale === undefined) return tile;
    } catch (error) {
      if (stale === null || !(error instanceof SourceError)) throw error;
      log.warn({ detail: error.detail }, `serving an expired tile of cache ${this.name}: ${error.message}`);
      return stale;
    }
    return this.#rescaled(coord, request, rescale, rescale.levels);
  }

  async #rescaled(
    coord: TileCoord,
    request: CreateRequest,
    rule: RescaleRule,
    levelsLeft: number,
  ): Promise<CachedTile | null> {
    if (levelsLeft === 0) return null;
    const body = await rescaledTile(this.grid, coord, rule.step, this.image, async (other) => {
      const stored = await this.#store.load(other, request.dimensions);
      if (stored !== null && this.#isExpired?.(stored.timestamp) !== true) return stored;
      const made = await this.#options.maker?.make(other, request);
      const tile = made?.tiles.get(other.join('/')) ?? stored;
      return tile ?? this.#rescaled(other, request, rule, levelsLeft - 1);
    });
    if (body === null) return null;
    if (rule.keeps && this.#keepsTiles) await this.#store.store([{ coord, body }], request.dimensions);
    return { body, mimeType: this.#mimeTypeOf(body), timestamp: Date.now() / 1000, cacheable: true };
  }
}

interface MissingTile {
  /** Its place among those asked for. */
  readonly index: number;
  readonly coord: TileCoord;
  /** What is stored of it, but expired. */
  readonly stale: StoredTile | null;
}
