import { isIP } from 'node:net';

/** Where to listen or connect: one of the forms of ADDR on the command line and in the deployment file. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'fd'; readonly fd: number };

/** Listening on every interface must be asked for by name; a bare port is for this machine. */
const DEFAULT_HOST = '127.0.0.1';

const FORMS = 'unix:PATH or a path with a slash, HOST:PORT, :PORT, [IPv6]:PORT or fd:N';

/**
 * Reads `unix:PATH`, a path, `HOST:PORT`, `:PORT` (loopback), `[IPv6]:PORT` or `fd:N`.
 *
 * @throws RangeError that names the value and the forms.
 */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix:')) return unixAddress(text.slice('unix:'.length), text);
  const descriptor = /^fd:(\d{1,4})$/.exec(text);
  if (descriptor !== null) return { kind: 'fd', fd: Number(descriptor[1]) };
  if (text.includes('/')) return unixAddress(text, text);
  const tcp = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? /^()()(\d{1,5})$/.exec(text);
  const port = Number(tcp?.[3]);
  if (tcp === null || port > 65_535) throw new RangeError(`${JSON.stringify(text)} is not an address: ${FORMS}`);
  const v6 = tcp[1];
  if (v6 !== undefined && v6 !== '' && isIP(v6) !== 6) {
    throw new RangeError(`${JSON.stringify(text)} is not an address: ${v6} is not an IPv6 address`);
  }
  return { kind: 'tcp', host: v6 || (tcp[2] ?? '') || DEFAULT_HOST, port };
}

function unixAddress(path: string, text: string): Address {
  if (path === '') throw new RangeError(`${JSON.stringify(text)} is not an address: ${FORMS}`);
  return { kind: 'unix', path };
}

/** The address as an operator writes it. */
export function formatAddress(address: Address): string {
  switch (address.kind) {
    case 'unix':
      return `unix:${address.path}`;
    case 'fd':
      return `fd:${address.fd}`;
    case 'tcp':
      return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
  }
}
