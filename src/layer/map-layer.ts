import type { TileCache } from '../cache/tile-cache.ts';
import { bboxUnion } from '../grid/bbox.ts';
import type { Bbox } from '../grid/types.ts';
import type { MapSource } from '../source/contract.ts';
import { type Srs, srsByCode } from '../srs/srs.ts';
import type { MapLayer } from './contract.ts';

/** What a layer is drawn from: a cache, seen through each of its grids, or a source asked directly. */
export type Drawable = CacheDrawable | { readonly kind: 'source'; readonly source: MapSource };

export interface CacheDrawable {
  readonly kind: 'cache';
  readonly caches: readonly TileCache[];
  /** What is asked instead for maps up to this resolution, in map units of the first cache (row TILE-14). */
  readonly direct?: { readonly source: MapSource; readonly resolution: number } | undefined;
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
  /** From the bottom up. */
  readonly drawables: readonly Drawable[];
}

/** A node of the layer tree with what it is drawn from (rows LYR-01 to LYR-03, LYR-12). */
export class ConfiguredMapLayer implements MapLayer {
  readonly name: string | undefined;
  readonly title: string;
  readonly abstract: string | undefined;
  readonly layers: readonly ConfiguredMapLayer[];
  readonly extent: Extent;
  readonly nativeSrs: readonly Srs[];
  readonly #drawables: readonly Drawable[];

  constructor(options: MapLayerOptions) {
    this.name = options.name;
    this.title = options.title;
    this.abstract = options.abstract;
    this.layers = options.layers;
    this.#drawables = options.drawables;
    this.extent = unionOf([...options.drawables.flatMap(extentsOf), ...options.layers.map(({ extent }) => extent)]);
    const grids = options.drawables.flatMap((drawable) => (drawable.kind === 'cache' ? drawable.caches : []));
    this.nativeSrs = [...new Map(grids.map(({ grid }) => [grid.srs.code, grid.srs])).values()];
  }

  /** Its own sources, or its children's, from the bottom up (row LYR-02). */
  drawables(): readonly Drawable[] {
    return this.#drawables.length > 0 ? this.#drawables : this.layers.flatMap((layer) => layer.drawables());
  }
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
