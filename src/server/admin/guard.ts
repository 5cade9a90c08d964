import type { IncomingMessage } from 'node:http';
import { isLoopback } from './address.ts';

/**
 * Why a request is not let through; undefined: it is. A browser on this machine reaches the listener on behalf of any
 * page: pages that post here are known by their Origin, names that were made to point here by their Host.
 */
export function refusalOf({ headers, method, socket }: IncomingMessage): string | undefined {
  if (
    method !== 'GET' &&
    method !== 'HEAD' &&
    (headers.origin !== undefined || isCrossSite(headers['sec-fetch-site']))
  ) {
    return 'not for pages of other sites';
  }
  // On a unix socket there is no browser, and Host says nothing.
  if (socket.remoteAddress === undefined) return undefined;
  const host = headers.host === undefined ? '' : nameOf(headers.host);
  return isLoopback(host) ? undefined : 'asked by a name that is not of this machine';
}

function isCrossSite(site: string | string[] | undefined): boolean {
  return site !== undefined && site !== 'none' && site !== 'same-origin';
}

function nameOf(host: string): string {
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : (host.split(':', 1)[0] ?? '');
}
