import { resolve } from 'node:path';
import { type Address, parseAddress } from '../server/address.ts';
import { isLocalAddress } from '../server/admin/address.ts';

/**
 * The address of the admin listener; a socket's path is relative to `base`.
 *
 * @throws RangeError for what is no address, and for one that other machines may reach
 */
export function adminAddress(text: string, base: string): Address {
  const address = parseAddress(text);
  if (!isLocalAddress(address)) {
    throw new RangeError(
      `${JSON.stringify(text)} may be reached from elsewhere: use unix:PATH or a loopback HOST:PORT`,
    );
  }
  return address.kind === 'unix' ? { ...address, path: resolve(base, address.path) } : address;
}
