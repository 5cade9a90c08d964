import { z } from 'zod';
import { cacheAsMapSource, cacheAsTiledSource, cacheWithSameTiles } from '../../cache/cache-source.ts';
import { mapTileCreator, type TileCreator, tiledTileCreator } from '../../cache/creator.ts';
import type { TileStore } from '../../cache/store/contract.ts';
import { storeDefinitions } from '../../cache/store/index.ts';
import { TileMemory } from '../../cache/store/tile-memory.ts';
import { TileCache } from '../../cache/tile-cache.ts';
import { createGrid } from '../../grid/create-grid.ts';
import { MetaGrid } from '../../grid/meta-grid.ts';
import type { TileGrid } from '../../grid/tile-grid.ts';
import { ConfigError } from '../../http/errors.ts';
import { formatExtension, tileMimeType } from '../../image/format.ts';
import { type ImageSettings, imageSettings } from '../../image/options.ts';
import { withCommonOptions, withInfoCoverage } from '../../source/common.ts';
import type {
  InfoSource,
  LegendSource,
  MapSource,
  Source,
  SourceContext,
  SourceDefinition,
  TiledSource,
} from '../../source/contract.ts';
import { HttpPool } from '../../source/http/pool.ts';
import { sourceDefinitions } from '../../source/index.ts';
import type { CommonSourceOptions } from '../../source/options.ts';
import { type PreferredSources, sourceSrs } from '../../srs/preferred.ts';
import { srsByCode } from '../../srs/srs.ts';
import type { CheckedCache, Configuration } from '../configuration.ts';
import { didYouMean } from '../nearest.ts';
import type { CacheOptions } from '../options/cache.ts';
import type { GridOptions } from '../options/grid.ts';
import type { Path } from '../places.ts';
import { splitTags } from './tags.ts';

/** Row TILE-02. */
const DEFAULT_GRIDS = ['GLOBAL_MERCATOR'];

const MEBIBYTE = 2 ** 20;

/** Row GLB-06. */
const DEFAULT_TOLERANCE = 5;

/** A source's kind with its options, and what it is built with. */
interface CheckedSource {
  readonly definition: SourceDefinition<CommonSourceOptions>;
  readonly options: CommonSourceOptions;
  readonly context: SourceContext;
}

/**
 * Builds what a configuration names, each thing once and only when something needs it. Errors carry the place of what
 * they are about.
 */
