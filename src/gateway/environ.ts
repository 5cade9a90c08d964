import { decodePath } from '../http/percent.ts';
import type { RequestTarget } from '../http/request.ts';
import type { ForwardingRule } from './forwarding.ts';
import type { RequestCounts } from './measure.ts';

/** Reads a CGI variable of one request. */
export type ReadVariable = (name: string) => string | undefined;

export interface TargetRule {
  /**
   * Where the application is mounted, for web servers that do not tell: '' or '/' for the root, or `/mapproxy`.
   * Undefined: taken from the variables.
   */
  readonly mount?: string | undefined;
  /** First path words of the application (`tms`, `service`), for the case that only the whole path is known. */
  readonly routes?: ReadonlySet<string> | undefined;
  /** Whose X-Forwarded-*, Forwarded and X-Script-Name count; undefined: everybody's. */
  readonly forwarding?: ForwardingRule | undefined;
  /** Where its requests are counted. */
  readonly counts?: RequestCounts | undefined;
}

/**
 * The one place that decides what is mount (SCRIPT_NAME) and what is path (PATH_INFO); RFC 3875 sections 4.1.5 and
 * 4.1.13, and what web servers make of them. In this order:
 *
 * 1. `mount` is configured: the request's path below it.
 * 2. SCRIPT_NAME and PATH_INFO are given: they count. PATH_INFO is decoded if it is still as in REQUEST_URI (nginx with
 *    `if` and `set`); where both overlap (mod_proxy_fcgi with proxy-fcgi-pathinfo=1 and an escape in the path) the mount
 *    is what REQUEST_URI has before PATH_INFO.
 * 3. PATH_INFO is absent and SCRIPT_FILENAME is mod_proxy_fcgi's `proxy:fcgi://authority/rest`, or mod_proxy_scgi's with
 *    `scgi`: the rest is the path.
 * 4. PATH_INFO is absent: SCRIPT_NAME is the whole path; the mount ends before its first word that is a route.
 *
 * Last, `X-Script-Name` (row APP-09) replaces the mount, and is taken off the path if it is still there.
 *
 * @param trusts whether the peer may say so (row SEC-03)
 */
export function deriveTarget(read: ReadVariable, rule: TargetRule = {}, trusts = true): RequestTarget {
  const uri = read('REQUEST_URI');
  const split =
    rule.mount === undefined ? splitByVariables(read, uri, rule.routes) : splitAtMount(read, uri, rule.mount);
  const outer = trusts ? read('HTTP_X_SCRIPT_NAME') : undefined;
  const { scriptName, pathInfo } = outer === undefined ? split : underScriptName(split, outer);
  return {
    method: read('REQUEST_METHOD') ?? 'GET',
    scriptName,
    pathInfo,
    queryString: read('QUERY_STRING') ?? queryOf(uri),
  };
}

interface Split {
  readonly scriptName: string;
  readonly pathInfo: string;
}

function splitByVariables(read: ReadVariable, uri: string | undefined, routes: TargetRule['routes']): Split {
  const scriptName = read('SCRIPT_NAME') ?? '';
  const pathInfo = read('PATH_INFO');
  if (pathInfo !== undefined && (pathInfo !== '' || scriptName !== '/')) {
    if (uri === undefined || isPlainJoin(uri, scriptName, pathInfo))
      return { scriptName: trimMount(scriptName), pathInfo };
    return reconcile(uri, scriptName, pathInfo);
  }
  const whole = scriptName === '' || scriptName === '/' ? decodePath(pathOf(uri ?? '/')) : scriptName;
  return splitByProxyName(read, uri, whole) ?? splitAtRoute(whole, routes);
}

/** The usual case: nothing was escaped, and REQUEST_URI is SCRIPT_NAME + PATH_INFO to the letter. */
function isPlainJoin(uri: string, scriptName: string, pathInfo: string): boolean {
  const end = scriptName.length + pathInfo.length;
  return (
    uri.startsWith(scriptName) &&
    uri.startsWith(pathInfo, scriptName.length) &&
    (uri.length === end || uri.charCodeAt(end) === QUESTION_MARK) &&
    !pathInfo.includes('%')
  );
}

const QUESTION_MARK = 0x3f;

