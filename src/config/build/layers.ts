import type { TileCache } from '../../cache/tile-cache.ts';
import { ConfigError } from '../../http/errors.ts';
import type { LayerDimension, TileLayer } from '../../layer/contract.ts';
import { ConfiguredMapLayer, type Drawable } from '../../layer/map-layer.ts';
import type { InfoSource, LegendSource } from '../../source/contract.ts';
import { ResolutionRange } from '../../source/resolution-range.ts';
import type { Configuration } from '../configuration.ts';
import type { LayerOptions } from '../options/layer.ts';
import type { Path } from '../places.ts';
import { withoutPlace } from '../problems.ts';
import type { Graph } from './graph.ts';
import { layerDimensions, layerMetadata, legendUrls, nominalResolution } from './layer-options.ts';

export interface BuiltLayers {
  /** Root of the tree that WMS shows. */
  readonly mapLayers: ConfiguredMapLayer;
  /** In the order of the tree. */
  readonly tileLayers: readonly TileLayer[];
}

/**
 * Builds all layers and with them everything they need.
 *
 * @param rootTitle title of the root where the configuration has several layers at the top (row CFG-14)
 * @throws ConfigError
 */
export function buildLayers(configuration: Configuration, graph: Graph, rootTitle: string): BuiltLayers {
  const builder = new LayerBuilder(configuration, graph);
  const layers = configuration.layers.map((layer, index) => builder.layer(layer, ['layers', index]));
  configuration.problems.throwErrors();
  const [root] = layers;
  const { tileLayers } = builder;
  const [only, ...others] = configuration.layers;
  if (root !== undefined && only !== undefined && others.length === 0 && isRoot(only)) {
    return { mapLayers: root, tileLayers };
  }
  const wrapped = { name: undefined, title: rootTitle, abstract: undefined, layers, hasSources: false, drawables: [] };
  return { mapLayers: new ConfiguredMapLayer(wrapped), tileLayers };
}

function isRoot({ layers, sources, tile_sources: tileSources }: LayerOptions): boolean {
  return layers !== undefined || sources !== undefined || tileSources !== undefined;
}

/** A cache by its name in the configuration, seen through each of its grids. */
interface NamedCache {
  readonly cache: string;
  readonly tileSets: readonly TileCache[];
}

class LayerBuilder {
  readonly tileLayers: TileLayer[] = [];
  readonly #configuration: Configuration;
  readonly #graph: Graph;
  readonly #names = new Set<string>();

  constructor(configuration: Configuration, graph: Graph) {
    this.#configuration = configuration;
    this.#graph = graph;
  }

