import { encodePath } from '../http/percent.ts';
import type { PublicUrl } from '../http/public-url.ts';
import type { Request } from '../http/request.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** Host names, IPv4, `[v6]`, with an optional port: anything else from a header never reaches a page or a Location. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The application's URL as the client sees it: X-Forwarded-Proto and X-Forwarded-Host (the first of a list), then what
 * the web server says (HTTPS, REQUEST_SCHEME, Host, SERVER_NAME); default ports dropped (row APP-09).
 */
export function publicUrlOf(request: Request): PublicUrl {
  const scheme = schemeOf(request);
  const host = withoutDefaultPort(hostOf(request), scheme);
  const mount = encodePath(request.scriptName);
  return { scheme, host, mount, base: `${scheme}://${host}${mount}` };
}

function schemeOf(request: Request): string {
  const forwarded = firstOf(request.variable('HTTP_X_FORWARDED_PROTO'))?.toLowerCase();
  if (forwarded === 'http' || forwarded === 'https') return forwarded;
  const https = request.variable('HTTPS')?.toLowerCase();
  if (https === 'on' || https === '1') return 'https';
  return request.variable('REQUEST_SCHEME')?.toLowerCase() === 'https' ? 'https' : 'http';
}

function hostOf(request: Request): string {
  for (const host of [firstOf(request.variable('HTTP_X_FORWARDED_HOST')), request.variable('HTTP_HOST')]) {
    if (host !== undefined && HOST.test(host)) return host;
  }
  const name = request.variable('SERVER_NAME') ?? '';
  if (!HOST.test(name)) return 'localhost';
  const port = request.variable('SERVER_PORT') ?? '';
  return name.includes(':') || !/^\d{1,5}$/.test(port) ? name : `${name}:${port}`;
}

function firstOf(list: string | undefined): string | undefined {
  return list?.split(',', 1)[0]?.trim();
}

function withoutDefaultPort(host: string, scheme: string): string {
  const port = `:${DEFAULT_PORTS[scheme]}`;
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}
