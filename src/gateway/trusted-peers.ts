import { PeerList } from '@mapgate/fastcgi-kit';

/** The word for peers without an address: those of unix sockets. */
const UNIX = 'unix';

/** Peers whose word on the client is believed. */
export class TrustedPeers {
  readonly #addresses: PeerList;
  readonly #unix: boolean;

  /**
   * @param entries addresses, CIDR blocks, and `unix`
   * @throws TypeError that names the entry which is none of these
   */
  constructor(entries: readonly string[]) {
    this.#addresses = new PeerList(
      entries.filter((entry) => {
        if (entry === UNIX) return false;
        checkAddress(entry);
        return true;
      }),
    );
    this.#unix = entries.includes(UNIX);
  }

  /** @param peer an address; `unix:` as nginx says of a unix socket; undefined: it is not known, and not believed */
  has(peer: string | undefined): boolean {
    if (peer === undefined) return false;
    return peer === UNIX || peer.startsWith(`${UNIX}:`) ? this.#unix : this.#addresses.allows(peer);
  }
}

function checkAddress(entry: string): void {
  try {
    new PeerList([entry]);
  } catch {
    throw new TypeError(`${JSON.stringify(entry)} is no address, no CIDR block as 10.0.0.0/8, and not unix`);
  }
}
