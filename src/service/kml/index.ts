import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import { NO_CACHE_HEADERS, privateFor, publicFor, taggedResponse } from '../../http/caching.ts';
import { RequestError, SourceError } from '../../http/errors.ts';
import type { Request } from '../../http/request.ts';
import { type Response, textResponse } from '../../http/response.ts';
import { AuthorizationError, permissionsFor, refusal } from '../authorization.ts';
import { defineService, type Service, type ServiceContext } from '../contract.ts';
import { metadataOptions } from '../metadata.ts';
import { TileAnswers } from '../tile-answers.ts';
import { type TileMap, tileMapsByPath, tileMapsOf, unknownLayer } from '../tms/tile-map.ts';
import { parseTilePath, type TilePath } from '../tms/tile-path.ts';
import { superOverlay } from './documents.ts';
import { regionOf, subTiles } from './sub-tiles.ts';

export const kmlOptions = z.object({
  /** Grids are called by their names in URLs, not by their SRS (row KML-03). */
  use_grid_names: z.boolean().nullish(),
  /** MapProxy takes it and shows nothing of it; so do we. */
  md: metadataOptions.nullish(),
});

type KmlOptions = z.infer<typeof kmlOptions>;

/** KML 2.2 super-overlays, which Google Earth and its like open as a whole (section 13 of the behaviour rows). */
export default defineService<KmlOptions>({
  type: 'kml',
  options: kmlOptions,
  build(options, context): Service {
    return { paths: ['kml'], application: new KmlService(options, context).answer };
  },
  demo(options, context) {
    const maps = tileMapsOf(options.use_grid_names === true, context);
    const [first] = maps;
    if (first === undefined) return undefined;
    const document = ({ layer, spec }: TileMap): string => `/kml/${layer.name}/${spec}`;
    return {
      name: 'KML',
      purpose: 'A super-overlay for each layer, for globes',
      path: document(first),
      links: [],
      layerLinks: (layer) =>
        maps
          .filter((map) => map.layer.name === layer)
          .map((map) => ({ label: map.tileSet.grid.name, path: document(map) })),
    };
  },
});

const MEDIA_TYPE = 'application/vnd.google-earth.kml+xml';

/** The map that a layer's name alone stands for: the other way round than in TMS (row KML-03). */
const PREFERRED_SPECS = ['EPSG4326', 'EPSG900913'];

/** `/kml/` */
const PREFIX_LENGTH = 5;

class KmlService {
  readonly #byPath: ReadonlyMap<string, TileMap>;
  readonly #context: ServiceContext;
  readonly #tiles: TileAnswers;
  readonly #cacheControl: string;

  constructor(options: KmlOptions, context: ServiceContext) {
    this.#byPath = tileMapsByPath(tileMapsOf(options.use_grid_names === true, context), PREFERRED_SPECS);
    this.#context = context;
    this.#tiles = new TileAnswers('kml', context);
    const { authorize, tileMaxAge } = context;
    this.#cacheControl = authorize === undefined ? publicFor(tileMaxAge) : privateFor(tileMaxAge);
  }

  answer: Application = (request) => {
    try {
      const answer = this.#answer(request);
      return answer instanceof Promise ? answer.catch(errorResponse) : answer;
    } catch (error) {
      return errorResponse(error);
    }
  };

  #answer(request: Request): Response | Promise<Response> {
    const path = parseTilePath(request.pathInfo, PREFIX_LENGTH) ?? firstDocument(request.pathInfo);
    if (path === undefined) throw new RequestError(`invalid request (${request.pathInfo})`);
    const tileMap = this.#byPath.get(path.name);
    if (tileMap === undefined) throw unknownLayer(path.name);
    if (path.extension === 'kml') return this.#document(request, path, tileMap);
    return this.#tiles.answer(request, tileMap, tileMap.tileAt(path, false, 'sw'), tileMap.dimensions);
  }

  /** A tile's four quarters, as pictures and as documents of their own (row KML-02). @throws AuthorizationError */
  async #document(request: Request, { x, y, z }: TilePath, tileMap: TileMap): Promise<Response> {
    const { layer, tileSet } = tileMap;
    const coord = tileMap.requiredCoord([x, y, z], false, 'sw');
    const extent = [tileSet.grid.srs.code, tileSet.grid.tileBbox(coord)] as const;
    const permissions = await permissionsFor(this.#context.authorize, 'kml', [layer.name], request, extent);
    if (!permissions.permits(layer.name, 'tile')) throw new AuthorizationError(403);
    const url = `${request.publicUrl.base}/kml/${encodeURIComponent(layer.name)}/${encodeURIComponent(tileMap.spec)}`;
    const body = superOverlay({
      name: layer.name,
      region: regionOf(tileSet.grid, coord),
      subTiles: subTiles(tileMap, coord, z),
      url,
      extension: tileMap.extension ?? 'png',
      tileWidth: tileSet.grid.tileSize[0],
    });
    return taggedResponse(request, { body, mimeType: MEDIA_TYPE }, this.#cacheControl);
  }
}

/** `/kml/layer` and `/kml/layer/spec` stand for the document of the first tile (row KML-01). */
function firstDocument(pathInfo: string): TilePath | undefined {
  const name = /^\/kml\/([^/]+(?:\/[^/]+)?)\/?$/.exec(pathInfo)?.[1];
  return name === undefined ? undefined : { name, x: 0, y: 0, z: 0, extension: 'kml' };
}

/** Plain text: 404 for what the client asked wrongly, 500 for a source that failed (row TMS-08). */
function errorResponse(error: unknown): Response {
  if (error instanceof AuthorizationError) return refusal(error);
  if (error instanceof RequestError) return textResponse(error.status ?? 404, error.message, NO_CACHE_HEADERS);
  if (error instanceof SourceError) return textResponse(500, error.message, NO_CACHE_HEADERS);
  throw error;
}
