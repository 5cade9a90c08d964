import type { Coverage } from '../coverage/contract.ts';
import { limitedTo } from '../coverage/limited-to.ts';
import type { ReadGeometry } from '../coverage/read/polygons.ts';
import type { Bbox } from '../grid/types.ts';
import { NO_CACHE_HEADERS } from '../http/caching.ts';
import { ConfigError, RequestError } from '../http/errors.ts';
import type { Request } from '../http/request.ts';
import { type Response, textResponse } from '../http/response.ts';
import { getLogger } from '../log.ts';
import { srsByCode } from '../srs/srs.ts';

const log = getLogger('mapgate.hooks');

/** What a hook is asked about (row AUTH-02); MapProxy does not ask about legends. */
export type AuthorizedService =
  | 'wms.map'
  | 'wms.featureinfo'
  | 'wms.legendgraphic'
  | 'wms.capabilities'
  | 'wmts'
  | 'wmts.featureinfo'
  | 'tms'
  | 'kml'
  | 'ogcapi.map'
  | 'ogcapi.tile'
  | 'demo';

/** What can be permitted of a layer. */
export type Feature = 'map' | 'featureinfo' | 'legendgraphic' | 'tile';

/** An area: a bbox, WKT with a polygon in each line, or a geometry as GeoJSON has it (row AUTH-06). */
export interface LimitedTo {
  readonly geometry: Bbox | string | ReadGeometry;
  /** `EPSG:4326` */
  readonly srs: string;
}

export type LayerPermissions = Readonly<Partial<Record<Feature, boolean>>> & { readonly limited_to?: LimitedTo };

/** What a hook answers, in MapProxy's words (row AUTH-01). `layers` counts where `authorized` is `partial`. */
export interface AuthorizationResult {
  readonly authorized: 'full' | 'partial' | 'none' | 'unauthenticated';
  readonly layers?: Readonly<Record<string, LayerPermissions>>;
  readonly limited_to?: LimitedTo;
}

/**
 * A hook that decides who may see what (rows AUTH-01, AUTH-09). `environ` holds the request's CGI variables, with
 * REMOTE_USER and what an authoriser of the web server set; `queryExtent` is the SRS and bbox asked for, where there
 * is one (row AUTH-07). A hook that throws makes the request fail with 500; one that answers anything but an
 * `AuthorizationResult` lets nobody see anything. Both are told to the log.
 *
 * @example
 * ```js
 * // authorize.mjs: strangers see streets, colleagues everything; named in mapgate.yaml under the map proxy:
 * //   app: {mapproxy: mapproxy.yaml, authorize: ./authorize.mjs}
 * export function authorize(service, layers, environ, queryExtent) {
 *   if (environ.REMOTE_USER) return { authorized: 'full' };
 *   return { authorized: 'partial', layers: { streets: { map: true, tile: true, featureinfo: false } } };
 * }
 * ```
 */
export type Authorize = (
  service: AuthorizedService,
  layers: readonly string[],
  environ: Readonly<Record<string, string>>,
  queryExtent: readonly [srs: string, bbox: Bbox] | undefined,
) => AuthorizationResult | Promise<AuthorizationResult>;

/** The client may not; answered in plain text, whatever the service (row AUTH-03). */
export class AuthorizationError extends RequestError {
  constructor(status: 401 | 403) {
    super(status === 401 ? 'unauthorized' : 'forbidden', { status });
  }
}

/** What a client may see of the layers of one request. */
export interface Permissions {
  /** Whether every layer is permitted, in all ways. */
  readonly isFull: boolean;
  permits(layer: string, feature: Feature): boolean;
  /** Areas outside of which the layer must not be shown; all count. */
  limitsOf(layer: string): readonly Coverage[];
  /** For layers together. */
  readonly limits: readonly Coverage[];
}

/** Of a request that a hook has nothing to say about. */
const EVERYTHING: Permissions = { isFull: true, permits: () => true, limitsOf: () => [], limits: [] };

/**
 * Asks the hook, where there is one.
 *
 * @throws AuthorizationError for clients who may not see anything, or are not known, and where the hook's answer cannot
 * be understood
 */
