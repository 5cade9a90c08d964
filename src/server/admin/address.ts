import { isIP } from 'node:net';
import type { Address } from '../address.ts';

/**
 * Whether the admin listener may be at an address: whoever reaches it may remove tiles and read what runs, so that it
 * must not be reached from other machines.
 */
export function isLocalAddress(address: Address): boolean {
  if (address.kind !== 'tcp') return address.kind === 'unix';
  return isLoopback(address.host);
}

/** `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1';
}
