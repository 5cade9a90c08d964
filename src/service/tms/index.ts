import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import { cacheableResponse, NO_CACHE_HEADERS, publicFor } from '../../http/caching.ts';
import { RequestError, SourceError } from '../../http/errors.ts';
import { parseQuery } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import { Response, textResponse } from '../../http/response.ts';
import type { ServiceMetadata, Tile } from '../../layer/contract.ts';
import { BlankTiles } from '../blank-tile.ts';
import { defineService, type Service, type ServiceContext } from '../contract.ts';
import { metadataOptions, metadataOr } from '../metadata.ts';
import { DEFAULT_TITLE, errorDocument, rootResource, tileMapDocument, tileMapService } from './documents.ts';
import { TileMap, tileMapsByPath } from './tile-map.ts';
import { parseTilePath } from './tile-path.ts';

/** Where rows are counted from; `ul` and `ll` are MapProxy's older names. */
const ORIGINS = { sw: 'sw', nw: 'nw', ll: 'sw', ul: 'nw' } as const;

type Origin = 'sw' | 'nw';

export const tmsOptions = z.object({
  /** Grids are called by their names in URLs, not by their SRS (row TMS-07). */
  use_grid_names: z.boolean().nullish(),
  /** The origin of `/tiles` where the request names none; default: each grid's own (row TMS-06). */
  origin: z.enum(['sw', 'nw', 'll', 'ul']).nullish(),
  md: metadataOptions.nullish(),
});

type TmsOptions = z.infer<typeof tmsOptions>;

/** TMS 1.0.0 at `/tms`, and the same tiles without its profiles at `/tiles` (section 13 of the behaviour rows). */
export default defineService<TmsOptions>({
  type: 'tms',
  options: tmsOptions,
  build(options, context): Service {
    return { paths: ['tms', 'tiles'], application: new TileService(options, context).answer };
  },
});

/** The tile maps that the service offers, in the order of the configuration. */
export function tileMapsOf(options: TmsOptions, context: ServiceContext): TileMap[] {
  return context.tileLayers.flatMap((layer) =>
    layer.tileSets.map((tileSet) => new TileMap(layer, tileSet, options.use_grid_names === true)),
  );
}

/** How one of the two addresses behaves. */
interface Flavour {
  readonly word: 'tms' | 'tiles';
  readonly countedByProfile: boolean;
  readonly error: (status: number, message: string) => Response;
}

const TMS: Flavour = {
  word: 'tms',
  countedByProfile: true,
  error: (status, message) => xmlResponse(status, errorDocument(message), NO_CACHE_HEADERS),
};

const TILES: Flavour = {
  word: 'tiles',
  countedByProfile: false,
  error: (status, message) => textResponse(status, message, NO_CACHE_HEADERS),
};

class TileService {
  readonly #tileMaps: readonly TileMap[];
  readonly #byPath: ReadonlyMap<string, TileMap>;
  readonly #metadata: ServiceMetadata;
  readonly #tilesOrigin: Origin | undefined;
  readonly #cacheControl: string;
  readonly #blankTiles: BlankTiles;

  constructor(options: TmsOptions, context: ServiceContext) {
    this.#tileMaps = tileMapsOf(options, context);
    this.#byPath = tileMapsByPath(this.#tileMaps);
    this.#metadata = metadataOr(options.md ?? undefined, context.defaultMetadata);
    this.#tilesOrigin = originOf(options.origin ?? undefined);
    this.#cacheControl = publicFor(context.tileMaxAge);
    this.#blankTiles = new BlankTiles(context.renderer);
  }

  answer: Application = (request) => {
    const flavour = request.pathInfo.startsWith('/tiles') ? TILES : TMS;
    try {
      const answer = this.#answer(request, flavour);
      return answer instanceof Promise ? answer.catch((error: unknown) => errorResponse(error, flavour)) : answer;
    } catch (error) {
      return errorResponse(error, flavour);
    }
  };

