import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import { cacheableResponse, NO_CACHE_HEADERS, publicFor } from '../../http/caching.ts';
import { RequestError, SourceError } from '../../http/errors.ts';
import { missingParameters, parseQuery, type Query } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import { Response } from '../../http/response.ts';
import type { ServiceMetadata, Tile } from '../../layer/contract.ts';
import { notYet } from '../../options.ts';
import { BlankTiles } from '../blank-tile.ts';
import { defineService, type Service, type ServiceContext } from '../contract.ts';
import { metadataOptions, metadataOr } from '../metadata.ts';
import { owsExceptionReport } from '../ows-exception.ts';
import { wmtsCapabilities } from './capabilities.ts';
import { type WmtsOffer, type WmtsTiles, wmtsOffer } from './layers.ts';
import { RestTemplate } from './rest-template.ts';

const DEFAULT_TEMPLATE = '/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}';
const REST_CAPABILITIES = '/1.0.0/WMTSCapabilities.xml';

export const wmtsOptions = z.object({
  /** Both ways are open when neither is named; one that is named closes the other (row WMTS-01). */
  kvp: z.boolean().nullish(),
  restful: z.boolean().nullish(),
  restful_template: z.string().nullish(),
  md: metadataOptions.nullish(),
  /** Documented as `restful_fi_template`, read as `restful_featureinfo_template` (row WMTS-06). */
  restful_featureinfo_template: notYet(z.string().nullish()),
  restful_fi_template: notYet(z.string().nullish()),
  featureinfo_formats: notYet(z.array(z.looseObject({})).nullish()),
});

export type WmtsOptions = z.infer<typeof wmtsOptions>;

/** WMTS 1.0.0 by key-value pairs and by REST (section 12 of the behaviour rows). */
export default defineService<WmtsOptions>({
  type: 'wmts',
  options: wmtsOptions,
  build(options, context): Service {
    const service = new WmtsService(options, context);
    const { kvp, restful } = wmtsWays(options);
    return {
      paths: restful ? ['wmts'] : [],
      application: service.answerRest,
      ...(kvp && { ows: { service: 'WMTS', application: service.answerKvp } }),
    };
  },
});

/** Which of the two ways are open. */
export function wmtsWays({ kvp, restful }: WmtsOptions): { readonly kvp: boolean; readonly restful: boolean } {
  const isDefault = (kvp ?? undefined) === undefined && (restful ?? undefined) === undefined;
  return { kvp: isDefault || kvp === true, restful: isDefault || restful === true };
}

/** The form of REST tile URLs. @throws ConfigError for a template that lacks a variable. */
export function restTemplate(options: WmtsOptions): RestTemplate {
  return new RestTemplate(options.restful_template ?? DEFAULT_TEMPLATE);
}

/** A tile as asked for, by either way. */
interface TileRequest {
  readonly layer: string;
  readonly matrixSet: string;
  readonly matrix: string;
  readonly column: number;
  readonly row: number;
  /** File extension: `png`; undefined: the layer's. */
  readonly extension: string | undefined;
}

const TILE_PARAMETERS = [
  'version',
  'request',
  'layer',
  'style',
  'tilematrixset',
  'tilematrix',
  'tilerow',
  'tilecol',
  'format',
];
const INFO_PARAMETERS = [...TILE_PARAMETERS, 'infoformat', 'i', 'j'];

class WmtsService {
  readonly #offer: WmtsOffer;
  readonly #metadata: ServiceMetadata;
  readonly #template: RestTemplate;
  readonly #cacheControl: string;
  readonly #blankTiles: BlankTiles;

  constructor(options: WmtsOptions, context: ServiceContext) {
    this.#offer = wmtsOffer(context.tileLayers);
    this.#metadata = metadataOr(options.md ?? undefined, context.defaultMetadata);
    this.#template = restTemplate(options);
    this.#cacheControl = publicFor(context.tileMaxAge);
    this.#blankTiles = new BlankTiles(context.renderer);
  }

  answerRest: Application = (request) =>
    inOwnFormat(() => {
      if (request.pathInfo.endsWith(REST_CAPABILITIES)) return this.#restCapabilities(request);
      const asked = this.#template.match(request.pathInfo.slice('/wmts'.length));
      if (asked === undefined) {
        throw new RequestError(`invalid request (${request.pathInfo})`, { code: 'InvalidParameterValue', status: 404 });
      }
      const tiles = this.#tiles(asked.layer, asked.matrixSet);
      for (const [name, value] of asked.dimensions) {
        if (value !== 'default') throw invalidValue(`unknown dimension: ${name}`, name);
      }
      return this.#tile(request, asked, tiles);
    });

  answerKvp: Application = (request) =>
    inOwnFormat(() => {
      const query = parseQuery(request.queryString);
      switch (query.get('request')?.toLowerCase()) {
        case 'getcapabilities':
          return this.#kvpCapabilities(request);
        case 'gettile': {
          const asked = tileRequest(query);
          return this.#tile(request, asked, this.#tiles(asked.layer, asked.matrixSet));
        }
        case 'getfeatureinfo':
          throw this.#noFeatureInfo(query);
        default:
          throw new RequestError("unknown WMTS request type 'None'");
      }
    });

