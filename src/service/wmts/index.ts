import type { TileCoord } from '../../grid/types.ts';
import type { Application } from '../../http/application.ts';
import { PRIVATE_HEADERS } from '../../http/caching.ts';
import { RequestError, SourceError } from '../../http/errors.ts';
import { parseQuery } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import { Response } from '../../http/response.ts';
import type { ServiceMetadata } from '../../layer/contract.ts';
import { AuthorizationError, permittedTileLayers, refusal } from '../authorization.ts';
import { defineService, type Service, type ServiceContext } from '../contract.ts';
import { metadataOr } from '../metadata.ts';
import { owsExceptionReport } from '../ows-exception.ts';
import { outOfRange, TileAnswers } from '../tile-answers.ts';
import { type WmtsAccess, wmtsCapabilities } from './capabilities.ts';
import { answerInfo, infoMediaType } from './feature-info.ts';
import { type WmtsOffer, type WmtsTiles, wmtsOffer } from './layers.ts';
import {
  type InfoFormats,
  infoFormats,
  infoTemplate,
  restTemplate,
  type WmtsOptions,
  wmtsOptions,
  wmtsWays,
} from './options.ts';
import {
  checkedDimensions,
  type InfoRequest,
  invalidValue,
  readInfoRequest,
  readTileRequest,
  type TileRequest,
} from './request.ts';
import type { RestTemplate } from './rest-template.ts';

const REST_CAPABILITIES = '/1.0.0/WMTSCapabilities.xml';

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

class WmtsService {
  readonly #context: ServiceContext;
  readonly #offer: WmtsOffer;
  readonly #metadata: ServiceMetadata;
  readonly #template: RestTemplate;
  readonly #infoTemplate: RestTemplate;
  readonly #infoFormats: InfoFormats;
  readonly #tiles: TileAnswers;

  constructor(options: WmtsOptions, context: ServiceContext) {
    this.#context = context;
    this.#offer = wmtsOffer(context.tileLayers);
    this.#metadata = metadataOr(options.md ?? undefined, context.defaultMetadata);
    this.#template = restTemplate(options);
    this.#infoTemplate = infoTemplate(options);
    this.#infoFormats = infoFormats(options);
    this.#tiles = new TileAnswers('wmts', context);
  }

  answerRest: Application = (request) =>
    inOwnFormat(() => {
      if (request.pathInfo.endsWith(REST_CAPABILITIES)) return this.#restCapabilities(request);
      const path = request.pathInfo.slice('/wmts'.length);
      const tile = this.#template.match(path);
      if (tile !== undefined) return this.#tile(request, tile, knownDimensions);
      const info = this.#infoTemplate.matchInfo(path);
      if (info !== undefined) return this.#featureInfo(request, info, knownDimensions);
      throw new RequestError(`invalid request (${request.pathInfo})`, { code: 'InvalidParameterValue', status: 404 });
    });

  answerKvp: Application = (request) =>
    inOwnFormat(() => {
      const query = parseQuery(request.queryString);
      switch (query.get('request')?.toLowerCase()) {
        case 'getcapabilities':
          return this.#kvpCapabilities(request);
        case 'gettile':
          return this.#tile(request, readTileRequest(query), anyParameter);
        case 'getfeatureinfo':
          return this.#featureInfo(request, readInfoRequest(query), anyParameter);
        default:
          throw new RequestError("unknown WMTS request type 'None'");
      }
    });