export async function permissionsFor(
  authorize: Authorize | undefined,
  service: AuthorizedService,
  layers: readonly string[],
  request: Request,
  queryExtent?: readonly [srs: string, bbox: Bbox],
): Promise<Permissions> {
  if (authorize === undefined) return EVERYTHING;
  const result = await authorize(service, layers, Object.fromEntries(request.variables()), queryExtent);
  const permissions = await understood(result, service);
  if (permissions === 'unauthenticated') throw new AuthorizationError(401);
  if (permissions === 'none') throw new AuthorizationError(403);
  return permissions;
}

/**
 * Asks the hook about a service that is seen as a whole or not at all (row DEMO-05).
 *
 * @throws AuthorizationError as `permissionsFor`, and for a client who may see parts only
 */
export async function requireFull(
  authorize: Authorize | undefined,
  service: AuthorizedService,
  request: Request,
): Promise<void> {
  const { isFull } = await permissionsFor(authorize, service, [], request);
  if (!isFull) throw new AuthorizationError(403);
}

const OUTCOMES: readonly unknown[] = ['full', 'partial', 'none', 'unauthenticated'];

/** What cannot be understood permits nothing. */
async function understood(
  result: AuthorizationResult,
  service: AuthorizedService,
): Promise<Permissions | 'none' | 'unauthenticated'> {
  const authorized: unknown = result?.authorized;
  if (!OUTCOMES.includes(authorized)) {
    log.error({ service, authorized }, `the hook 'authorize' answers with something that is no authorisation: denied`);
    return 'none';
  }
  if (result.authorized === 'none' || result.authorized === 'unauthenticated') return result.authorized;
  try {
    const limits = await coveragesOf(result.limited_to);
    return result.authorized === 'full' ? { ...EVERYTHING, limits } : await partOf(result, limits);
  } catch (error) {
    log.error({ service, err: error }, `the hook 'authorize' answers with something that cannot be read: denied`);
    return 'none';
  }
}

async function partOf({ layers }: AuthorizationResult, limits: readonly Coverage[]): Promise<Permissions> {
  // Names come from the configuration, but the answer may be any object.
  const permitted = new Map(Object.entries(layers ?? {}));
  const limitsByLayer = new Map<string, readonly Coverage[]>();
  for (const [name, layer] of permitted) limitsByLayer.set(name, await coveragesOf(layer.limited_to));
  return {
    isFull: false,
    permits: (layer, feature) => permitted.get(layer)?.[feature] === true,
    limitsOf: (layer) => limitsByLayer.get(layer) ?? [],
    limits,
  };
}

/**
 * The layers whose tiles a client may see, by name: those that capabilities of tile services show it.
 *
 * @throws AuthorizationError as `permissionsFor`
 */
export async function permittedTileLayers(
  authorize: Authorize,
  service: 'tms' | 'wmts',
  layers: Iterable<string>,
  request: Request,
): Promise<ReadonlySet<string>> {
  const names = [...new Set(layers)];
  const permissions = await permissionsFor(authorize, service, names, request);
  return new Set(names.filter((name) => permissions.permits(name, 'tile')));
}

/** 401 or 403 in plain text (row AUTH-03). */
export function refusal({ status, message }: AuthorizationError): Response {
  return textResponse(status ?? 403, message, NO_CACHE_HEADERS);
}

/** @throws ConfigError for an area that cannot be read */
async function coveragesOf(area: LimitedTo | undefined): Promise<Coverage[]> {
  if (area === undefined || area === null) return [];
  const { geometry, srs } = area;
  if (Array.isArray(geometry) && !isBbox(geometry)) throw new ConfigError('limited_to: a bbox is four numbers');
  return [await limitedTo(geometry, srsByCode(srs))];
}

function isBbox(values: readonly unknown[]): boolean {
  const [west, south, east, north] = values.map((value) => (typeof value === 'number' ? value : Number.NaN));
  const isComplete = [west, south, east, north].every(Number.isFinite) && values.length === 4;
  return isComplete && Number(west) < Number(east) && Number(south) < Number(north);
}
