import { isIP } from 'node:net';
import type { Request } from '../../http/request.ts';

/** Whether an address is this machine's own: 127.0.0.0/8, ::1, and the former written as IPv6. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:/i, '');
  return (isIP(plain) === 4 && plain.startsWith('127.')) || plain === '::1';
}

/** What proxies add: whoever is behind one is not on this machine, though its connection comes from here. */
const PROXY_HEADERS =
  /^HTTP_(?:X_FORWARDED_.*|FORWARDED|VIA|X_REAL_IP|X_SCRIPT_NAME|X_ORIGINAL_.*|CF_.*|TRUE_CLIENT_IP)$/;

/**
 * Whether a request comes from a program on this machine, straight, to a name of this machine. The last refuses names
 * that a foreign site has pointed to 127.0.0.1 to have its pages count as ours (DNS rebinding).
 */
export function isLocalRequest(request: Request): boolean {
  if (!isLoopback(request.variable('REMOTE_ADDR') ?? '')) return false;
  if (!isLocalHost(request.header('Host') ?? '')) return false;
  for (const [name] of request.variables()) if (PROXY_HEADERS.test(name)) return false;
  return true;
}

function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  return name === 'localhost' || isLoopback(name);
}

/** Whether a script of a page of this very server sent the request; browsers say so, and scripts cannot change it. */
export function isSameOrigin(request: Request): boolean {
  const site = request.header('Sec-Fetch-Site');
  if (site !== undefined && site !== 'same-origin') return false;
  return request.header('Origin')?.toLowerCase() === `http://${request.header('Host')?.toLowerCase()}`;
}