  #tile(request: Request, asked: TileRequest, checkNames: CheckNames): Response | Promise<Response> {
    const tiles = this.#tilesOf(asked);
    checkNames(asked, tiles);
    const { extension } = tiles;
    if (extension !== undefined && asked.extension !== undefined && asked.extension !== extension) {
      const message = `invalid format (${asked.extension}). this tile set only supports (${extension})`;
      throw invalidValue(message, 'format');
    }
    const coord = coordOf(asked, tiles);
    return this.#tiles.answer(request, tiles, coord, checkedDimensions(tiles.layer.dimensions, asked.dimensions));
  }

  #featureInfo(request: Request, asked: InfoRequest, checkNames: CheckNames): Promise<Response> {
    const tiles = this.#tilesOf(asked);
    const mediaType = infoMediaType(asked.infoFormat, this.#infoFormats);
    checkNames(asked, tiles);
    const coord = coordOf(asked, tiles);
    return answerInfo(request, this.#context.authorize, tiles, coord, asked, mediaType);
  }

  #tilesOf(asked: TileRequest): WmtsTiles {
    const layer = this.#offer.layers.get(asked.layer);
    if (layer === undefined) throw invalidValue(`unknown layer: ${asked.layer}`, 'layer');
    const tiles = layer.tiles.get(asked.matrixSet);
    if (tiles === undefined) throw invalidValue(`unknown tilematrixset: ${asked.matrixSet}`, 'tilematrixset');
    return tiles;
  }

  #kvpCapabilities(request: Request): Response | Promise<Response> {
    const { base } = request.publicUrl;
    const word = request.pathInfo.split('/')[1] ?? 'service';
    return this.#capabilities(request, { way: 'KVP', base, url: `${base}/${word}?` });
  }

  #restCapabilities(request: Request): Response | Promise<Response> {
    const { base } = request.publicUrl;
    const url = `${base}/wmts${REST_CAPABILITIES}`;
    const templates = { template: this.#template, infoTemplate: this.#infoTemplate };
    return this.#capabilities(request, { way: 'RESTful', base, url, ...templates });
  }

  /** Only of layers that the client may see, and the matrix sets that those have. */
  #capabilities(request: Request, access: WmtsAccess): Response | Promise<Response> {
    const describe = (offer: WmtsOffer, headers: Response['headers']): Response => {
      const body = wmtsCapabilities({ offer, metadata: this.#metadata, access, infoFormats: this.#infoFormats });
      return new Response(200, { 'Content-Type': 'application/xml', ...headers }, body);
    };
    const { authorize, tileLayers } = this.#context;
    if (authorize === undefined) return describe(this.#offer, {});
    return permittedTileLayers(authorize, 'wmts', this.#offer.layers.keys(), request).then((permitted) =>
      describe(wmtsOffer(tileLayers.filter(({ name }) => permitted.has(name))), PRIVATE_HEADERS),
    );
  }
}

type CheckNames = (asked: TileRequest, tiles: WmtsTiles) => void;

/**
 * A variable of a REST template that the layer has no dimension for can only be `default` (row WMTS-14).
 *
 * @throws RequestError
 */
const knownDimensions: CheckNames = ({ dimensions }, { layer }) => {
  if (dimensions.size === 0) return;
  for (const [name, value] of dimensions) {
    const isKnown = layer.dimensions.some((dimension) => dimension.name === name);
    if (!isKnown && value !== 'default') throw invalidValue(`unknown dimension: ${name}`, name);
  }
};

/** Key-value pairs may hold anything besides. */
const anyParameter: CheckNames = () => undefined;

/** The tile asked for, in the grid's own counting. @throws RequestError */
function coordOf({ matrix, column, row }: TileRequest, { matrixSet }: WmtsTiles): TileCoord {
  const level = matrixSet.level(matrix);
  // A level that the grid could have but has not is out of range.
  if (level === undefined && !/^-?\d+$/.test(matrix)) throw invalidValue(`unknown tilematrix: ${matrix}`, 'tilematrix');
  const coord = level === undefined ? undefined : matrixSet.gridCoord(column, row, level);
  if (coord === undefined) throw outOfRange();
  return coord;
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
  if (error instanceof AuthorizationError) return refusal(error);
  if (error instanceof RequestError) {
    const { message: text, locator, status } = error;
    return owsExceptionReport({ code: error.code ?? 'NoApplicableCode', text, locator, status });
  }
  if (error instanceof SourceError) return owsExceptionReport({ code: 'NoApplicableCode', text: error.message });
  throw error;
}
