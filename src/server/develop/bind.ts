import { isIP } from 'node:net';
import { type Address, parseAddress } from '../address.ts';

const DEFAULT_PORT = 8080;

/**
 * Reads `-b` of the development commands (row UTIL-03): `PORT`, `HOST` or `HOST:PORT`; 127.0.0.1 and 8080 for what is
 * left out.
 *
 * @throws RangeError that names the value and the forms
 */
export function parseBind(text: string): { host: string; port: number } {
  const isHost = isIP(text) !== 0 || !/^(?:.*:)?\d+$/.test(text);
  const address = parsed(isHost ? `${isIP(text) === 6 ? `[${text}]` : text}:${DEFAULT_PORT}` : text);
  if (address?.kind !== 'tcp' || text === '')
    throw new RangeError(`${JSON.stringify(text)} is not [HOST:]PORT or HOST`);
  return { host: address.host, port: address.port };
}

function parsed(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}
