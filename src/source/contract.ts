import type { ZodType } from 'zod';
import type { Coverage } from '../coverage/contract.ts';
import type { TileGrid } from '../grid/tile-grid.ts';
import type { Bbox, Size, TileCoord } from '../grid/types.ts';
import type { ImageOptions, ImageSettings } from '../image/options.ts';
import type { Raster } from '../image/raster.ts';
import type { Srs } from '../srs/srs.ts';
import type { SourceHttp } from './http/client.ts';
import type { HttpOptions } from './http/options.ts';
import type { CommonSourceOptions } from './options.ts';

/**
 * A picture of a source: encoded, as it came, or as pixels where something was done to it on the way. `rasterOf` in
 * image-answer.ts gives the pixels of both.
 */
export type SourceImage = SourceImageState &
  ({ readonly body: Buffer; readonly raster?: undefined } | { readonly raster: Raster; readonly body?: undefined });

interface SourceImageState {
  /** False: stands in for an answer that failed and must not be kept (rows SRC-06, TILE-21). */
  readonly cacheable: boolean;
  /** True: where there is an expired tile, that is to be served instead of this (row SRC-06). */
  readonly authorizeStale?: boolean | undefined;
}

/** What is asked of a source that draws any area. */
export interface SourceQuery {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  /** Media type wanted, where the source has no format of its own: `image/png`. */
  readonly format: string;
  readonly signal: AbortSignal;
  /** Parameters of the client's request by lower-case name; a source forwards those it is told to (row SRC-31). */
  readonly dimensions?: ReadonlyMap<string, string> | undefined;
}

/** What is asked of a source of tiles, besides which one. */
export type TileQuery = Pick<SourceQuery, 'format' | 'signal' | 'dimensions'>;

interface SourceBase {
  readonly name: string;
  /** How its pictures are to be taken: format, transparency, opacity. */
  readonly image: ImageSettings;
  /** Where it has anything to show; undefined: everywhere. */
  readonly extent: { readonly bbox: Bbox; readonly srs: Srs } | undefined;
}

/** Draws any area: WMS and its like. Null: nothing there. */
export interface MapSource extends SourceBase {
  readonly kind: 'map';
  /** True: draws only what is exactly a tile of its server; no meta tiles, and nothing without a cache (row SRC-64). */
  readonly singleTiles?: boolean | undefined;
  /** @throws SourceError */
  getMap(query: SourceQuery): Promise<SourceImage | null>;
  /** Whether every pixel of the map is certainly opaque: what lies below need not be asked for (row SRC-35). */
  isOpaque?(query: SourceQuery): boolean;
  /** One source that draws this one and, over it, the next with a single request (row SRC-34); undefined: cannot. */
  combineWith?(upper: MapSource, query: SourceQuery): MapSource | undefined;
}

/** Has tiles of one grid. Null: nothing there. */
export interface TiledSource extends SourceBase {
  readonly kind: 'tiles';
  readonly grid: TileGrid;
  /** A tile in the source's grid. @throws SourceError */
  getTile(coord: TileCoord, query: TileQuery): Promise<SourceImage | null>;
}

export type Source = MapSource | TiledSource;

/** What is at a point of a map. */
export interface InfoQuery {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  /** Column and row in pixels from the map's upper left corner; may have fractions. */
  readonly position: readonly [column: number, row: number];
  /** Media type that the client asked for; undefined: it did not say. */
  readonly infoFormat: string | undefined;
  /** Undefined: the source's default. */
  readonly featureCount: number | undefined;
  readonly signal: AbortSignal;
}

export interface InfoAnswer {
  readonly body: Buffer;
  /** Lower-case media type without parameters, of the body as it is now (row SRC-26). */
  readonly contentType: string;
}

/** Knows what is at a point (rows SRC-25 to SRC-27). */
export interface InfoSource {
  readonly name: string;
  /** Null: nothing there to be asked (row SRC-37). @throws SourceError */
  getFeatureInfo(query: InfoQuery): Promise<InfoAnswer | null>;
}

export interface LegendQuery {
  /** Media type: `image/png`, `application/json`. */
  readonly format: string;
  readonly scale: number | undefined;
  readonly signal: AbortSignal;
}