  layer(options: LayerOptions, path: Path): ConfiguredMapLayer {
    const { problems } = this.#configuration;
    const { name } = options;
    if (options.title === undefined) problems.error(path, "'title' is missing");
    if (name !== undefined && this.#names.has(name)) problems.warning(path, `there is another layer named '${name}'`);
    if (name !== undefined) this.#names.add(name);
    const drawables = (options.sources ?? []).map((source, index) =>
      this.#at([...path, 'sources', index], () => this.#drawable(source, options)),
    );
    const dimensions = this.#at([...path, 'dimensions'], () => layerDimensions(options)) ?? [];
    const caches = this.#at(path, () => this.#tileCaches(options)) ?? [];
    const drawn = drawables.flatMap((drawable) => (drawable?.kind === 'cache' ? drawable.caches : []));
    const tiled = caches.flatMap(({ tileSets }) => tileSets);
    this.#at([...path, 'dimensions'], () => checkDimensions(dimensions, [...drawn, ...tiled]));
    const tileLayer = this.#at(path, () => this.#tileLayer(options, caches, dimensions));
    if (tileLayer !== undefined) this.tileLayers.push(tileLayer);
    const layers = (options.layers ?? []).map((layer, index) => this.layer(layer, [...path, 'layers', index]));
    return new ConfiguredMapLayer({
      name,
      title: options.title ?? '',
      abstract: options.md?.abstract,
      layers,
      hasSources: (options.sources ?? []).length > 0,
      drawables: drawables.filter((drawable) => drawable !== undefined).map((one) => withDimensions(one, dimensions)),
      infoSources: this.#at(path, () => this.#infoSources(options)) ?? [],
      legendSources: this.#at([...path, 'legendurl'], () => this.#legendSources(options)) ?? [],
      dimensions,
      metadata: layerMetadata(options),
      range: this.#at(path, () => ResolutionRange.of(options)),
      nominalResolution: this.#at([...path, 'nominal_scale'], () => nominalResolution(options)),
    });
  }

  /** Row LYR-13. Each is asked once, though several caches of the layer are made from it. */
  #infoSources({ sources }: Pick<LayerOptions, 'sources'>): InfoSource[] {
    return [
      ...new Set((sources ?? []).flatMap((source) => this.#known(source, () => this.#graph.infoSources(source)))),
    ];
  }

  /** The layer's own legend replaces those of its sources (row LYR-08). */
  #legendSources({ legendurl, sources }: LayerOptions): LegendSource[] {
    if (legendurl !== undefined) return [this.#graph.legendAt(legendurl)];
    const all = (sources ?? []).flatMap((source) => this.#known(source, () => this.#graph.legendSources(source)));
    return [...new Set(all)];
  }

  /** What is wrong with a source or cache is told where maps are drawn from it. */
  #known<Built>(name: string, build: () => readonly Built[]): readonly Built[] {
    if (!this.#graph.hasCache(name) && !this.#graph.hasSource(name)) return [];
    const { problems } = this.#configuration;
    const isBroken = problems.list.some(({ severity }) => severity === 'error');
    return isBroken ? [] : build();
  }

  /** Row LYR-03; a cache may have the same name as a source, and wins. */
  #drawable(name: string, { name: layer, tile_sources: tileSources }: LayerOptions): Drawable | undefined {
    if (this.#graph.hasCache(name)) {
      const caches = this.#needed(layer, () => this.#graph.tileCaches(name));
      return { kind: 'cache', caches, direct: this.#graph.directSource(name) };
    }
    if (!this.#graph.hasSource(name)) {
      throw new ConfigError(`source/cache "${name}" not found${this.#graph.suggestion(name)}`);
    }
    if (!this.#graph.drawsMaps(name)) return undefined;
    const source = this.#needed(layer, () => this.#graph.source(name));
    if (source.kind === 'map' && source.singleTiles !== true) return { kind: 'source', source };
    // Tile services do not look at these where the layer has tile_sources.
    if (tileSources !== undefined) return undefined;
    throw new ConfigError(`source "${name}" does not support un-tiled access`);
  }

  /** What is missing is told together with the layer that needs it. */
  #needed<Built>(layer: string | undefined, build: () => Built): Built {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof ConfigError) || layer === undefined) throw error;
      throw new ConfigError(`${withoutPlace(error)} (needed by layer '${layer}')`, error.place, { cause: error });
    }
  }

  /** Of a named layer with exactly one cache, what is only beside it not counted, or with `tile_sources` (rows LYR-04, LYR-05). */
  #tileCaches({ name, title, sources, tile_sources: tileSources }: LayerOptions): NamedCache[] {
    if (name === undefined || title === undefined) return [];
    const counted = tileSources ?? (sources ?? []).filter((source) => !this.#isBeside(source));
    if (tileSources === undefined && counted.length !== 1) return [];
    const caches = counted.filter((source) => this.#graph.hasCache(source));
    const missing = tileSources?.find((source) => !this.#graph.hasCache(source));
    if (missing !== undefined) throw new ConfigError(`cache "${missing}" not found${this.#graph.suggestion(missing)}`);
    return caches.map((cache) => ({
      cache,
      tileSets: this.#needed(name, () => this.#graph.tileCaches(cache)),
    }));
  }

  #tileLayer(
    options: LayerOptions,
    caches: readonly NamedCache[],
    dimensions: readonly LayerDimension[],
  ): TileLayer | undefined {
    const { name, title, md, sources, tile_sources: tileSources } = options;
    if (name === undefined || title === undefined || caches.length === 0) return undefined;
    // With `tile_sources`, what stands beside the sources has nothing to do with the tiles.
    const beside = tileSources === undefined ? (sources ?? []).filter((source) => this.#isBeside(source)) : [];
    const infoSources = caches.flatMap(({ cache, tileSets }) => {
      const asked = this.#infoSources({ sources: [cache, ...beside] });
      return asked.length === 0 ? [] : tileSets.map((tileSet) => [tileSet, asked] as const);
    });
    return {
      name,
      title,
      abstract: md?.abstract,
      tileSets: caches.flatMap(({ tileSets }) => tileSets),
      infoSources: new Map(infoSources),
      legendUrls: legendUrls(options, this.#configuration),
      dimensions,
    };
  }

  /** Whether a source does not count beside a cache: it only explains or answers questions. */
  #isBeside(name: string): boolean {
    if (this.#graph.hasCache(name)) return false;
    return this.#configuration.sources.get(name)?.type === 'debug' || !this.#graph.drawsMaps(name);
  }

  /** Undefined: cannot be built, and the problems say why. */
  #at<Result>(path: Path, run: () => Result): Result | undefined {
    try {
      return run();
    } catch (error) {
      this.#configuration.problems.caught(path, error);
      return undefined;
    }
  }
}

/** Caches must be able to tell tiles of different dimensions apart (row LYR-11). @throws ConfigError */
function checkDimensions(dimensions: readonly LayerDimension[], caches: readonly TileCache[]): void {
  if (dimensions.length === 0) return;
  const unable = caches.find(({ takesDimensions }) => !takesDimensions);
  if (unable !== undefined) throw new ConfigError(`caching of dimension layer (${unable.name}) is not supported yet`);
}

function withDimensions(drawable: Drawable, dimensions: readonly LayerDimension[]): Drawable {
  return drawable.kind === 'cache' && dimensions.length > 0 ? { ...drawable, dimensions } : drawable;
}
