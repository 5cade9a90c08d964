import { CachedLegendSource } from '../../cache/legend-cache.ts';
import type { TileCache } from '../../cache/tile-cache.ts';
import { createGrid } from '../../grid/create-grid.ts';
import type { TileGrid } from '../../grid/tile-grid.ts';
import { ConfigError } from '../../http/errors.ts';
import { imageSettings } from '../../image/options.ts';
import { withCommonOptions, withInfoCoverage } from '../../source/common.ts';
import type { InfoSource, LegendSource, Source, SourceContext, SourceDefinition } from '../../source/contract.ts';
import { HttpPool } from '../../source/http/pool.ts';
import type { CommonSourceOptions } from '../../source/options.ts';
import { stylesheet } from '../../source/stylesheet.ts';
import { StaticLegendSource } from '../../source/wms/legend-source.ts';
import { fileOfUrl } from '../../source/wms/server.ts';
import { type PreferredSources, sourceSrs } from '../../srs/preferred.ts';
import { type Srs, srsByCode } from '../../srs/srs.ts';
import type { Configuration } from '../configuration.ts';
import { didYouMean } from '../nearest.ts';
import { sourceNames } from '../options/cache.ts';
import type { GridOptions } from '../options/grid.ts';
import type { Path } from '../places.ts';
import { CacheBuilder, type DirectSource } from './cache-builder.ts';
import { Renderd } from './renderd.ts';
import { splitTags } from './tags.ts';

/** Row TILE-02. */
const DEFAULT_GRIDS = ['GLOBAL_MERCATOR'];

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
  readonly http: HttpPool;
  readonly #renderd: Renderd;
  readonly #configuration: Configuration;
  readonly #cacheBuilder: CacheBuilder;
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
    const {
      lock_dir: lockDirectory,
      directory_permissions: directory,
      file_permissions: file,
    } = configuration.globals.cache;
    this.http = new HttpPool({
      directory: configuration.resolvePath(lockDirectory),
      permissions: { directory, file },
    });
    this.#renderd = new Renderd(configuration);
    this.#preferredSources = preferredSources(configuration);
    this.#cacheBuilder = new CacheBuilder({
      configuration,
      hasSource: (name) => this.hasSource(name),
      hasCache: (name) => this.hasCache(name),
      suggestion: (name) => this.suggestion(name),
      grid: (name) => this.grid(name),
      srsCode: (name) => this.#gridOptions(name, []).srs ?? this.grid(name).srs.code,
      source: (name) => this.source(name),
      tileCaches: (name) => this.tileCaches(name),
      renderd: this.#renderd.client,
      preferredSrs: this.preferredSrs,
    });
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
    const definition = this.#configuration.kinds.sources.find(({ type }) => type === checked.type);
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
    return this.#ofSources(name, this.#legendSources, ({ definition, options, context }) => {
      const source = definition.buildLegend?.(options, context);
      return source && this.#cachedLegend(source);
    });
  }

  /** A picture that is there already, by `http(s)://` or `file://` (row LYR-08). */
  legendAt(url: string): LegendSource {
    const { globals, resolvePath } = this.#configuration;
    if (url.startsWith('file://')) return StaticLegendSource.ofFile(fileOfUrl(url, resolvePath));
    return this.#cachedLegend(StaticLegendSource.ofUrl(url, this.http.client([url], globals.http)));
  }

  /** Row CCH-21. */
  #cachedLegend(source: LegendSource): LegendSource {
    const { globals, resolvePath } = this.#configuration;
    const { base_dir: base, directory_permissions: directory, file_permissions: file } = globals.cache;
    return new CachedLegendSource(source, resolvePath(`${base}/legends`), { directory, file });
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
    const definition = this.#configuration.kinds.sources.find(({ type }) => type === checked.type);
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
      preferredSrs: this.preferredSrs,
      stylesheet,
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
      const names = grids ?? DEFAULT_GRIDS;
      return names.map((grid) => this.#cacheBuilder.build(name, checked, grid, names.length));
    });
  }

  /** What a cache's maps are drawn from at high resolution, not from its tiles (row TILE-14). @throws ConfigError */
  directSource(name: string): DirectSource | undefined {
    const checked = this.#configuration.caches.get(name);
    const [cache] = this.tileCaches(name);
    return checked && cache && this.#cacheBuilder.direct(name, checked.options, cache.grid);
  }

  /** The system to ask in for a map in `target`, of those offered (rows SRC-29, TILE-03, GLB-40). */
  preferredSrs = (target: Srs, offered: readonly Srs[]): Srs =>
    sourceSrs(target, offered, this.#preferredSources) ?? target;

  async close(): Promise<void> {
    for (const caches of this.#caches.values()) for (const cache of caches) await cache.close();
    await Promise.all([this.http.close(), this.#renderd.close()]);
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
