import { isIP } from 'node:net';
import type { Forwarding } from '../http/forwarding.ts';
import type { Request } from '../http/request.ts';
import { type ForwardedElement, parseForwarded } from './forwarded.ts';
import { type ClientOrigin, publicUrlOf } from './public-url.ts';
import { TrustedPeers } from './trusted-peers.ts';

/** Decides by the peer of a request: an address, `unix:`, or undefined where nobody tells. */
export type ForwardingRule = (peer: string | undefined) => Forwarding;

const VARY = 'X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto';

/** As MapProxy: everybody is believed (row APP-09), but in what it does not know: `Forwarded`, and who the client is. */
export const trustsEverybody: Forwarding = {
  trusts: true,
  vary: VARY,
  publicUrl: (request) => publicUrlOf(request, xForwarded(request)),
  clientAddress: remoteAddress,
};

/**
 * Believes peers of a list, and nobody else (row SEC-03). Of `X-Forwarded-*` and `Forwarded` the former counts; of a list
 * the first, which is the client's own proxy, except for addresses: there it is the last that is not of the list.
 *
 * @param entries addresses, CIDR blocks, and `unix`
 * @throws TypeError that names the entry which is none of these
 */
export function trustPeers(entries: readonly string[]): ForwardingRule {
  const peers = new TrustedPeers(entries);
  const vary = `${VARY}, Forwarded`;
  const trusting: Forwarding = {
    trusts: true,
    vary,
    publicUrl: (request) => publicUrlOf(request, { ...forwarded(request), ...xForwarded(request) }),
    clientAddress: (request) => clientAddressOf(request, peers),
  };
  const wary: Forwarding = {
    trusts: false,
    vary,
    publicUrl: (request) => publicUrlOf(request, {}),
    clientAddress: remoteAddress,
  };
  return (peer) => (peers.has(peer) ? trusting : wary);
}

function remoteAddress(request: Request): string | undefined {
  return request.variable('REMOTE_ADDR');
}

function xForwarded(request: Request): ClientOrigin {
  const proto = firstOf(request.variable('HTTP_X_FORWARDED_PROTO'));
  const host = firstOf(request.variable('HTTP_X_FORWARDED_HOST'));
  return { ...(proto === undefined ? {} : { proto }), ...(host === undefined ? {} : { host }) };
}

function firstOf(list: string | undefined): string | undefined {
  return list?.split(',', 1)[0]?.trim();
}

function forwarded(request: Request): ClientOrigin {
  const [first] = hopsOf(request);
  return first === undefined ? {} : { proto: first.get('proto'), host: first.get('host') };
}

function hopsOf(request: Request): readonly ForwardedElement[] {
  return parseForwarded(request.variable('HTTP_FORWARDED') ?? '') ?? [];
}

/** Hops that are looked at, and characters of X-Forwarded-For: as many as of `Forwarded`. */
const MOST_HOPS = 32;
const MOST_CHARACTERS = 4_096;

/** From the peer outwards, up to the first that is not believed: what that one said of others counts for nothing. */
function clientAddressOf(request: Request, peers: TrustedPeers): string | undefined {
  let client = remoteAddress(request);
  for (const hop of clientsToldBy(request).slice(-MOST_HOPS).reverse()) {
    const address = addressOf(hop);
    if (address === undefined) break;
    client = address;
    if (!peers.has(address)) break;
  }
  return client;
}

function clientsToldBy(request: Request): string[] {
  const list = request.variable('HTTP_X_FORWARDED_FOR');
  if (list === undefined) return hopsOf(request).map((hop) => hop.get('for') ?? '');
  return list.length > MOST_CHARACTERS ? [] : list.split(',');
}

/** Without its port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. Undefined for `unknown`, `_hidden` and what is no address. */
function addressOf(node: string): string | undefined {
  const text = node.trim();
  if (isIP(text) !== 0) return text;
  const [, v6, v4] = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::\d{1,5})?$/i.exec(text) ?? [];
  const address = v6 ?? v4 ?? '';
  return isIP(address) === (v6 === undefined ? 4 : 6) ? address : undefined;
}
