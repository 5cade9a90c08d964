import { BlockList, isIP } from 'node:net';

/** Section 3.2: a comma-separated list of the addresses of the web servers that may connect. */
const WEB_SERVER_ADDRS = 'FCGI_WEB_SERVER_ADDRS';

const MAPPED_PREFIX = '::ffff:';
const ADDRESS_BITS = { ipv4: 32, ipv6: 128 } as const;

/** Which TCP peers may connect. */
export class PeerList {
  readonly #list = new BlockList();

  /**
   * @param entries IPv4 or IPv6 addresses or CIDR blocks; IPv4-mapped IPv6 counts as IPv4
   * @throws TypeError that names the entry which is neither
   */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  #add(entry: string): void {
    const [given = '', prefixText, ...rest] = entry.trim().split('/');
    const address = plainAddress(given);
    const family = familyOf(address);
    if (family === null || rest.length > 0) throw notAnAddress(entry);
    if (prefixText === undefined) {
      this.#list.addAddress(address, family);
      return;
    }
    // A mapped block counts its prefix over 128 bits, the first 96 of which the mapping fixes.
    const prefix = Number(prefixText) - (address === given ? 0 : ADDRESS_BITS.ipv6 - ADDRESS_BITS.ipv4);
    if (!/^\d{1,3}$/.test(prefixText) || prefix < 0 || prefix > ADDRESS_BITS[family]) throw notAnAddress(entry);
    this.#list.addSubnet(address, prefix, family);
  }

  /** Whether a peer with this address (as `socket.remoteAddress` says it) may connect. */
  allows(remoteAddress: string): boolean {
    const address = plainAddress(remoteAddress);
    const family = familyOf(address);
    return family !== null && this.#list.check(address, family);
  }
}

function notAnAddress(entry: string): TypeError {
  return new TypeError(`'${entry}' in the list of allowed peers is neither an IP address nor a CIDR block`);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}

/** Without the scope of a link-local address, and without the IPv6 mapping of an IPv4 one. */
function plainAddress(address: string): string {
  const [unscoped = ''] = address.split('%');
  const tail = unscoped.slice(MAPPED_PREFIX.length);
  return unscoped.toLowerCase().startsWith(MAPPED_PREFIX) && isIP(tail) === 4 ? tail : unscoped;
}

/**
 * The allow list to enforce on TCP connections: `allow` where given, else FCGI_WEB_SERVER_ADDRS, else null (all peers).
 * An empty variable counts as not bound, an empty `allow` admits nobody.
 * @throws TypeError for an entry that is no address: a typing error must not open the door
 */
export function allowedPeers(
  allow: readonly string[] | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): PeerList | null {
  if (allow !== undefined) return new PeerList(allow);
  const bound = environment[WEB_SERVER_ADDRS]?.trim();
  return bound ? new PeerList(bound.split(',')) : null;
}
