import { BboxCoverage } from '../../coverage/bbox-coverage.ts';
import type { Coverage } from '../../coverage/contract.ts';
import { bboxIntersects } from '../../grid/bbox.ts';
import type { Application } from '../../http/application.ts';
import { cacheableResponse, NO_CACHE_HEADERS, PRIVATE_HEADERS, publicFor } from '../../http/caching.ts';
import { RequestError, SourceError } from '../../http/errors.ts';
import { parseQuery, type Query } from '../../http/query.ts';
import type { Request } from '../../http/request.ts';
import { Response } from '../../http/response.ts';
import { messageImage } from '../../image/message.ts';
import type { MapLayer, MapOutput, TileLayer } from '../../layer/contract.ts';
import { dimensionValues } from '../../layer/dimensions.ts';
import { LimitedMapLayer } from '../../layer/limited-layer.ts';
import { pointOf } from '../../source/server-point.ts';
import { AuthorizationError, type Feature, type Permissions, permissionsFor, refusal } from '../authorization.ts';
import { defineService, type Service, type ServiceContext } from '../contract.ts';
import { decorated } from '../decoration.ts';
import { capabilities130 } from './capabilities-130.ts';
import { dtdCapabilities } from './capabilities-dtd.ts';
import { describeLayer, type LayerDescription } from './description.ts';
import { exceptionResponse } from './exception.ts';
import { answerInfo, readInfoRequest } from './feature-info.ts';
import { leavesOf, namedLayers } from './layer-tree.ts';
import { answerLegend, LegendSizes, readLegendRequest } from './legend.ts';
import { ImageTooLargeError, type MapRequest, offeredFormat, readAppearance, readMapRequest } from './map-request.ts';
import { type WmsOptions, type WmsSettings, wmsOptions, wmsSettings } from './options.ts';
import { findTile, isTiled } from './tiled.ts';
import { negotiateVersion, type WmsVersion } from './version.ts';

/** WMS 1.0.0 to 1.3.0 (section 11 of the behaviour rows). */
export default defineService<WmsOptions>({
  type: 'wms',
  options: wmsOptions,
  build(options, context): Service {
    const { answer } = new WmsService(wmsSettings(options, context), context);
    return { paths: ['wms'], application: answer, ows: { service: 'WMS', application: answer } };
  },
});

export { namedLayers };

/** What is asked, by any of its names (row WMS-03). */
const REQUESTS: Readonly<Record<string, 'capabilities' | 'map' | 'featureInfo' | 'legend'>> = {
  getcapabilities: 'capabilities',
  capabilities: 'capabilities',
  getmap: 'map',
  map: 'map',
  getfeatureinfo: 'featureInfo',
  feature_info: 'featureInfo',
  getlegendgraphic: 'legend',
};

/** Before 1.1.1 there are no legends. */
const VERSIONS_WITH_LEGENDS: readonly WmsVersion[] = ['1.1.1', '1.3.0'];

class WmsService {
  readonly #settings: WmsSettings;
  readonly #context: ServiceContext;
  readonly #layersByName: ReadonlyMap<string, MapLayer>;
  readonly #description: LayerDescription;
  readonly #tileLayers: ReadonlyMap<string, TileLayer>;
  readonly #tileCacheControl: string;
  readonly #legendSizes = new LegendSizes();

  constructor(settings: WmsSettings, context: ServiceContext) {
    this.#settings = settings;
    this.#context = context;
    this.#tileLayers = new Map(context.tileLayers.map((layer) => [layer.name, layer]));
    this.#tileCacheControl = publicFor(context.tileMaxAge);
    this.#layersByName = namedLayers(context.mapLayers);
    this.#description = describeLayer(context.mapLayers, settings);
  }

  answer: Application = async (request) => {
    const query = parseQuery(request.queryString);
    const version = negotiateVersion(query.get('version') ?? query.get('wmtver'), this.#settings.versions);
    try {
      return this.#forClient(await this.#dispatch(request, query, version));
    } catch (error) {
      return this.#failure(error, query, version);
    }
  };

  /** What hooks made for one client a cache on the way must not give to another. */
  #forClient(answer: Response): Response {
    const { authorize, decorate } = this.#context;
    if ((authorize === undefined && decorate === undefined) || 'Cache-Control' in answer.headers) return answer;
    return new Response(answer.status, { ...answer.headers, ...PRIVATE_HEADERS }, answer.body);
  }

