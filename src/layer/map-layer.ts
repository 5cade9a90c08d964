import type { TileCache } from '../cache/tile-cache.ts';
import type { Coverage } from '../coverage/contract.ts';
import { bboxUnion } from '../grid/bbox.ts';
import type { Bbox } from '../grid/types.ts';
import type { InfoSource, LegendSource, MapSource } from '../source/contract.ts';
import type { ResolutionRange } from '../source/resolution-range.ts';
import { type Srs, srsByCode } from '../srs/srs.ts';
import type { LayerDimension, LayerMetadata, MapLayer, MapQuery } from './contract.ts';

/** What a layer is drawn from: a cache, seen through each of its grids, or a source asked directly. */
export type Drawable = (CacheDrawable | { readonly kind: 'source'; readonly source: MapSource }) & {
  /** Areas outside of which nothing may be seen; undefined: everywhere (rows AUTH-06, WMS-09). */
  readonly limits?: readonly Coverage[] | undefined;
};

export interface CacheDrawable {
  readonly kind: 'cache';
  readonly caches: readonly TileCache[];
  /** Of the layer; undefined: its tiles are the same for all requests (row LYR-11). */
  readonly dimensions?: readonly LayerDimension[] | undefined;
  /**
   * What is asked instead for maps up to this resolution, in map units of the first cache (row TILE-14). A cache is given
   * the layer's dimensions, as this one would be.
   */
  readonly direct?: { readonly source: MapSource; readonly resolution: number; readonly isCache: boolean } | undefined;
}

interface Extent {
  readonly bbox: Bbox;
  readonly srs: Srs;
}

export interface MapLayerOptions {
  readonly name: string | undefined;
  readonly title: string;
  readonly abstract: string | undefined;
  readonly layers: readonly ConfiguredMapLayer[];
  readonly hasSources: boolean;
  /** From the bottom up. */
  readonly drawables: readonly Drawable[];
  readonly infoSources?: readonly InfoSource[];
  readonly legendSources?: readonly LegendSource[];
  readonly dimensions?: readonly LayerDimension[];
  readonly metadata?: LayerMetadata;
  readonly range?: ResolutionRange | undefined;
  /** Metres for each pixel. */
  readonly nominalResolution?: number | undefined;
}

const NO_METADATA: LayerMetadata = {
  keywordLists: undefined,
  attribution: undefined,
  identifiers: [],
  metadataUrls: [],
  dataUrls: [],
  featureLists: [],
};

/** A node of the layer tree with what it is drawn from (rows LYR-01 to LYR-03, LYR-12). */
export class ConfiguredMapLayer implements MapLayer {
  readonly name: string | undefined;
  readonly title: string;
  readonly abstract: string | undefined;
  readonly layers: readonly ConfiguredMapLayer[];
  readonly extent: Extent;
  readonly nativeSrs: readonly Srs[];
  readonly hasSources: boolean;
  readonly infoSources: readonly InfoSource[];
  readonly legendSources: readonly LegendSource[];
  readonly dimensions: readonly LayerDimension[];
  readonly metadata: LayerMetadata;
  readonly resolutionRange: MapLayer['resolutionRange'];
  readonly nominalResolution: number | undefined;
  readonly #range: ResolutionRange | undefined;
  readonly #drawables: readonly Drawable[];

  constructor(options: MapLayerOptions) {
    this.name = options.name;
    this.title = options.title;
    this.abstract = options.abstract;
    this.layers = options.layers;
    this.hasSources = options.hasSources;
    this.infoSources = options.infoSources ?? [];
    this.legendSources = options.legendSources ?? [];
    this.dimensions = options.dimensions ?? [];
    this.metadata = options.metadata ?? NO_METADATA;
    this.#range = options.range;
    this.nominalResolution = options.nominalResolution;
    this.resolutionRange = limitsOf(options.range) ?? (options.hasSources ? undefined : rangeAround(options.layers));
    this.#drawables = options.drawables;
    this.extent = unionOf([...options.drawables.flatMap(extentsOf), ...options.layers.map(({ extent }) => extent)]);
    const grids = options.drawables.flatMap((drawable) => (drawable.kind === 'cache' ? drawable.caches : []));
    this.nativeSrs = [...new Map(grids.map(({ grid }) => [grid.srs.code, grid.srs])).values()];
  }

  /** Its own sources, or its children's, from the bottom up (row LYR-02). */
  drawables(): readonly Drawable[] {
    return this.hasSources ? this.#drawables : this.layers.flatMap((layer) => layer.drawables());
  }

  isDrawnAt({ bbox, size, srs }: Pick<MapQuery, 'bbox' | 'size' | 'srs'>): boolean {
    return this.#range?.contains(bbox, size, srs) ?? true;
  }
}

/** Without the ends that are open. */
function limitsOf(range: ResolutionRange | undefined): MapLayer['resolutionRange'] {
  if (range === undefined) return undefined;
  const { coarsest, finest } = range;
  return { coarsest: Number.isFinite(coarsest) ? coarsest : undefined, finest: finest > 0 ? finest : undefined };
}

/** Of a group: where any of its layers is drawn; undefined where one is drawn everywhere. */
function rangeAround(layers: readonly MapLayer[]): MapLayer['resolutionRange'] {
  const ranges = layers.flatMap(({ resolutionRange }) => resolutionRange ?? []);
  if (ranges.length === 0 || ranges.length < layers.length) return undefined;
  const coarsest = Math.max(...ranges.map((range) => range.coarsest ?? Infinity));
  const finest = Math.min(...ranges.map((range) => range.finest ?? 0));
  return { coarsest: Number.isFinite(coarsest) ? coarsest : undefined, finest: finest > 0 ? finest : undefined };
}

const WORLD: Bbox = [-180, -90, 180, 90];

function extentsOf(drawable: Drawable): Extent[] {
  if (drawable.kind === 'cache') return drawable.caches.map(({ extent, grid }) => ({ bbox: extent, srs: grid.srs }));
  return [drawable.source.extent ?? worldExtent()];
}

/** In the SRS that all share, or in degrees. */
function unionOf(extents: readonly Extent[]): Extent {
  const [first, ...others] = extents;
  if (first === undefined) return worldExtent();
  if (others.every(({ srs }) => srs.equals(first.srs))) {
    return { bbox: others.reduce((bbox, extent) => bboxUnion(bbox, extent.bbox), first.bbox), srs: first.srs };
  }
  return { bbox: extents.map(inDegrees).reduce(bboxUnion), srs: srsByCode('EPSG:4326') };
}

function inDegrees({ bbox, srs }: Extent): Bbox {
  try {
    return srs.transformBbox(srsByCode('EPSG:4326'), bbox);
  } catch {
    // A grid may reach beyond where its projection is defined.
    return WORLD;
  }
}

function worldExtent(): Extent {
  return { bbox: WORLD, srs: srsByCode('EPSG:4326') };
}
