import type { TileGrid } from '../grid/tile-grid.ts';
import type { Bbox, Size, TileCoord } from '../grid/types.ts';
import type { PreparedAnswer } from '../http/caching.ts';
import type { ImageSettings } from '../image/options.ts';
import type { Raster } from '../image/raster.ts';
import type { InfoSource, LegendSource } from '../source/contract.ts';
import type { Srs } from '../srs/srs.ts';

/** An encoded tile as it goes to the client. */
export interface Tile {
  readonly body: Buffer;
  /** `image/png`: of the bytes, not of the configuration (mixed caches hold both). */
  readonly mimeType: string;
  /** When it was made, in seconds since 1970; for ETag and Last-Modified. */
  readonly timestamp: number;
  /** False: made from an error or in part; must not be kept by clients (rows APP-07, TILE-21). */
  readonly cacheable: boolean;
  /** Kept by who answers with it, for the next time that this same object is asked for. */
  answer?: PreparedAnswer | undefined;
}

export interface TileRequestOptions {
  readonly signal: AbortSignal;
  /** Lower-case dimension names with their values. */
  readonly dimensions?: ReadonlyMap<string, string>;
}

/** One cache seen through one grid: what a tile service offers for a layer. */
export interface TileSet {
  readonly grid: TileGrid;
  /** File extension of the configured format as in tile URLs: `png`, `jpeg` (row TRAP-12). */
  readonly format: string;
  readonly mimeType: string;
  /** How its pictures are written, for those that are changed on their way to a client (rows AUTH-06, AUTH-08). */
  readonly image: ImageSettings;
  /** Area with content in the grid's SRS. */
  readonly extent: Bbox;
  /**
   * The tile at a coordinate in the grid's own origin. Null: nothing there (row TILE-22). Answers at once when the
   * store can; what is missing is made from the cache's sources.
   *
   * @throws SourceError when a source fails; RequestError `TileOutOfRange` is the service's business, not this one's.
   */
  getTile(coord: TileCoord, options: TileRequestOptions): Tile | null | Promise<Tile | null>;
}

/** A layer of TMS, WMTS and KML: one name, one or more tile sets (row LYR-04). */
export interface TileLayer {
  readonly name: string;
  readonly title: string;
  readonly abstract: string | undefined;
  readonly tileSets: readonly TileSet[];
  /** Who can be asked what is at a point of a tile; a tile set that is missing here cannot be queried (row WMTS-06). */
  readonly infoSources: ReadonlyMap<TileSet, readonly InfoSource[]>;
  /**
   * Address of its legend as capabilities of WMTS by KVP and by REST print it, with `{base_url}` and `{layer_name}` to be
   * filled in (rows LYR-08, LYR-09). Undefined: there is none.
   */
  readonly legendUrls: { readonly kvp: string | undefined; readonly rest: string | undefined };
  readonly dimensions: readonly LayerDimension[];
}

