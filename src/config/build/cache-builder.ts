import { dirname } from 'node:path';
import { cacheAsMapSource, cacheAsTiledSource, cacheWithSameTiles } from '../../cache/cache-source.ts';
import { type IsExpired, refreshRule } from '../../cache/refresh.ts';
import { type RenderdClient, renderdTileCreator } from '../../cache/renderd.ts';
import type { RescaleRule } from '../../cache/rescale.ts';
import type { TileStore } from '../../cache/store/contract.ts';
import { joinPath } from '../../cache/store/paths.ts';
import { TileMemory } from '../../cache/store/tile-memory.ts';
import { TileCache } from '../../cache/tile-cache.ts';
import { TileLocks } from '../../cache/tile-locks.ts';
import { TileMaker } from '../../cache/tile-maker.ts';
import { MetaGrid } from '../../grid/meta-grid.ts';
import type { TileGrid } from '../../grid/tile-grid.ts';
import { ConfigError } from '../../http/errors.ts';
import type { BandSource } from '../../image/band-merge.ts';
import { formatExtension, tileMimeType } from '../../image/format.ts';
import { type ImageSettings, imageSettings } from '../../image/options.ts';
import { createWatermark } from '../../image/watermark.ts';
import type { MapSource, Source } from '../../source/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import type { CheckedCache, Configuration } from '../configuration.ts';
import { type CacheOptions, sourceNames } from '../options/cache.ts';
import { bandImage, bandsOf } from './band-sources.ts';
import { fontDirectory } from './fonts.ts';
import { creatorFor } from './tile-creator.ts';

/** What maps are drawn from instead of a cache (row TILE-14). */
export interface DirectSource {
  readonly source: MapSource;
  /** In map units of the cache for each pixel: up to this one. */
  readonly resolution: number;
  readonly isCache: boolean;
}

/** What caches are built of; the graph has it. */
export interface CacheParts {
  readonly configuration: Configuration;
  hasSource(name: string): boolean;
  hasCache(name: string): boolean;
  /** `; did you mean 'osm_cache'?` */
  suggestion(name: string): string;
  grid(name: string): TileGrid;
  /** Of a grid as configured: `EPSG:900913`. */
  srsCode(gridName: string): string;
  source(name: string): Source;
  tileCaches(name: string): readonly TileCache[];
  /** Makes tiles instead of this process (row GLB-45); undefined: nobody does. */
  readonly renderd: RenderdClient | undefined;
  /** The system to draw from for a map in `target` (rows TILE-03, GLB-40). */
  preferredSrs(target: Srs, offered: readonly Srs[]): Srs;
}

const MEBIBYTE = 2 ** 20;
/** Rows GLB-10, GLB-32. */
const DEFAULT_LOCK_TIMEOUT = 60;
const DEFAULT_TILE_CREATORS = 2;

/** Builds caches, one for each grid (section 7 of the behaviour rows). */
export class CacheBuilder {
  readonly #parts: CacheParts;
  readonly #configuration: Configuration;
  readonly #tileMemory: TileMemory;

  constructor(parts: CacheParts) {
    this.#parts = parts;
    this.#configuration = parts.configuration;
    this.#tileMemory = new TileMemory(parts.configuration.globals.cache.tile_memory * MEBIBYTE);
  }