  #tile(request: Request, asked: TileRequest, tiles: WmtsTiles): Response | Promise<Response> {
    const { extension, matrixSet, tileSet } = tiles;
    if (extension !== undefined && asked.extension !== undefined && asked.extension !== extension) {
      const message = `invalid format (${asked.extension}). this tile set only supports (${extension})`;
      throw invalidValue(message, 'format');
    }
    const level = levelOf(asked.matrix, tiles);
    const coord = level === undefined ? undefined : matrixSet.gridCoord(asked.column, asked.row, level);
    if (coord === undefined) {
      throw new RequestError('The requested tile is outside the bounding box of the tile map.', {
        code: 'TileOutOfRange',
      });
    }
    // The request is handed on whole: its abort signal is made on first use only.
    const tile = tileSet.getTile(coord, request);
    return tile instanceof Promise
      ? tile.then((made) => this.#deliver(request, made, tiles))
      : this.#deliver(request, tile, tiles);
  }

  #deliver(request: Request, tile: Tile | null, { tileSet }: WmtsTiles): Response | Promise<Response> {
    if (tile === null) {
      return this.#blankTiles
        .tile(tileSet.grid.tileSize, tileSet.grid.srs)
        .then((blank) => cacheableResponse(request, blank, this.#cacheControl));
    }
    if (!tile.cacheable) return new Response(200, { 'Content-Type': tile.mimeType, ...NO_CACHE_HEADERS }, tile.body);
    return cacheableResponse(request, tile, this.#cacheControl);
  }

  #tiles(layerName: string, matrixSet: string): WmtsTiles {
    const layer = this.#offer.layers.get(layerName);
    if (layer === undefined) throw invalidValue(`unknown layer: ${layerName}`, 'layer');
    const tiles = layer.tiles.get(matrixSet);
    if (tiles === undefined) throw invalidValue(`unknown tilematrixset: ${matrixSet}`, 'tilematrixset');
    return tiles;
  }

  /** No layer answers GetFeatureInfo yet; what is asked is checked all the same (row WMTS-09). */
  #noFeatureInfo(query: Query): RequestError {
    const missing = missingParameters(query, INFO_PARAMETERS);
    if (missing !== undefined) return new RequestError(missing);
    const layer = query.get('layer') ?? '';
    if (!this.#offer.layers.has(layer)) return invalidValue(`unknown layer: ${layer}`, 'layer');
    return new RequestError(`layer ${layer} not queryable`, { code: 'OperationNotSupported' });
  }

  #kvpCapabilities(request: Request): Response {
    const word = request.pathInfo.split('/')[1] ?? 'service';
    return capabilitiesResponse(
      wmtsCapabilities(this.#offer, this.#metadata, { way: 'KVP', url: `${request.publicUrl.base}/${word}?` }),
    );
  }

  #restCapabilities(request: Request): Response {
    const url = `${request.publicUrl.base}/wmts`;
    const access = { way: 'RESTful', url: `${url}${REST_CAPABILITIES}`, base: url, template: this.#template } as const;
    return capabilitiesResponse(wmtsCapabilities(this.#offer, this.#metadata, access));
  }
}

/** Undefined: a level that the grid could have but has not, which is out of range. */
function levelOf(matrix: string, { matrixSet }: WmtsTiles): number | undefined {
  const level = matrixSet.level(matrix);
  if (level === undefined && !/^-?\d+$/.test(matrix)) throw invalidValue(`unknown tilematrix: ${matrix}`, 'tilematrix');
  return level;
}

function tileRequest(query: Query): TileRequest {
  const missing = missingParameters(query, TILE_PARAMETERS);
  if (missing !== undefined) throw new RequestError(missing);
  const format = query.get('format') ?? '';
  return {
    layer: query.get('layer') ?? '',
    matrixSet: query.get('tilematrixset') ?? '',
    matrix: query.get('tilematrix') ?? '',
    column: integer(query, 'tilecol'),
    row: integer(query, 'tilerow'),
    extension: format.split(';', 1)[0]?.split('/').pop()?.trim(),
  };
}

function integer(query: Query, name: string): number {
  const value = query.get(name) ?? '';
  if (!/^-?\d+$/.test(value)) throw invalidValue(`invalid ${name}: ${value}`, name);
  return Number(value);
}

function invalidValue(message: string, locator: string): RequestError {
  return new RequestError(message, { code: 'InvalidParameterValue', locator });
}

function capabilitiesResponse(body: string): Response {
  return new Response(200, { 'Content-Type': 'application/xml' }, body);
}

/** Renders what goes wrong as an OWS exception (row WMTS-08). */
function inOwnFormat(answer: () => Response | Promise<Response>): Response | Promise<Response> {
  try {
    const response = answer();
    return response instanceof Promise ? response.catch(exceptionResponse) : response;
  } catch (error) {
    return exceptionResponse(error);
  }
}

function exceptionResponse(error: unknown): Response {
  if (error instanceof RequestError) {
    const { message: text, locator, status } = error;
    return owsExceptionReport({ code: error.code ?? 'NoApplicableCode', text, locator, status });
  }
  if (error instanceof SourceError) return owsExceptionReport({ code: 'NoApplicableCode', text: error.message });
  throw error;
}
