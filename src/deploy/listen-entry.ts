import { resolve } from 'node:path';
import { PeerList } from '@mapgate/fastcgi-kit';
import type { Path } from '../config/places.ts';
import { type Address, parseAddress } from '../server/address.ts';
import type { Listen, Protocol } from '../server/deployment.ts';
import { groupId, userId } from './accounts.ts';
import { checkSchema, type Findings } from './check-schema.ts';
import { readLimits } from './limits-entry.ts';
import { listenSchema, OCTAL_MODE } from './schema.ts';

const PROTOCOLS: readonly Protocol[] = ['fastcgi', 'http', 'scgi', 'ajp'];

const UNIX_KEYS = ['mode', 'owner', 'group'] as const;
const AJP_KEYS = ['secret', 'packet_size'] as const;

/** One address to listen on; undefined where it cannot be used, and the findings say why. */
export function readListen(entry: unknown, base: string, path: Path, findings: Findings): Listen | undefined {
  const checked = checkSchema(listenSchema, entry, path, findings);
  if (checked === undefined) return undefined;
  const protocols = PROTOCOLS.filter((protocol) => checked[protocol] !== undefined);
  const [protocol] = protocols;
  if (protocol === undefined || protocols.length > 1) {
    findings.error(path, `needs exactly one of ${PROTOCOLS.join(', ')}`);
    return undefined;
  }
  const take = <Value, Result>(
    key: string,
    value: Value | undefined,
    read: (value: Value) => Result,
  ): Result | undefined => {
    if (value === undefined) return undefined;
    try {
      return read(value);
    } catch (error) {
      findings.error([...path, key], error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const address = take(protocol, checked[protocol], (text) => relativeTo(base, parseAddress(String(text))));
  const mode = take('mode', checked.mode, octalMode);
  const owner = take('owner', checked.owner, userId);
  const group = take('group', checked.group, groupId);
  const allow = take('allow', checked.allow, (entries) => {
    new PeerList(entries);
    return entries;
  });
  const limits =
    checked.limits === undefined ? undefined : readLimits(checked.limits, protocol, [...path, 'limits'], findings);
  if (address === undefined) return undefined;
  for (const key of UNIX_KEYS) {
    if (checked[key] !== undefined && address.kind !== 'unix') {
      findings.error([...path, key], `'${key}' is for unix sockets`);
    }
  }
  if (checked.allow !== undefined && address.kind === 'unix') {
    findings.error([...path, 'allow'], "'allow' is for TCP addresses; a unix socket has mode, owner and group");
  }
  for (const key of AJP_KEYS) {
    if (checked[key] !== undefined && protocol !== 'ajp') findings.error([...path, key], `'${key}' is for ajp`);
  }
  return {
    protocol,
    address,
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(checked.backlog === undefined ? {} : { backlog: checked.backlog }),
    ...(checked.secret === undefined ? {} : { secret: checked.secret }),
    ...(checked.packet_size === undefined ? {} : { packetSize: checked.packet_size }),
    ...(allow === undefined ? {} : { allow }),
    ...(limits === undefined ? {} : { limits }),
  };
}

/** Where everything listens that says nothing else: FastCGI on `var/fcgi-socket` in this folder. */
export function defaultListen(base: string): Listen {
  return { protocol: 'fastcgi', address: { kind: 'unix', path: resolve(base, 'var/fcgi-socket') }, isDefault: true };
}

/** A socket's path is relative to the file that names it. */
function relativeTo(base: string, address: Address): Address {
  return address.kind === 'unix' ? { kind: 'unix', path: resolve(base, address.path) } : address;
}

/** Without quotes YAML reads a number of its own, and whether 660 or 0o660 was meant can no longer be told. */
function octalMode(written: string | number): number {
  if (typeof written === 'number' || !OCTAL_MODE.test(written)) {
    throw new RangeError(`expected an octal mode in quotes, as "0660", got ${JSON.stringify(written)}`);
  }
  return Number.parseInt(written, 8);
}
