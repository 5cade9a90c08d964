import type { Application } from '../http/application.ts';
import { welcomePage } from '../http/page/page.ts';
import { parseQuery } from '../http/query.ts';
import type { Request } from '../http/request.ts';
import { Response, type ResponseHeaders, textResponse } from '../http/response.ts';
import { html } from '../http/xml.ts';
import type { Service } from '../service/contract.ts';
import { owsExceptionReport } from '../service/ows-exception.ts';
import type { Intercept } from './hooks/contract.ts';
import { intercepted } from './hooks/intercept.ts';

export interface MapProxyAppOptions {
  readonly services: readonly Service[];
  /** Value of Access-Control-Allow-Origin on every answer; undefined: the header is not sent (row GLB-18). */
  readonly accessControlAllowOrigin: string | undefined;
  /** Sees each request first (row APP-15). */
  readonly intercept?: Intercept | undefined;
}

const ALLOWED_METHODS = 'GET, HEAD, POST, OPTIONS';

/**
 * The application of one configuration: finds the service by the first word of the path (section 9 of the behaviour
 * rows), OWS services by the SERVICE parameter (section 10), and puts the headers on that every answer has.
 *
 * The method counts only in that OPTIONS is answered here and unknown ones are refused; HEAD is answered like GET, as
 * gateways leave the body out (row APP-12).
 */
export function createMapProxyApp(options: MapProxyAppOptions): Application {
  const { services, accessControlAllowOrigin, intercept } = options;
  const routes = routesOf(services);
  const cors = corsHeaders(accessControlAllowOrigin);
  const finish = finisher(accessControlAllowOrigin);

  const dispatched: Application = (request) =>
    isReadMethod(request.method) ? dispatch(routes, request) : answerMethod(request.method, cors);
  const answering = intercept === undefined ? dispatched : intercepted(dispatched, intercept);
  return (request) => {
    const answer = answering(request);
    const { vary } = request;
    return answer instanceof Promise ? answer.then((response) => finish(response, vary)) : finish(answer, vary);
  };
}

function corsHeaders(origin: string | undefined): ResponseHeaders {
  return origin === undefined ? {} : { 'Access-Control-Allow-Origin': origin };
}

/** @param vary what answers of text depend on besides the path: they print URLs made of it (rows APP-05, SEC-03) */
type Finish = (response: Response, vary: string) => Response;

/** Puts on what every answer has; on answers that are sent again and again, once. */
function finisher(origin: string | undefined): Finish {
  const finish: Finish = (response, vary) => {
    const { derived } = response;
    if (derived === undefined) return withCommonHeaders(response, vary, origin);
    // A process has one list of headers that count, for all requests.
    if (derived.finished?.by !== finish)
      derived.finished = { by: finish, response: withCommonHeaders(response, vary, origin) };
    return derived.finished.response;
  };
  return finish;
}

/** Spreading one object beside a literal key is much cheaper than spreading two. */
function withCommonHeaders(
  { status, headers, body, derived }: Response,
  vary: string,
  origin: string | undefined,
): Response {
  const room = derived === undefined ? undefined : {};
  const varying = dependsOnForwarding(headers) ? { ...headers, Vary: varyOf(headers, vary) } : headers;
  if (origin === undefined) return new Response(status, varying, body, room);
  return new Response(status, { ...varying, 'Access-Control-Allow-Origin': origin }, body, room);
}

/** Answers of hooks may depend on more. */
function varyOf({ Vary: own }: ResponseHeaders, vary: string): string {
  return own === undefined ? vary : `${typeof own === 'string' ? own : own.join(', ')}, ${vary}`;
}

/** One address for all OWS services, by two names (row APP-01). */
const OWS_PATHS = ['service', 'ows'];

function routesOf(services: readonly Service[]): ReadonlyMap<string, Application> {
  const routes = new Map<string, Application>();
  for (const { paths, application } of services) {
    for (const path of paths) routes.set(path, countedAs(path, application));
  }
  const frontDoor = owsFrontDoor(services);
  for (const path of OWS_PATHS) routes.set(path, frontDoor);
  routes.set('', welcome(routes.has('demo')));
  return routes;
}

/** The request is counted as one of this service (see `Request.service`). */
function countedAs(service: string, application: Application): Application {
  return (request) => {
    request.service = service;
    return application(request);
  };
}

function dispatch(routes: ReadonlyMap<string, Application>, request: Request): Response | Promise<Response> {
  const application = routes.get(firstWord(request.pathInfo));
  return application === undefined ? textResponse(404, 'not found') : application(request);
}

/**
 * The first word of a path: letters, digits, underscores after the slash (row APP-01). '' for the root; `NO_WORD` where
 * the path has no such word.
 */
function firstWord(path: string): string {
  let end = 1;
  while (end < path.length && isWordCharacter(path.charCodeAt(end))) end++;
  if (end === 1 && path.length > 1) return NO_WORD;
  return path.slice(1, end);
}

/** A word that no route has. */
const NO_WORD = '/';

function isWordCharacter(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}

/** `/service` and `/ows`: one address for all OWS services (rows OWS-01, OWS-02). */
function owsFrontDoor(services: readonly Service[]): Application {
  const handlers = new Map<string, Application>();
  for (const { ows } of services) {
    if (ows !== undefined) handlers.set(ows.service, countedAs(ows.service.toLowerCase(), ows.application));
  }

  return (request) => {
    const query = parseQuery(request.queryString);
    const asked = query.get('service');
    if (asked === undefined) {
      const looksLikeWms = query.get('wmtver') === '1.0.0' || query.get('request') === 'GetMap';
      const wms = looksLikeWms ? handlers.get('WMS') : undefined;
      return wms?.(request) ?? owsExceptionReport(MISSING_SERVICE);
    }
    const handler = handlers.get(asked.toUpperCase());
    if (handler !== undefined) return handler(request);
    return owsExceptionReport({
      code: 'InvalidParameterValue',
      locator: 'service',
      text: `The value of the service parameter "${asked}" is invalid`,
      status: 400,
    });
  };
}

const MISSING_SERVICE = {
  code: 'MissingParameterValue',
  locator: 'service',
  text: 'The service parameter is missing',
  status: 400,
};

/** The page at the root (row APP-02). */
function welcome(hasDemo: boolean): Application {
  return (request) => {
    const { base } = request.publicUrl;
    const content = hasDemo
      ? html`<p class="card lead">See all configured layers and services at: <a href="${`${base}/demo/`}">demo</a></p>`
      : html`<p class="card lead">Maps are served here for map programs, which are given the address of a service.</p>`;
    return welcomePage(base, content);
  };
}

function isReadMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'POST';
}

function answerMethod(method: string, cors: ResponseHeaders): Response {
  if (method !== 'OPTIONS') return textResponse(405, 'method not allowed', { Allow: ALLOWED_METHODS });
  const preflight: ResponseHeaders =
    'Access-Control-Allow-Origin' in cors
      ? { 'Access-Control-Allow-Methods': ALLOWED_METHODS, 'Access-Control-Allow-Headers': '*', ...cors }
      : {};
  return new Response(204, { Allow: ALLOWED_METHODS, ...preflight }, null);
}

function dependsOnForwarding(headers: ResponseHeaders): boolean {
  const type = headers['Content-Type'];
  return typeof type === 'string' && (type.startsWith('text/') || type.startsWith('application/'));
}