/** A picture of any kind, or JSON where that was asked for. */
export interface LegendAnswer {
  readonly body: Buffer;
  /** Lower-case media type without parameters. */
  readonly contentType: string;
}

/** Explains its maps (row SRC-28). */
export interface LegendSource {
  /** Same for legends that are the same: a key for keeping them (row CCH-21). Holds addresses: not for clients. */
  readonly identifier: string;
  /** True: the same at every scale. */
  readonly isStatic: boolean;
  /**
   * One picture for each layer of the source, in the order of its layers: the last belongs at the top. Those that failed
   * are missing, see `complete`.
   */
  getLegends(query: LegendQuery): Promise<{ readonly legends: readonly LegendAnswer[]; readonly complete: boolean }>;
}

/** Changes feature info by a stylesheet. @throws SourceError */
export type InfoTransform = (document: Buffer, signal: AbortSignal) => Promise<Buffer>;

/** What a source is built with. */
export interface SourceContext {
  readonly name: string;
  readonly grid: (name: string) => TileGrid;
  /** Settings of a format with the source's own image options on top. */
  readonly image: (format: string, own?: ImageOptions) => ImageSettings;
  /** A client of the hosts of one source; `own` options win over globals.http (row GLB-47). */
  readonly http: (urls: readonly string[], own: HttpOptions | undefined) => SourceHttp;
  /** An absolute file name: what is relative is so to the configuration (row CFG-10). */
  readonly resolvePath: (path: string) => string;
  /** The source's own; undefined: everywhere. */
  readonly coverage: Coverage | undefined;
  /** Row GLB-06. */
  readonly transparentColorTolerance: number;
  /** The system to ask in for a map in `target`, of those offered, at least one (rows SRC-29, GLB-40). */
  readonly preferredSrs: (target: Srs, offered: readonly Srs[]) => Srs;
  /** A transformation by an XSLT file; undefined: there is no processor. */
  readonly stylesheet: ((file: string) => InfoTransform) | undefined;
  /** globals.mapserver (row GLB-44). */
  readonly mapserver: { readonly binary?: string | undefined; readonly working_dir?: string | undefined } | undefined;
  /** A problem that does not stop the start. */
  readonly warn: (message: string) => void;
}

/**
 * A kind of source: its options and how it is built. What all kinds have in common is added by
 * `withCommonOptions`. One in each folder of source/.
 */
export interface SourceDefinition<Options extends CommonSourceOptions> {
  readonly type: string;
  readonly options: ZodType<Options>;
  /**
   * The same source restricted to some of its layers, where the kind has layers (row SRC-07).
   *
   * @throws ConfigError for layers that the source does not have
   */
  selectLayers?(options: Options, layers: readonly string[]): Options;
  /** False: can be asked what is at a point, but not for maps; it is not built then. Default: true. */
  drawsMaps?(options: Options): boolean;
  /** @throws ConfigError for options that do not go together */
  build(options: Options, context: SourceContext): Source;
  /** Undefined: this source is not asked for feature info. @throws ConfigError */
  buildInfo?(options: Options, context: SourceContext): InfoSource | undefined;
  /** Undefined: this source has no legends. @throws ConfigError */
  buildLegend?(options: Options, context: SourceContext): LegendSource | undefined;
}

/**
 * A kind of source, with the type of its options kept. A plugin exports what this gives back (row CFG-12).
 *
 * @example
 * ```js
 * // chessboard.mjs, named under `plugins` of mapgate.yaml; in mapproxy.yaml: sources: {board: {type: chessboard}}
 * import { commonSourceOptions, defineSource, z } from 'mapgate';
 * import { draw } from './draw.mjs';
 *
 * export default defineSource({
 *   type: 'chessboard',
 *   options: z.object({ ...commonSourceOptions, field: z.number().positive().default(1000) }),
 *   build: ({ field, image }, context) => ({
 *     kind: 'map',
 *     name: context.name,
 *     image: context.image('image/png', image),
 *     extent: undefined,
 *     async getMap({ bbox, size, srs }) {
 *       return { body: await draw(field, bbox, size, srs.code), cacheable: true };
 *     },
 *   }),
 * });
 * ```
 */
export function defineSource<Options extends CommonSourceOptions>(
  definition: SourceDefinition<Options>,
): SourceDefinition<Options> & { readonly kind: 'source' } {
  return { ...definition, kind: 'source' };
}
