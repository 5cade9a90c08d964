import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import { NO_CACHE_HEADERS, PRIVATE_HEADERS } from '../../http/caching.ts';
import { RequestError, SourceError } from '../../http/errors.ts';
import { parseQuery } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import { Response, textResponse } from '../../http/response.ts';
import type { ServiceMetadata } from '../../layer/contract.ts';
import { AuthorizationError, type Authorize, permittedTileLayers, refusal } from '../authorization.ts';
import { defineService, type Service, type ServiceContext } from '../contract.ts';
import { metadataOptions, metadataOr } from '../metadata.ts';
import { TileAnswers } from '../tile-answers.ts';
import { DEFAULT_TITLE, errorDocument, rootResource, tileMapDocument, tileMapService } from './documents.ts';
import { type TileMap, tileMapsByPath, tileMapsOf, unknownLayer } from './tile-map.ts';
import { parseTilePath } from './tile-path.ts';

/** Where rows are counted from; `ul` and `ll` are MapProxy's older names. */
const ORIGINS = { sw: 'sw', nw: 'nw', ll: 'sw', ul: 'nw' } as const;

type Origin = 'sw' | 'nw';

/** The map that a layer's name alone stands for (row TMS-04). */
const PREFERRED_SPECS = ['EPSG900913', 'EPSG4326'];

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
  readonly #tiles: TileAnswers;
  readonly #authorize: Authorize | undefined;

  constructor(options: TmsOptions, context: ServiceContext) {
    this.#tileMaps = tileMapsOf(options.use_grid_names === true, context);
    this.#byPath = tileMapsByPath(this.#tileMaps, PREFERRED_SPECS);
    this.#metadata = metadataOr(options.md ?? undefined, context.defaultMetadata);
    this.#tilesOrigin = originOf(options.origin ?? undefined);
    this.#tiles = new TileAnswers('tms', context);
    this.#authorize = context.authorize;
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
    if (tileMap === undefined) throw unknownLayer(path.name);
    const coord = tileMap.tileAt(path, flavour.countedByProfile, this.#origin(request, flavour));
    return this.#tiles.answer(request, tileMap, coord, tileMap.dimensions);
  }

  #origin(request: Request, { countedByProfile }: Flavour): Origin | undefined {
    if (countedByProfile) return 'sw';
    if (request.queryString === '') return this.#tilesOrigin;
    return originOf(parseQuery(request.queryString).get('origin')) ?? this.#tilesOrigin;
  }

  #describe(request: Request, flavour: Flavour): Response | Promise<Response> {
    const words = request.pathInfo.split('/').slice(2);
    const url = `${request.publicUrl.base}/tms`;
    const [version = '', layer, spec] = words;
    const isDirectory = words.length === 1 || (words.length === 2 && layer === '');
    if (flavour === TILES || words.length > 3) throw invalidRequest(request);
    if (words.length === 0 || (words.length === 1 && version === '')) {
      return xmlResponse(200, rootResource(this.#metadata.title ?? DEFAULT_TITLE, url));
    }
    if (version !== '1.0.0' || spec === '') throw invalidRequest(request);
    if (isDirectory) return this.#list(request, url);
    if (layer === undefined || layer === '') throw invalidRequest(request);
    const tileMap = this.#byPath.get(spec === undefined ? layer : `${layer}/${spec}`);
    if (tileMap === undefined) throw unknownLayer(layer);
    return this.#permitted(request, [tileMap], ([shown]) => {
      if (shown === undefined) throw new AuthorizationError(403);
      return tileMapDocument(shown, url);
    });
  }

  #list(request: Request, url: string): Response | Promise<Response> {
    return this.#permitted(request, this.#tileMaps, (shown) => tileMapService(shown, this.#metadata, url));
  }

  /** A document about those of the tile maps that the client may see. @throws AuthorizationError */
  #permitted(
    request: Request,
    tileMaps: readonly TileMap[],
    describe: (shown: readonly TileMap[]) => string,
  ): Response | Promise<Response> {
    if (this.#authorize === undefined) return xmlResponse(200, describe(tileMaps));
    const names = tileMaps.map(({ layer }) => layer.name);
    return permittedTileLayers(this.#authorize, 'tms', names, request).then((permitted) => {
      const shown = tileMaps.filter(({ layer }) => permitted.has(layer.name));
      return xmlResponse(200, describe(shown), PRIVATE_HEADERS);
    });
  }
}

function originOf(name: string | undefined): Origin | undefined {
  return name === 'sw' || name === 'nw' || name === 'll' || name === 'ul' ? ORIGINS[name] : undefined;
}

function invalidRequest(request: Request): RequestError {
  return new RequestError(`invalid request (${request.pathInfo})`);
}

function xmlResponse(status: number, body: string, headers: Response['headers'] = {}): Response {
  return new Response(status, { 'Content-Type': 'text/xml; charset=utf-8', ...headers }, body);
}

/** 404 for what the client asked wrongly, 500 for a source that failed (row TMS-08). */
function errorResponse(error: unknown, flavour: Flavour): Response {
  if (error instanceof AuthorizationError) return refusal(error);
  if (error instanceof RequestError) return flavour.error(error.status ?? 404, error.message);
  if (error instanceof SourceError) return flavour.error(500, error.message);
  throw error;
}