  /**
   * @param key of the cache in the configuration
   * @throws ConfigError
   */
  build(key: string, checked: CheckedCache, gridName: string, gridCount: number): TileCache {
    const { options } = checked;
    const { cache: globals } = this.#configuration.globals;
    const grid = this.#parts.grid(gridName);
    const bands = bandsOf(options);
    const ownImage = this.#image(key, options, bands);
    const sources = this.#sources(key, options, grid, ownImage);
    const image = { ...ownImage, transparent: ownImage.transparent ?? transparencyOf(sources) };
    const name = options.name ?? key;
    if (checked.store.options?.directory !== undefined && options.cache_dir !== undefined) {
      const message = `found cache.directory and cache_dir option for ${name}, ignoring cache_dir`;
      this.#configuration.problems.warning(['caches', key, 'cache_dir'], message);
    }
    const store = this.#store(name, checked, { grid, gridName, gridCount, image });
    const isExpired = this.#expiry(options, store);
    const concurrency = options.concurrent_tile_creators ?? globals.concurrent_tile_creators ?? DEFAULT_TILE_CREATORS;
    const requestFormat = options.request_format ?? image.format;
    const watermark = options.watermark && createWatermark(options.watermark, fontDirectory(this.#configuration));
    const own = creatorFor({ grid, sources, bands, image, requestFormat, watermark, concurrency });
    const keepsTiles = !options.disable_storage;
    // Row TILE-27: what is not stored cannot be had of it.
    const renderd = keepsTiles ? this.#parts.renderd : undefined;
    const identifier = `${name}_${grid.name}`;
    const creator =
      own === undefined || renderd === undefined ? own : renderdTileCreator({ renderd, cache: identifier, store, own });
    const maker =
      creator &&
      new TileMaker({
        name,
        metaGrid: this.#metaGrid(options, grid, sources),
        creator,
        store,
        // Renderd itself locks the tiles that it makes.
        locks: keepsTiles ? this.#locks(checked, renderd ? `${identifier}_renderd` : store.lockId) : undefined,
        isFresh: ({ timestamp }) => isExpired?.(timestamp) !== true,
        mimeTypeOf: tileMimeType(image.format),
        // Renderd makes one meta tile at a time.
        minimizesRequests: !renderd && (options.minimize_meta_requests ?? globals.minimize_meta_requests ?? false),
      });
    return new TileCache({
      name,
      grid,
      image,
      store,
      sourcesTakeDimensions: this.#takeDimensions(options),
      maker,
      keepsTiles,
      coverage: this.#configuration.coverages.at(['caches', key, 'cache', 'coverage']),
      isExpired,
      rescale: rescaleRule(options),
      concurrency,
    });
  }

  /**
   * What maps of high resolution are drawn from without the cache (row TILE-14); undefined: always from the cache.
   *
   * @param grid the first of the cache
   * @throws ConfigError
   */
  direct(key: string, options: CacheOptions, grid: TileGrid): DirectSource | undefined {
    const { use_direct_from_level: level, use_direct_from_res: own } = options;
    const resolution = level === undefined ? own : grid.resolution(level);
    if (resolution === undefined) return undefined;
    const [name, ...others] = Array.isArray(options.sources) ? options.sources : [];
    if (name === undefined || others.length > 0) {
      throw new ConfigError('use_direct_from_level/res only supports single sources');
    }
    const found = this.#found(key, name);
    const source = 'kind' in found ? found : this.#cachesAsMaps(found);
    const isCache = !('kind' in found);
    if (source.kind === 'map' && source.singleTiles !== true) return { source, resolution, isCache };
    throw new ConfigError(`source "${name}" does not support un-tiled access`);
  }

  /** Tiles where all sources have them in this grid, maps of any area otherwise (rows TILE-08, TILE-19). */
  #sources(key: string, options: CacheOptions, grid: TileGrid, image: ImageSettings): Source[] {
    const found = sourceNames(options).map((name) => this.#found(key, name));
    const tiled = found.map((source) => {
      if ('kind' in source) return source.kind === 'tiles' ? source : undefined;
      const cache = cacheWithSameTiles(source, grid, image);
      return cache === undefined ? undefined : cacheAsTiledSource(cache);
    });
    if (tiled.every((source) => source !== undefined)) return tiled;
    return found.map((source) => ('kind' in source ? source : this.#cachesAsMaps(source)));
  }

  /** Caches below have to keep dimensions apart as well (row LYR-11). */
  #takeDimensions(options: CacheOptions): boolean {
    const caches = sourceNames(options).filter((name) => !this.#parts.hasSource(name));
    return caches.every((name) => this.#parts.tileCaches(name).every(({ takesDimensions }) => takesDimensions));
  }

  /** A source wins over a cache of the same name, as in MapProxy. */
  #found(key: string, name: string): Source | readonly TileCache[] {
    if (this.#parts.hasSource(name)) return this.#parts.source(name);
    if (this.#parts.hasCache(name)) return this.#parts.tileCaches(name);
    throw new ConfigError(`source "${name}" of cache "${key}" not found${this.#parts.suggestion(name)}`);
  }

  #cachesAsMaps(caches: readonly TileCache[]): MapSource {
    return cacheAsMapSource(caches, {
      maxTiles: this.#configuration.globals.cache.max_tile_limit,
      preferredSrs: (target, offered) => this.#parts.preferredSrs(target, offered),
    });
  }

  #image(key: string, options: CacheOptions, bands: readonly BandSource[] | undefined): ImageSettings {
    const format = options.image?.format ?? options.format;
    const plain = imageSettings(this.#configuration.globals.image, format, options.image);
    const settings = bands === undefined ? plain : bandImage(plain, bands);
    if (formatExtension(settings.format) !== 'mixed') return settings;
    const requested = options.request_format;
    if (requested !== 'image/png' && requested !== 'image/vnd.jpeg-png') {
      throw new ConfigError(`request_format of the mixed cache "${key}" must be image/png or image/vnd.jpeg-png`);
    }
    return { ...settings, transparent: true };
  }

  /** Sources of tiles are asked tile by tile, unless whole meta tiles are wanted of them (row TILE-09). */
  #metaGrid(options: CacheOptions, grid: TileGrid, sources: readonly Source[]): MetaGrid {
    const { cache: globals } = this.#configuration.globals;
    const size = options.meta_size ?? globals.meta_size;
    // Row SRC-64: what can only draw single tiles is not asked for several at once.
    const isTiled = sources.every(({ kind }) => kind === 'tiles');
    if (!isTiled && sources.some((one) => one.kind === 'map' && one.singleTiles)) return new MetaGrid(grid, [1, 1], 0);
    if (!isTiled) {
      return new MetaGrid(grid, size, options.meta_buffer ?? globals.meta_buffer);
    }
    const isBulk = options.bulk_meta_tiles ?? globals.bulk_meta_tiles ?? false;
    return new MetaGrid(grid, isBulk ? size : [1, 1], 0);
  }

  #expiry({ refresh_before: options }: CacheOptions, store: TileStore): IsExpired | undefined {
    if (options === undefined || Object.keys(options).length === 0) return undefined;
    const rule = refreshRule(options, this.#configuration.resolvePath);
    return store.keepsTimes ? rule : () => true;
  }

  /** Rows TILE-11, GLB-27. */
  #locks({ options, store: { options: own } }: CheckedCache, cacheId: string): TileLocks {
    const { globals } = this.#configuration;
    const configured = own?.tile_lock_dir ?? globals.cache.tile_lock_dir;
    const base = own?.directory ?? options.cache_dir ?? globals.cache.base_dir;
    return new TileLocks({
      directory: this.#path(configured ?? joinPath(base, 'tile_locks')),
      cacheId,
      timeoutSeconds: globals.http.client_timeout ?? DEFAULT_LOCK_TIMEOUT,
      permissions: this.#permissions(),
    });
  }

  /** Relative to the configuration (row CFG-10). */
  #path(path: string): string {
    return joinPath(dirname(this.#configuration.file), path);
  }

  #permissions() {
    const { directory_permissions: directory, file_permissions: file } = this.#configuration.globals.cache;
    return { directory, file };
  }

  #store(
    cacheName: string,
    { options, store: { type, options: own } }: CheckedCache,
    cache: {
      readonly grid: TileGrid;
      readonly gridName: string;
      readonly gridCount: number;
      readonly image: ImageSettings;
    },
  ): TileStore {
    const definition = this.#configuration.kinds.stores.find((one) => one.type === type);
    if (definition === undefined || own === undefined) {
      throw new ConfigError(`caches of type '${type}' are not available`);
    }
    const { globals } = this.#configuration;
    const link = options.link_single_color_images ?? globals.cache.link_single_color_images ?? false;
    return definition.build(own, {
      cacheName,
      grid: cache.grid,
      srsPathName: this.#parts.srsCode(cache.gridName).replaceAll(':', ''),
      hasSeveralGrids: cache.gridCount > 1,
      baseDirectory: this.#path(options.cache_dir ?? globals.cache.base_dir),
      extension: formatExtension(options.image?.format ?? options.format),
      mimeTypeOf: tileMimeType(cache.image.format),
      memory: this.#tileMemory,
      permissions: this.#permissions(),
      linkSingleColors: link === true ? 'symlink' : link === false ? undefined : link,
      sqliteTimeout: globals.cache.sqlite_timeout,
      sqliteWal: globals.cache.sqlite_wal,
      resolvePath: (path) => this.#path(path),
    });
  }
}

/** Rows TILE-15, TILE-16. @throws ConfigError */
function rescaleRule(options: CacheOptions): RescaleRule | undefined {
  const { upscale_tiles: up = 0, downscale_tiles: down = 0, cache_rescaled_tiles: keeps = false } = options;
  if (up < 0) throw new ConfigError('upscale_tiles must be positive');
  if (down < 0) throw new ConfigError('downscale_tiles must be positive');
  if (up > 0 && down > 0) throw new ConfigError('cannot use both upscale_tiles and downscale_tiles');
  if (up > 0) return { step: -1, levels: up, keeps };
  return down > 0 ? { step: 1, levels: down, keeps } : undefined;
}

/** Opaque where one source is said to be, transparent where one is said to be, else as it comes (row TILE-06). */
function transparencyOf(sources: readonly Source[]): boolean | undefined {
  const given = sources.map(({ image }) => image.transparent);
  if (given.includes(false)) return false;
  return given.includes(true) ? true : undefined;
}
