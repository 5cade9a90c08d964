import type { Coverage } from '../coverage/contract.ts';
import type { Bbox, TileCoord } from '../grid/types.ts';
import { cacheableResponse, NO_CACHE_HEADERS, privateFor, publicFor, taggedResponse } from '../http/caching.ts';
import { RequestError, SourceError } from '../http/errors.ts';
import type { Request } from '../http/request.ts';
import { Response } from '../http/response.ts';
import { clipByRings } from '../image/clip.ts';
import { type EncodedImage, encodeImage } from '../image/encode.ts';
import { decodeImage, type Raster } from '../image/raster.ts';
import type { Tile, TileLayer, TileSet } from '../layer/contract.ts';
import { AuthorizationError, permissionsFor } from './authorization.ts';
import { BlankTiles } from './blank-tile.ts';
import type { ServiceContext } from './contract.ts';
import { decorated } from './decoration.ts';

/** A layer in one grid, as a service offers it. */
export interface OfferedTiles {
  readonly layer: TileLayer;
  readonly tileSet: TileSet;
}

type Dimensions = ReadonlyMap<string, string> | undefined;

/** The SRS and bbox of a tile, as hooks are told it (row AUTH-07). */
type Extent = readonly [srs: string, bbox: Bbox];

/**
 * What a service answers to a request for a tile: the tile as it is stored, or what hooks leave of it for a client (rows
 * AUTH-01, AUTH-06, AUTH-08). Without a hook, and where the store can, it answers at once.
 */
export class TileAnswers {
  readonly #service: 'tms' | 'wmts' | 'kml';
  readonly #context: ServiceContext;
  readonly #decorate:
    | ((picture: Raster, layer: string, request: Request, extent: Extent) => Promise<Raster>)
    | undefined;
  readonly #hasHooks: boolean;
  readonly #cacheControl: string;
  readonly #blankTiles: BlankTiles;

  constructor(service: 'tms' | 'wmts' | 'kml', context: ServiceContext) {
    this.#service = service;
    this.#context = context;
    this.#decorate = decoration(service, context);
    this.#hasHooks = context.authorize !== undefined || this.#decorate !== undefined;
    // A cache on the way must not give one client what hooks made for another; MapProxy says `public` all the same.
    this.#cacheControl = this.#hasHooks ? privateFor(context.tileMaxAge) : publicFor(context.tileMaxAge);
    this.#blankTiles = new BlankTiles(context.renderer);
  }

  /**
   * @param coord a tile of the grid, in its own origin
   * @param dimensions undefined: the layer has none
   * @throws AuthorizationError, SourceError
   */
  answer(
    request: Request,
    offered: OfferedTiles,
    coord: TileCoord,
    dimensions: Dimensions,
  ): Response | Promise<Response> {
    if (this.#hasHooks) return this.#answerByHooks(request, offered, coord, dimensions);
    const tile = tileOf(request, offered, coord, dimensions);
    return tile instanceof Promise
      ? tile.then((made) => this.#whole(request, made, offered))
      : this.#whole(request, tile, offered);
  }

  #whole(request: Request, tile: Tile | null, { tileSet }: OfferedTiles): Response | Promise<Response> {
    if (tile === null) {
      return this.#blankTiles
        .tile(tileSet.grid.tileSize, tileSet.grid.srs)
        .then((blank) => cacheableResponse(request, blank, this.#cacheControl));
    }
    if (!tile.cacheable) return new Response(200, { 'Content-Type': tile.mimeType, ...NO_CACHE_HEADERS }, tile.body);
    return cacheableResponse(request, tile, this.#cacheControl);
  }

  async #answerByHooks(
    request: Request,
    offered: OfferedTiles,
    coord: TileCoord,
    dimensions: Dimensions,
  ): Promise<Response> {
    const { srs, tileSize } = offered.tileSet.grid;
    const extent = [srs.code, offered.tileSet.grid.tileBbox(coord)] as const;
    const limits = await this.#limits(request, offered, extent);
    const isVisible = limits.every((limit) => limit.intersects(extent[1], srs));
    const tile = isVisible ? await tileOf(request, offered, coord, dimensions) : null;
    if (tile === null) return taggedResponse(request, await this.#blankTiles.tile(tileSize, srs), this.#cacheControl);
    const edges = limits.filter((limit) => !limit.contains(extent[1], srs));
    if (edges.length === 0 && this.#decorate === undefined) return this.#whole(request, tile, offered);
    const changed = await this.#changed(request, offered, tile, extent, edges);
    if (tile.cacheable) return taggedResponse(request, changed, this.#cacheControl);
    return new Response(200, { 'Content-Type': changed.mimeType, ...NO_CACHE_HEADERS }, changed.body);
  }

  /** Areas outside of which nothing of the layer may be seen. @throws AuthorizationError */
  async #limits(request: Request, { layer }: OfferedTiles, extent: Extent): Promise<readonly Coverage[]> {
    const { authorize } = this.#context;
    const permissions = await permissionsFor(authorize, this.#service, [layer.name], request, extent);
    if (!permissions.permits(layer.name, 'tile')) throw new AuthorizationError(403);
    return [...permissions.limitsOf(layer.name), ...permissions.limits];
  }

  /** The tile with what the hook draws into it, cut at the edges; what is cut becomes a PNG (row AUTH-06). */
  async #changed(
    request: Request,
    { layer, tileSet }: OfferedTiles,
    tile: Tile,
    extent: Extent,
    edges: readonly Coverage[],
  ): Promise<EncodedImage> {
    const { srs, tileSize } = tileSet.grid;
    let picture = await decoded(tile);
    if (this.#decorate !== undefined) picture = await this.#decorate(picture, layer.name, request, extent);
    if (edges.length === 0) return encodeImage(picture, tileSet.image);
    for (const edge of edges) picture = await clipByRings(picture, edge.maskPolygons(extent[1], srs, tileSize));
    const body = await this.#context.encode(picture, {
      mimeType: 'image/png',
      transparent: true,
      background: [255, 255, 255],
    });
    return { body, mimeType: 'image/png' };
  }
}

/** Rows TMS-08, WMTS-09. */
export function outOfRange(): RequestError {
  return new RequestError('The requested tile is outside the bounding box of the tile map.', {
    code: 'TileOutOfRange',
  });
}

/** MapProxy does not have the pictures of KML decorated (row AUTH-08). */
function decoration(service: 'tms' | 'wmts' | 'kml', { decorate }: ServiceContext) {
  if (service === 'kml' || decorate === undefined) return undefined;
  return async (picture: Raster, layer: string, request: Request, extent: Extent) =>
    decorated(decorate, picture, service, [layer], request, extent);
}

/** The request is handed on whole: its abort signal is made on first use, and a tile at hand has no use for it. */
function tileOf(request: Request, { tileSet }: OfferedTiles, coord: TileCoord, dimensions: Dimensions) {
  return tileSet.getTile(coord, dimensions === undefined ? request : { signal: request.signal, dimensions });
}

async function decoded({ body }: Tile): Promise<Raster> {
  try {
    return await decodeImage(body);
  } catch (cause) {
    throw new SourceError('a tile cannot be read', { cause });
  }
}
