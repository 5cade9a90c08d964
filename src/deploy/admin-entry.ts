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

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** @param written seconds, or a number with ms, s or m, as the schema has it */
export function millisecondsOf(written: number | string): number {
  if (typeof written === 'number') return written * 1000;
  const [, number, unit = 's'] = /^([\d.]+)\s*(ms|s|m)$/.exec(written) ?? [];
  return Number(number) * (UNITS[unit] ?? 1000);
}
