import { encodePath } from '../http/percent.ts';
import type { PublicUrl } from '../http/public-url.ts';
import type { Request } from '../http/request.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** Host names, IPv4, `[v6]`, with an optional port: anything else from a header never reaches a page or a Location. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** What a proxy tells of the address that its client used; not checked. */
export interface ClientOrigin {
  readonly proto?: string | undefined;
  readonly host?: string | undefined;
}

/**
 * The application's URL as the client sees it: as proxies tell, then as the web server does (HTTPS, REQUEST_SCHEME, Host,
 * SERVER_NAME); default ports dropped (row APP-09).
 */
export function publicUrlOf(request: Request, told: ClientOrigin): PublicUrl {
  const scheme = schemeOf(request, told.proto?.toLowerCase());
  const host = withoutDefaultPort(hostOf(request, told.host), scheme);
  const mount = encodePath(request.scriptName);
  return { scheme, host, mount, base: `${scheme}://${host}${mount}` };
}

function schemeOf(request: Request, told: string | undefined): string {
  if (told === 'http' || told === 'https') return told;
  const https = request.variable('HTTPS')?.toLowerCase();
  if (https === 'on' || https === '1') return 'https';
  return request.variable('REQUEST_SCHEME')?.toLowerCase() === 'https' ? 'https' : 'http';
}

function hostOf(request: Request, told: string | undefined): string {
  for (const host of [told, request.variable('HTTP_HOST')]) {
    if (host !== undefined && HOST.test(host)) return host;
  }
  const name = request.variable('SERVER_NAME') ?? '';
  if (!HOST.test(name)) return 'localhost';
  const port = request.variable('SERVER_PORT') ?? '';
  return name.includes(':') || !/^\d{1,5}$/.test(port) ? name : `${name}:${port}`;
}

function withoutDefaultPort(host: string, scheme: string): string {
  const port = `:${DEFAULT_PORTS[scheme]}`;
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}
