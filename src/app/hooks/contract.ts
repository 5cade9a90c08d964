import type { PluginDefinition } from '../../config/kinds.ts';
import type { ConfigPlace } from '../../http/errors.ts';
import type { Request } from '../../http/request.ts';
import type { Response, ResponseBody, ResponseHeaders } from '../../http/response.ts';
import type { Authorize } from '../../service/authorization.ts';
import type { Decorate } from '../../service/decoration.ts';

/** A response as a module may write it that does not import the class. */
export interface PlainResponse {
  readonly status: number;
  readonly headers?: ResponseHeaders;
  readonly body?: ResponseBody;
}

/**
 * What a hook makes of a request: undefined lets it pass; a request, made of the one it got by `with`, goes on in its
 * place; a response is the answer.
 */
export type Interception = Request | Response | PlainResponse | undefined;

/**
 * A hook that sees each request to a map proxy before any service does (row APP-15), and may answer it, or set CGI
 * variables that the hooks `authorize` and `decorate` find in their `environ`. A hook that throws makes the request fail
 * with 500; where it gives back anything else than an `Interception` the answer is 403. Both are told to the log.
 *
 * @example
 * ```js
 * // intercept.mjs: a name for each key; named in mapgate.yaml under the map proxy:
 * //   app: {mapproxy: mapproxy.yaml, intercept: ./intercept.mjs}
 * const NAMES = new Map([['k-4711', 'anna']]);
 *
 * export function intercept(request) {
 *   const key = request.header('X-Api-Key');
 *   if (key === undefined) return undefined;
 *   const name = NAMES.get(key);
 *   if (name === undefined) return { status: 403, headers: { 'Content-Type': 'text/plain' }, body: 'unknown key' };
 *   return request.with({ variables: { REMOTE_USER: name } });
 * }
 * ```
 */
export type Intercept = (request: Request) => Interception | Promise<Interception>;

/** What operators may hook into a map proxy. */
export interface Hooks {
  /** Who may see what (row AUTH-01). */
  readonly authorize?: Authorize | undefined;
  /** Changes pictures before they are sent (row AUTH-08). */
  readonly decorate?: Decorate | undefined;
  /** Sees requests first (row APP-15). */
  readonly intercept?: Intercept | undefined;
}

/** What operators add to a map proxy. */
export interface MapProxyExtensions extends Hooks {
  /** Kinds of sources, stores and services that mapproxy.yaml may name by their `type` (row CFG-12). */
  readonly plugins?: readonly PluginDefinition[] | undefined;
}

export const HOOK_NAMES = ['authorize', 'decorate', 'intercept'] as const satisfies (keyof Hooks)[];

export type HookName = (typeof HOOK_NAMES)[number];

/** A module of the operator's as a deployment names it. Plain data. */
export interface ModuleTarget {
  /** Absolute. */
  readonly file: string;
  /** Where it is named. */
  readonly place?: ConfigPlace;
}

/** The modules with the hooks of one map proxy. */
export type HookTargets = Readonly<Partial<Record<HookName, ModuleTarget>>>;