  #dispatch(request: Request, query: Query, version: WmsVersion): Response | Promise<Response> {
    const asked = query.get('request')?.toLowerCase();
    const kind = REQUESTS[asked ?? ''];
    if (kind === 'capabilities') return this.#capabilities(request, query, version);
    if (kind === 'map') return this.#map(request, query, version);
    if (kind === 'featureInfo') return this.#featureInfo(request, query, version);
    if (kind === 'legend' && VERSIONS_WITH_LEGENDS.includes(version)) return this.#legend(request, query, version);
    throw new RequestError(`unknown WMS request type '${asked ?? 'None'}'`);
  }

  /** Rows WMS-04, WMS-06. */
  async #capabilities(request: Request, query: Query, version: WmsVersion): Promise<Response> {
    const word = request.pathInfo.split('/')[1] ?? 'service';
    const url = `${request.publicUrl.base}/${word}?`;
    const legends = await this.#legendSizes.load(this.#layersByName.values());
    const tileLayers = isTiled(query) ? [...this.#tileLayers.values()] : [];
    const names = [...this.#layersByName.keys()];
    const { authorize } = this.#context;
    const permissions = await permissionsFor(authorize, 'wms.capabilities', names, request);
    const root = authorize === undefined ? this.#description : this.#describe(permissions);
    const parts = { root, settings: this.#settings, url, legends, tileLayers };
    const body = version === '1.3.0' ? capabilities130(parts) : dtdCapabilities(version, parts);
    const isPlain = version === '1.0.0' || version === '1.3.0';
    const type = isPlain ? 'text/xml; charset=utf-8' : 'application/vnd.ogc.wms_xml';
    return new Response(200, { 'Content-Type': type }, body);
  }

  /** Row AUTH-05. */
  #describe(permissions: Permissions): LayerDescription {
    return describeLayer(this.#context.mapLayers, this.#settings, permissions);
  }

  async #map(request: Request, query: Query, version: WmsVersion): Promise<Response> {
    const map = readMapRequest(query, version, this.#settings, this.#layersByName);
    const tiled = isTiled(query) ? await this.#tile(request, query, map) : undefined;
    if (tiled !== undefined) return tiled;
    const limit = this.#settings.limits.get(map.srs.code.toUpperCase());
    const isInside = limit === undefined || bboxIntersects(limit, map.bbox);
    // A group may leave out what is not drawn at this resolution (row LYR-06).
    const leaves = isInside ? map.layers.filter((layer) => isDrawn(layer, map)).flatMap(leavesOf) : [];
    const drawn = leaves.filter((layer) => isDrawn(layer, map));
    const edge = limit === undefined ? [] : [new BboxCoverage(limit, map.srs, true)];
    const layers = (await this.#permitted(request, drawn, map)).map((layer) => withLimits(layer, edge));
    const { attribution, onSourceErrors } = this.#settings;
    const decorate = this.#decoration(request, layers, map);
    const output = { ...map.output, onSourceErrors, decorate, ...(!isTiled(query) && { attribution }) };
    const rendered = await this.#render(layers, { ...map, output }, request.signal, query);
    const headers = { 'Content-Type': rendered.mimeType, ...(!rendered.cacheable && NO_CACHE_HEADERS) };
    return new Response(200, headers, rendered.body);
  }

  /** Row WMS-45. */
  #decoration(request: Request, layers: readonly MapLayer[], { srs, bbox }: MapRequest): MapOutput['decorate'] {
    const { decorate } = this.#context;
    if (decorate === undefined) return undefined;
    const names = layers.map(({ name }) => name ?? '');
    return (image) => decorated(decorate, image, 'wms.map', names, request, [srs.code, bbox]);
  }

  /**
   * Those of the layers that the client may see, cut to what it may see of them; one that it asked for by name and may
   * not see is refused (rows AUTH-04, AUTH-06).
   */
  async #permitted(request: Request, leaves: readonly MapLayer[], map: MapRequest): Promise<readonly MapLayer[]> {
    const { authorize } = this.#context;
    if (authorize === undefined) return leaves;
    const names = leaves.map(({ name }) => name ?? '');
    const extent = [map.srs.code, map.bbox] as const;
    const permissions = await permissionsFor(authorize, 'wms.map', names, request, extent);
    return permittedLeaves(leaves, map.layers, permissions, 'map').map((layer) =>
      withLimits(layer, [...permissions.limitsOf(layer.name ?? ''), ...permissions.limits]),
    );
  }

  /** Row WMS-35. Undefined: there is no such tile, or it is to be merged from several: it is drawn. */
  async #tile(request: Request, query: Query, map: MapRequest): Promise<Response | undefined> {
    const found = map.layers.map((layer) => findTile(layer, map, this.#tileLayers));
    const [only, ...others] = found;
    const [layer] = map.layers;
    if (only === undefined || layer === undefined || others.length > 0 || !isDrawn(layer, map)) return undefined;
    // A hook may hide a part of it, or change it: it is drawn.
    if (this.#context.authorize !== undefined || this.#context.decorate !== undefined) return undefined;
    const dimensions = dimensionValues(layer.dimensions, query);
    const tile = await only.tileSet.getTile(only.coord, {
      signal: request.signal,
      ...(dimensions.size > 0 && { dimensions }),
    });
    if (tile === null) return undefined;
    if (tile.cacheable) return cacheableResponse(request, tile, this.#tileCacheControl);
    return new Response(200, { 'Content-Type': tile.mimeType, ...NO_CACHE_HEADERS }, tile.body);
  }

  /** @param parameters of the client, of which sources and caches take what they are told to (row WMS-36) */
  #render(
    layers: readonly MapLayer[],
    { bbox, size, srs, output }: Omit<MapRequest, 'layers'>,
    signal: AbortSignal,
    parameters: Query,
  ) {
    return this.#context.renderer.render(layers, { bbox, size, srs, signal, dimensions: parameters }, output);
  }

  async #featureInfo(request: Request, query: Query, version: WmsVersion): Promise<Response> {
    const asked = readInfoRequest(query, version, this.#settings, this.#layersByName);
    const { leaves, point } = asked;
    const names = leaves.map(({ name }) => name ?? '');
    const extent = [point.srs.code, point.bbox] as const;
    const permissions = await permissionsFor(this.#context.authorize, 'wms.featureinfo', names, request, extent);
    const place = pointOf({ ...point, signal: request.signal });
    // Outside of what the client may see there is nothing (row AUTH-06).
    const visible = permittedLeaves(leaves, asked.asked, permissions, 'featureinfo').filter(({ name = '' }) =>
      [...permissions.limitsOf(name), ...permissions.limits].every((limit) => limit.containsPoint(place, point.srs)),
    );
    const info = { ...asked, leaves: visible };
    return answerInfo(info, version, this.#settings, request.signal);
  }

  /** MapProxy shows legends to everybody (row WMS-42). */
  async #legend(request: Request, query: Query, version: WmsVersion): Promise<Response> {
    const legend = readLegendRequest(query, version, this.#settings, this.#layersByName);
    const name = legend.layer.name ?? '';
    const permissions = await permissionsFor(this.#context.authorize, 'wms.legendgraphic', [name], request);
    const mayBeSeen = permissions.permits(name, 'legendgraphic') || permissions.permits(name, 'map');
    if (!mayBeSeen) throw new AuthorizationError(403);
    return answerLegend(legend, this.#context.encode, request.signal);
  }

  /** Rows TRAP-05, WMS-24, WMS-25. */
  async #failure(error: unknown, query: Query, version: WmsVersion): Promise<Response> {
    if (error instanceof AuthorizationError) return refusal(error);
    if (!(error instanceof RequestError) && !(error instanceof SourceError)) throw error;
    const asked = query.get('exceptions')?.toLowerCase() ?? '';
    const shown = asked.includes('image') ? error.message : asked.includes('blank') ? '' : undefined;
    if (shown !== undefined && !(error instanceof ImageTooLargeError)) {
      const picture = await this.#message(shown, query, version);
      if (picture !== undefined) return picture;
    }
    const code = error instanceof RequestError ? error.code : null;
    const status = error instanceof RequestError ? error.status : undefined;
    return exceptionResponse(version, error.message, code, status);
  }

  /** A message as an image of the size and format asked for; undefined if that would be too large. */
  async #message(message: string, query: Query, version: WmsVersion): Promise<Response | undefined> {
    const width = Math.trunc(Number(query.get('width'))) || 256;
    const height = Math.trunc(Number(query.get('height'))) || 256;
    const isDrawable = width > 0 && height > 0 && width * height <= this.#settings.maxOutputPixels;
    if (!isDrawable) return undefined;
    const mimeType = offeredFormat(query, version, this.#settings) ?? 'image/png';
    const output = { mimeType, ...readAppearance(query) };
    const picture = await messageImage(message, [width, height], output);
    const body = await this.#context.encode(picture, output);
    return new Response(200, { 'Content-Type': mimeType, ...NO_CACHE_HEADERS }, body);
  }
}

function withLimits(layer: MapLayer, limits: readonly Coverage[]): MapLayer {
  return limits.length === 0 ? layer : new LimitedMapLayer(layer, limits);
}

/** @throws AuthorizationError for a layer that was asked for itself; those below a group are left out (row AUTH-04) */
function permittedLeaves(
  leaves: readonly MapLayer[],
  asked: readonly MapLayer[],
  permissions: Permissions,
  feature: Feature,
): readonly MapLayer[] {
  return leaves.filter((layer) => {
    if (permissions.permits(layer.name ?? '', feature)) return true;
    if (asked.includes(layer)) throw new AuthorizationError(403);
    return false;
  });
}

function isDrawn(layer: MapLayer, map: MapRequest): boolean {
  return layer.isDrawnAt?.(map) ?? true;
}