export class Graph {
  readonly http = new HttpPool();
  readonly #configuration: Configuration;
  readonly #tileMemory: TileMemory;
  readonly #preferredSources: PreferredSources;
  readonly #grids = new Map<string, TileGrid>();
  readonly #sources = new Map<string, Source>();
  readonly #infoSources = new Map<string, readonly InfoSource[]>();
  readonly #legendSources = new Map<string, readonly LegendSource[]>();
  readonly #caches = new Map<string, readonly TileCache[]>();
  /** Being built: meeting one of these again is a circle. */
  readonly #open = new Set<string>();

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
    this.#preferredSources = preferredSources(configuration);
    this.#tileMemory = new TileMemory(configuration.globals.cache.tile_memory * MEBIBYTE);
  }

  hasCache(name: string): boolean {
    return this.#configuration.caches.has(name);
  }

  hasSource(name: string): boolean {
    return this.#configuration.sources.has(splitTags(name).source);
  }

  /** False: only asked for what is at a point, not for maps (row LYR-04). */
  drawsMaps(name: string): boolean {
    const checked = this.#configuration.sources.get(splitTags(name).source);
    if (checked?.options === undefined) return true;
    const definition = sourceDefinitions.find(({ type }) => type === checked.type);
    return definition?.drawsMaps?.(checked.options) ?? true;
  }

  /** `; did you mean 'osm_cache'?` */
  suggestion(name: string): string {
    return didYouMean(name, [...this.#configuration.caches.keys(), ...this.#configuration.sources.keys()]);
  }

  /** @throws ConfigError */
  grid(name: string): TileGrid {
    const path = ['grids', name];
    return this.#once(this.#grids, name, path, () => {
      const options = this.#gridOptions(name, []);
      const { globals, problems } = this.#configuration;
      if (options.origin === undefined) problems.warning(path, 'no origin: tile rows are counted from the south (sw)');
      const alignWith = options.align_resolutions_with;
      return createGrid({
        name: options.name ?? name,
        srs: srsByCode(options.srs ?? 'EPSG:900913'),
        bbox: options.bbox,
        bboxSrs: options.bbox_srs === undefined ? undefined : srsByCode(options.bbox_srs),
        origin: options.origin === 'nw' || options.origin === 'ul' ? 'nw' : 'sw',
        tileSize: options.tile_size ?? globals.grid.tile_size,
        res: options.res,
        resFactor: options.res_factor ?? 2,
        numLevels: options.num_levels,
        minRes: options.min_res,
        maxRes: options.max_res,
        alignWith: alignWith === undefined ? undefined : this.grid(alignWith),
        thresholdRes: options.threshold_res,
        stretchFactor: options.stretch_factor ?? globals.image.stretch_factor,
        maxShrinkFactor: options.max_shrink_factor ?? globals.image.max_shrink_factor,
      });
    });
  }

  /** By name, or by name and layers: `wms:roads,rivers` (row SRC-07). @throws ConfigError */
  source(name: string): Source {
    return this.#once(this.#sources, name, ['sources', splitTags(name).source], () => {
      const { definition, options, context } = this.#checkedSource(name);
      return withCommonOptions(definition.build(options, context), options, context.coverage);
    });
  }

  /** What can be asked about the maps of a source, or of those that a cache is made from (row LYR-13). */
  infoSources(name: string): readonly InfoSource[] {
    return this.#ofSources(name, this.#infoSources, ({ definition, options, context }) => {
      const source = definition.buildInfo?.(options, context);
      return source && withInfoCoverage(source, context.coverage);
    });
  }

  /** What explains the maps of a source, or of those that a cache is made from (row SRC-28). */
  legendSources(name: string): readonly LegendSource[] {
    return this.#ofSources(name, this.#legendSources, ({ definition, options, context }) =>
      definition.buildLegend?.(options, context),
    );
  }

  /** From a layer a cache wins over a source of the same name; below a cache it is the other way round. */
  #ofSources<Built>(
    name: string,
    built: Map<string, readonly Built[]>,
    build: (checked: CheckedSource) => Built | undefined,
    isBelowCache = false,
  ): readonly Built[] {
    const cache = isBelowCache && this.hasSource(name) ? undefined : this.#configuration.caches.get(name);
    if (cache === undefined) {
      return this.#once(built, name, ['sources', splitTags(name).source], () => {
        const one = build(this.#checkedSource(name));
        return one === undefined ? [] : [one];
      });
    }
    return this.#once(built, `cache ${name}`, ['caches', name], () =>
      sourceNames(cache.options).flatMap((source) => this.#ofSources(source, built, build, true)),
    );
  }

  #checkedSource(name: string): CheckedSource {
    const { source: key, layers } = splitTags(name);
    const path = ['sources', key];
    const { coverages, globals, problems, resolvePath, sources } = this.#configuration;
    const checked = sources.get(key);
    if (checked === undefined) throw new ConfigError(`source "${key}" not found${this.suggestion(key)}`);
    const definition = sourceDefinitions.find(({ type }) => type === checked.type);
    if (definition === undefined || checked.options === undefined) {
      throw new ConfigError(`sources of type '${checked.type}' are not available`);
    }
    const options = layers === undefined ? checked.options : definition.selectLayers?.(checked.options, layers);
    if (options === undefined) throw new ConfigError(`sources of type '${checked.type}' have no layers to select`);
    const context: SourceContext = {
      name: key,
      grid: (grid) => this.grid(grid),
      image: (format, own) => imageSettings(globals.image, format, own),
      http: (urls, own) => {
        const http = { ...globals.http, ...own };
        const certificates = http.ssl_ca_certs;
        const absolute = certificates === undefined ? {} : { ssl_ca_certs: resolvePath(certificates) };
        return this.http.client(urls, { ...http, ...absolute });
      },
      resolvePath,
      coverage: coverages.at([...path, 'coverage']),
      transparentColorTolerance: globals.image.transparent_color_tolerance ?? DEFAULT_TOLERANCE,
      preferredSrs: (target, offered) => sourceSrs(target, offered, this.#preferredSources) ?? target,
      stylesheet: undefined,
      mapserver: globals.mapserver,
      warn: (message) => problems.warning(path, message),
    };
    return { definition, options, context };
  }

  /** One for each grid of the cache (row TILE-02). @throws ConfigError */
  tileCaches(name: string): readonly TileCache[] {
    const path = ['caches', name];
    return this.#once(this.#caches, name, path, () => {
      const checked = this.#configuration.caches.get(name);
      if (checked === undefined) throw new ConfigError(`cache "${name}" not found${this.suggestion(name)}`);
      const { grids } = checked.options;
      if (grids === undefined) this.#configuration.problems.warning(path, `no grids: using ${DEFAULT_GRIDS.join()}`);
      return (grids ?? DEFAULT_GRIDS).map((grid) => this.#tileCache(name, checked, grid));
    });
  }

  async close(): Promise<void> {
    for (const caches of this.#caches.values()) for (const cache of caches) await cache.close();
    await this.http.close();
  }

  #tileCache(key: string, { options, store }: CheckedCache, gridName: string): TileCache {
    const { globals } = this.#configuration;
    const name = options.name ?? key;
    const grid = this.grid(gridName);
    const ownImage = this.#cacheImage(key, options);
    const sources = this.#cacheSources(key, options, grid, ownImage);
    const image = { ...ownImage, transparent: ownImage.transparent ?? transparencyOf(sources) };
    const requestFormat = options.request_format ?? image.format;
    const isTiled = sources.length > 0 && sources.every(({ kind }) => kind === 'tiles');
    const metaGrid = isTiled
      ? new MetaGrid(grid, [1, 1], 0)
      : new MetaGrid(
          grid,
          options.meta_size ?? globals.cache.meta_size,
          options.meta_buffer ?? globals.cache.meta_buffer,
        );
    return new TileCache({
      name,
      grid,
      metaGrid,
      image,
      store: this.#store(name, store, { grid, gridName, image, options }),
      creator: creatorFor(grid, sources, image, requestFormat),
      keepsTiles: !options.disable_storage,
    });
  }

  /** Tiles where all sources have them in this grid, maps of any area otherwise (rows TILE-08, TILE-19). */
  #cacheSources(key: string, { sources: names }: CacheOptions, grid: TileGrid, image: ImageSettings): Source[] {
    if (!Array.isArray(names)) throw new ConfigError('merging bands of sources is not available yet');
    const found = names.map((name): Source | readonly TileCache[] => {
      // A source wins over a cache of the same name, as in MapProxy.
      if (this.hasSource(name)) return this.source(name);
      if (this.hasCache(name)) return this.tileCaches(name);
      throw new ConfigError(`source "${name}" of cache "${key}" not found${this.suggestion(name)}`);
    });
    const tiled = found.map((source) => {
      if ('kind' in source) return source.kind === 'tiles' ? source : undefined;
      const cache = cacheWithSameTiles(source, grid, image);
      return cache === undefined ? undefined : cacheAsTiledSource(cache);
    });
    if (tiled.every((source) => source !== undefined)) return tiled;
    return found.map((source) => ('kind' in source ? source : this.#cacheAsMaps(source, grid)));
  }

  #cacheAsMaps(caches: readonly TileCache[], grid: TileGrid): MapSource {
    const cache = caches.find((one) => one.grid.srs.equals(grid.srs));
    if (cache !== undefined) {
      return cacheAsMapSource(cache, { maxTiles: this.#configuration.globals.cache.max_tile_limit });
    }
    const offered = caches.map((one) => one.grid.srs.code).join(', ');
    throw new ConfigError(`reprojection of a cache from ${offered} to ${grid.srs.code} is not available yet`);
  }

  #cacheImage(key: string, options: CacheOptions): ImageSettings {
    const format = options.image?.format ?? options.format;
    const settings = imageSettings(this.#configuration.globals.image, format, options.image);
    if (formatExtension(settings.format) !== 'mixed') return settings;
    const requested = options.request_format;
    if (requested !== 'image/png' && requested !== 'image/vnd.jpeg-png') {
      throw new ConfigError(`request_format of the mixed cache "${key}" must be image/png or image/vnd.jpeg-png`);
    }
    return { ...settings, transparent: true };
  }

  #store(
    cacheName: string,
    { type, options: own }: CheckedCache['store'],
    cache: {
      readonly grid: TileGrid;
      readonly gridName: string;
      readonly image: ImageSettings;
      readonly options: CacheOptions;
    },
  ): TileStore {
    const { grid, options } = cache;
    const definition = storeDefinitions.find((one) => one.type === type);
    if (definition === undefined || own === undefined)
      throw new ConfigError(`caches of type '${type}' are not available`);
    const { globals, resolvePath } = this.#configuration;
    const srs = this.#gridOptions(cache.gridName, []).srs ?? grid.srs.code;
    return definition.build(own, {
      cacheName,
      grid,
      srsPathName: srs.replaceAll(':', ''),
      hasSeveralGrids: (options.grids ?? DEFAULT_GRIDS).length > 1,
      baseDirectory: resolvePath(options.cache_dir ?? globals.cache.base_dir),
      extension: formatExtension(options.image?.format ?? options.format),
      mimeTypeOf: tileMimeType(cache.image.format),
      memory: this.#tileMemory,
      permissions: { directory: globals.cache.directory_permissions, file: globals.cache.file_permissions },
      sqliteTimeout: globals.cache.sqlite_timeout,
      sqliteWal: globals.cache.sqlite_wal,
      resolvePath,
    });
  }

  /** Own options over those of the grid named by `base` (row GRD-18). */
  #gridOptions(name: string, derived: readonly string[]): GridOptions {
    const options = this.#configuration.grids.get(name);
    if (options === undefined) {
      throw new ConfigError(`grid "${name}" not found${didYouMean(name, this.#configuration.grids.keys())}`);
    }
    if (derived.includes(name))
      throw new ConfigError(`grids are based on each other: ${[...derived, name].join(', ')}`);
    if (options.base === undefined) return options;
    // A name is not inherited: it would stand for two grids.
    const { name: _, ...inherited } = this.#gridOptions(options.base, [...derived, name]);
    return { ...inherited, ...options };
  }

  #once<Built>(built: Map<string, Built>, name: string, path: Path, build: () => Built): Built {
    const found = built.get(name);
    if (found !== undefined) return found;
    const key = path.join('.');
    try {
      if (this.#open.has(key)) throw new ConfigError('refers to itself');
      this.#open.add(key);
      const result = build();
      built.set(name, result);
      return result;
    } catch (error) {
      throw this.#configuration.problems.located(path, error);
    } finally {
      this.#open.delete(key);
    }
  }
}

