import type { ZodType } from 'zod';
import type { TileGrid } from '../grid/tile-grid.ts';
import type { Bbox, Size, TileCoord } from '../grid/types.ts';
import type { ImageOptions, ImageSettings } from '../image/options.ts';
import type { Srs } from '../srs/srs.ts';
import type { SourceHttp } from './http/client.ts';
import type { HttpOptions } from './http/options.ts';
import type { CommonSourceOptions } from './options.ts';

/** A picture as a source delivered it. */
export interface SourceImage {
  readonly body: Buffer;
  /** False: stands in for an answer that failed and must not be kept (rows SRC-06, TILE-21). */
  readonly cacheable: boolean;
}

/** What is asked of a source that draws any area. */
export interface SourceQuery {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  /** Media type wanted, where the source has no format of its own: `image/png`. */
  readonly format: string;
  readonly signal: AbortSignal;
}

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
  /** @throws SourceError */
  getMap(query: SourceQuery): Promise<SourceImage | null>;
}

/** Has tiles of one grid. Null: nothing there. */
export interface TiledSource extends SourceBase {
  readonly kind: 'tiles';
  readonly grid: TileGrid;
  /** A tile in the source's grid. `format` as in `SourceQuery`. @throws SourceError */
  getTile(coord: TileCoord, format: string, signal: AbortSignal): Promise<SourceImage | null>;
}

export type Source = MapSource | TiledSource;

/** What a source is built with. */
export interface SourceContext {
  readonly name: string;
  readonly grid: (name: string) => TileGrid;
  /** Settings of a format with the source's own image options on top. */
  readonly image: (format: string, own?: ImageOptions) => ImageSettings;
  /** A client of the hosts of one source; `own` options win over globals.http (row GLB-47). */
  readonly http: (urls: readonly string[], own: HttpOptions | undefined) => SourceHttp;
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
}

/** Keeps the options' type through the list of kinds. */
export function defineSource<Options extends CommonSourceOptions>(
  definition: SourceDefinition<Options>,
): SourceDefinition<Options> {
  return definition;
}