function reconcile(uri: string, scriptName: string, pathInfo: string): Split {
  const decoded = decodePath(pathOf(uri));
  const unescaped = decodePath(pathInfo);
  // nginx escapes anew what `set` keeps, in its own way: `+` arrives as `%2B`, so only the decoded forms compare.
  const stillEncoded = unescaped !== pathInfo && !decoded.endsWith(pathInfo) && decoded.endsWith(unescaped);
  const path = stillEncoded ? unescaped : pathInfo;
  const overlaps =
    decoded.startsWith(scriptName) && decoded.endsWith(path) && scriptName.length + path.length > decoded.length;
  const mount = overlaps ? decoded.slice(0, decoded.length - path.length) : scriptName;
  return { scriptName: trimMount(mount), pathInfo: path };
}

/** mod_proxy_fcgi and mod_proxy_scgi name the proxied file; with a ProxyPass target that ends in a slash, that slash stands twice. */
const PROXY_NAME = /^proxy:[fs]cgi:\/\/[^/]*(\/.*)$/;

function splitByProxyName(read: ReadVariable, uri: string | undefined, whole: string): Split | undefined {
  const rest = PROXY_NAME.exec(read('SCRIPT_FILENAME') ?? '')?.[1];
  if (rest === undefined || uri === undefined) return undefined;
  const path = decodePath(pathOf(rest.startsWith('//') ? rest.slice(1) : rest));
  if (!whole.endsWith(path)) return undefined;
  return { scriptName: trimMount(whole.slice(0, whole.length - path.length)), pathInfo: path };
}

function splitAtRoute(whole: string, routes: ReadonlySet<string> | undefined): Split {
  if (routes !== undefined) {
    for (let start = 0; start !== -1 && start < whole.length; start = whole.indexOf('/', start + 1)) {
      const end = whole.indexOf('/', start + 1);
      if (routes.has(whole.slice(start + 1, end === -1 ? undefined : end))) {
        return { scriptName: trimMount(whole.slice(0, start)), pathInfo: whole.slice(start) };
      }
    }
  }
  return { scriptName: '', pathInfo: whole };
}

function splitAtMount(read: ReadVariable, uri: string | undefined, configured: string): Split {
  const mount = trimMount(configured);
  const byVariables = splitByVariables(read, uri, undefined);
  if (byVariables.scriptName === mount && mount !== '') return byVariables;
  const joined = byVariables.scriptName + byVariables.pathInfo;
  for (const whole of uri === undefined ? [joined] : [joined, decodePath(pathOf(uri))]) {
    if (isBelow(whole, mount)) return { scriptName: mount, pathInfo: whole.slice(mount.length) };
  }
  return { scriptName: mount, pathInfo: joined };
}

function underScriptName(split: Split, header: string): Split {
  const decoded = trimMount(decodePath(header));
  const scriptName = decoded === '' || decoded.startsWith('/') ? decoded : `/${decoded}`;
  const strip = scriptName !== '' && isBelow(split.pathInfo, scriptName);
  return { scriptName, pathInfo: strip ? split.pathInfo.slice(scriptName.length) : split.pathInfo };
}

function isBelow(path: string, mount: string): boolean {
  return path.startsWith(mount) && (path.length === mount.length || path[mount.length] === '/');
}

function trimMount(mount: string): string {
  let end = mount.length;
  while (end > 0 && mount.charCodeAt(end - 1) === SLASH) end--;
  return end === mount.length ? mount : mount.slice(0, end);
}

const SLASH = 0x2f;

/** The path of a request target: origin form, or absolute form as sent to proxies (RFC 9112 section 3.2). */
function pathOf(uri: string): string {
  const query = uri.indexOf('?');
  const target = query === -1 ? uri : uri.slice(0, query);
  if (target.startsWith('/') || target === '*') return target;
  const authority = target.indexOf('://');
  if (authority === -1) return target;
  const path = target.indexOf('/', authority + 3);
  return path === -1 ? '/' : target.slice(path);
}

function queryOf(uri: string | undefined): string {
  const query = uri?.indexOf('?') ?? -1;
  return uri === undefined || query === -1 ? '' : uri.slice(query + 1);
}