/** globals.srs.preferred_src_proj (row GLB-40). @throws ConfigError */
function preferredSources({ globals, problems }: Configuration): PreferredSources {
  return Object.entries(globals.srs?.preferred_src_proj ?? {}).map(([target, sources]) => {
    try {
      return { target: srsByCode(target), sources: sources.map(srsByCode) };
    } catch (error) {
      throw problems.located(['globals', 'srs', 'preferred_src_proj', target], error);
    }
  });
}

/** Opaque where one source is said to be, transparent where one is said to be, else as it comes (row TILE-06). */
function transparencyOf(sources: readonly Source[]): boolean | undefined {
  const given = sources.map(({ image }) => image.transparent);
  if (given.includes(false)) return false;
  return given.includes(true) ? true : undefined;
}

/** @throws ConfigError for sources that do not fit the cache or each other (rows TILE-08, SRC-51) */
function creatorFor(
  grid: TileGrid,
  sources: readonly Source[],
  image: ImageSettings,
  requestFormat: string,
): TileCreator | undefined {
  if (sources.length === 0) return undefined;
  const maps = sources.filter((source): source is MapSource => source.kind === 'map');
  if (maps.length === sources.length) return mapTileCreator({ grid, sources: maps, image, requestFormat });
  const tiled = sources.filter((source): source is TiledSource => source.kind === 'tiles');
  if (tiled.length < sources.length) {
    throw new ConfigError('meta tiling configured but not supported by all sources');
  }
  for (const source of tiled) checkTiledSource(grid, source);
  return tiledTileCreator({ grid, sources: tiled, image, requestFormat });
}

function checkTiledSource(grid: TileGrid, source: TiledSource): void {
  if (grid.tileSize[0] !== source.grid.tileSize[0] || grid.tileSize[1] !== source.grid.tileSize[1]) {
    throw new ConfigError(`tile size of cache and tile source do not match (source "${source.name}")`);
  }
  if (!grid.srs.equals(source.grid.srs)) {
    throw new ConfigError(`SRS of cache and tile source do not match (source "${source.name}")`);
  }
}

/** What a cache is made from, by name, also where it is merged from bands (row IMG-15). */
function sourceNames({ sources }: CacheOptions): string[] {
  if (Array.isArray(sources)) return sources;
  const named = z.array(z.object({ source: z.string() }));
  return Object.values(sources).flatMap((band) => (named.safeParse(band).data ?? []).map(({ source }) => source));
}