  #answer(request: Request, flavour: Flavour): Response | Promise<Response> {
    const path = parseTilePath(request.pathInfo, flavour.word.length + 2);
    if (path === undefined) return this.#describe(request, flavour);
    const tileMap = this.#byPath.get(path.name);
    if (tileMap === undefined) throw new RequestError(`unknown layer: ${layerName(path.name)}`);
    const { extension } = tileMap;
    if (extension !== undefined && path.extension !== extension) {
      throw new RequestError(`invalid format (${path.extension}). this tile set only supports (${extension})`);
    }
    const level = tileMap.gridLevel(path.z, flavour.countedByProfile);
    const coord = tileMap.gridCoord([path.x, path.y, level], this.#origin(request, flavour));
    if (coord === undefined) {
      throw new RequestError('The requested tile is outside the bounding box of the tile map.', {
        code: 'TileOutOfRange',
      });
    }
    // No object literal with `signal` here: the signal is made on first use, and a tile at hand has no use for it.
    const tile = tileMap.tileSet.getTile(coord, request);
    return tile instanceof Promise
      ? tile.then((made) => this.#deliver(request, made, tileMap))
      : this.#deliver(request, tile, tileMap);
  }

  #deliver(request: Request, tile: Tile | null, tileMap: TileMap): Response | Promise<Response> {
    if (tile === null) {
      const { grid } = tileMap.tileSet;
      return this.#blankTiles
        .tile(grid.tileSize, grid.srs)
        .then((blank) => cacheableResponse(request, blank, this.#cacheControl));
    }
    if (!tile.cacheable) return new Response(200, { 'Content-Type': tile.mimeType, ...NO_CACHE_HEADERS }, tile.body);
    return cacheableResponse(request, tile, this.#cacheControl);
  }

  #origin(request: Request, { countedByProfile }: Flavour): Origin | undefined {
    if (countedByProfile) return 'sw';
    if (request.queryString === '') return this.#tilesOrigin;
    return originOf(parseQuery(request.queryString).get('origin')) ?? this.#tilesOrigin;
  }

  #describe(request: Request, flavour: Flavour): Response {
    const words = request.pathInfo.split('/').slice(2);
    const url = `${request.publicUrl.base}/tms`;
    const [version = '', layer, spec] = words;
    const isDirectory = words.length === 1 || (words.length === 2 && layer === '');
    if (flavour === TILES || words.length > 3) throw invalidRequest(request);
    if (words.length === 0 || (words.length === 1 && version === '')) {
      return xmlResponse(200, rootResource(this.#metadata.title ?? DEFAULT_TITLE, url));
    }
    if (version !== '1.0.0' || spec === '') throw invalidRequest(request);
    if (isDirectory) return xmlResponse(200, tileMapService(this.#tileMaps, this.#metadata, url));
    if (layer === undefined || layer === '') throw invalidRequest(request);
    const tileMap = this.#byPath.get(spec === undefined ? layer : `${layer}/${spec}`);
    if (tileMap === undefined) throw new RequestError(`unknown layer: ${layer}`);
    return xmlResponse(200, tileMapDocument(tileMap, url));
  }
}

function originOf(name: string | undefined): Origin | undefined {
  return name === 'sw' || name === 'nw' || name === 'll' || name === 'ul' ? ORIGINS[name] : undefined;
}

function layerName(pathName: string): string {
  return pathName.split('/', 1)[0] ?? pathName;
}

function invalidRequest(request: Request): RequestError {
  return new RequestError(`invalid request (${request.pathInfo})`);
}

function xmlResponse(status: number, body: string, headers: Response['headers'] = {}): Response {
  return new Response(status, { 'Content-Type': 'text/xml; charset=utf-8', ...headers }, body);
}

/** 404 for what the client asked wrongly, 500 for a source that failed (row TMS-08). */
function errorResponse(error: unknown, flavour: Flavour): Response {
  if (error instanceof RequestError) return flavour.error(error.status ?? 404, error.message);
  if (error instanceof SourceError) return flavour.error(500, error.message);
  throw error;
}