/** What is asked of a map layer. */
export interface MapQuery {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  /** Parameters of the client's request by lower-case name; caches are given those that are dimensions of a layer. */
  readonly dimensions?: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** How the answer is to look. */
export interface MapOutput {
  /** `image/png`, `image/jpeg` ... as configured in image_formats. */
  readonly mimeType: string;
  readonly transparent: boolean;
  /** Red, green, blue, 0 to 255. */
  readonly background: readonly [number, number, number];
  /** Name under globals.image.formats whose settings count in place of the media type's (row WMS-15). */
  readonly format?: string | undefined;
  /** Last change of the picture before it is written (row AUTH-08). */
  readonly decorate?: ((map: Raster) => Promise<Raster>) | undefined;
  /** Written into the lower right corner (rows IMG-21, WMS-33). */
  readonly attribution?: string | undefined;
  /** What becomes of sources that fail where others do not: written onto the map (default), or thrown (row WMS-30). */
  readonly onSourceErrors?: 'notify' | 'raise' | undefined;
}

/** A node of the WMS layer tree (rows LYR-01, LYR-02). */
export interface MapLayer {
  /** Undefined: only a group, cannot be requested. */
  readonly name: string | undefined;
  readonly title: string;
  readonly abstract: string | undefined;
  readonly layers: readonly MapLayer[];
  /** True: drawn from sources of its own, false: from the layers below (row LYR-02). */
  readonly hasSources: boolean;
  /** Who can be asked what is at a point; those of its own sources only (row LYR-13). */
  readonly infoSources: readonly InfoSource[];
  /** What explains it, from the bottom up; of its own sources, or what was configured in their place (row LYR-08). */
  readonly legendSources: readonly LegendSource[];
  readonly dimensions: readonly LayerDimension[];
  readonly metadata: LayerMetadata;
  /** False: maps of this resolution are empty (row LYR-06). Undefined: there is no limit. */
  readonly isDrawnAt?: ((query: Pick<MapQuery, 'bbox' | 'size' | 'srs'>) => boolean) | undefined;
  readonly extent: { readonly bbox: Bbox; readonly srs: Srs };
  /** SRS of the caches below, advertised besides the service's list. */
  readonly nativeSrs: readonly Srs[];
  /** Resolutions it is drawn at, in metres for each pixel; for capabilities (rows LYR-06, WMS-11). */
  readonly resolutionRange?: { readonly coarsest: number | undefined; readonly finest: number | undefined } | undefined;
  /** At which maps are drawn where a request does not say, in metres for each pixel (row LYR-07). */
  readonly nominalResolution?: number | undefined;
}

/** What a layer's maps can be chosen by besides the area (row LYR-11). */
export interface LayerDimension {
  /** Lower case: `time`, `elevation`, `dim_level`. */
  readonly name: string;
  /** One at least. */
  readonly values: readonly string[];
  readonly default: string;
}

/** What `md` of a layer tells besides its abstract (row LYR-10). Values are plain text, not yet escaped. */
export interface LayerMetadata {
  readonly keywordLists: ServiceMetadata['keyword_list'];
  readonly attribution: LayerAttribution | undefined;
  readonly identifiers: readonly { readonly name: string; readonly url: string | undefined; readonly value: string }[];
  readonly metadataUrls: readonly MetadataLink[];
  readonly dataUrls: readonly MetadataLink[];
  readonly featureLists: readonly MetadataLink[];
}

export interface LayerAttribution {
  readonly title: string | undefined;
  readonly url: string | undefined;
  readonly logo: LayerLogo | undefined;
}

export interface LayerLogo {
  readonly url: string;
  readonly format: string;
  /** Pixels. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

export interface MetadataLink {
  readonly url: string;
  readonly format: string;
  /** Standard of the metadata: `ISO19115:2003`. */
  readonly type: string | undefined;
}

export interface RenderedMap {
  readonly body: Buffer;
  readonly mimeType: string;
  readonly cacheable: boolean;
}

/** Renders map layers, bottom first. */
export interface MapRenderer {
  /**
   * @throws RequestError for what cannot be rendered (`Request too large or invalid BBOX.`, row WMS-31), SourceError
   * when no layer could be rendered.
   */
  render(layers: readonly MapLayer[], query: MapQuery, output: MapOutput): Promise<RenderedMap>;
}

/** Contact and terms as configured under `md` (rows WMS-05, TMS-10). Values are plain text, not yet escaped. */
export interface ServiceMetadata {
  readonly title: string | undefined;
  readonly abstract: string | undefined;
  readonly online_resource: string | undefined;
  readonly fees: string | undefined;
  readonly access_constraints: string | undefined;
  readonly contact: Readonly<Record<string, string>> | undefined;
  readonly keyword_list: readonly { readonly vocabulary?: string; readonly keywords: readonly string[] }[] | undefined;
}
