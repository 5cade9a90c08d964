import { MAX_REQUEST_ID } from './constants.ts';
import type { Limits, ResponderOptions } from './contract.ts';

/** The options of a responder with every limit filled in. */
export type ResolvedOptions = ResponderOptions & { readonly limits: Limits };

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;

/** The ceilings that hold where the application names none. */
export const DEFAULT_LIMITS: Limits = {
  /** The widest front (Apache) takes 64 KiB of headers; as much again for the variables it adds itself. */
  paramsBytes: 128 * KIB,
  /** Apache allows 100 header fields; environments passed on by process managers add some hundreds at most. */
  paramsPairs: 1000,
  /** HAProxy multiplexes 20 to 50 requests on a connection; each open id costs us about a kilobyte. */
  requestsPerConnection: 256,
  /** A POST to a map service is far below; an application that takes uploads raises it. */
  stdinBytes: 16 * MIB,
  /** One full record always fits. */
  stdinWindow: 64 * KIB,
  /** What a socket buffer takes at once; more only costs memory. */
  outputWindow: 256 * KIB,
  /** Below the usual soft limit of 1024 descriptors, with room for the files and sockets of the application. */
  connections: 960,
  /** Web servers send BEGIN_REQUEST and PARAMS at once; only a broken peer takes seconds. */
  headerTimeout: 10 * SECOND,
  /** Longer than the fronts keep idle connections (nginx 60 s), so that the front closes first and no request is lost. */
  idleTimeout: 120 * SECOND,
  /** As nginx's fastcgi_read_timeout and fastcgi_send_timeout. */
  writeTimeout: 60 * SECOND,
  bodyTimeout: 60 * SECOND,
};

interface Range {
  readonly min: number;
  readonly max: number;
}

const MAX_BYTES = 2 ** 31 - 1;
/** setTimeout holds no more. */
const MAX_MILLISECONDS = 2 ** 31 - 1;

const BYTES: Range = { min: 1, max: MAX_BYTES };
const TIME: Range = { min: 0, max: MAX_MILLISECONDS };

/** What each limit may be. */
export const LIMIT_RANGES: Readonly<Record<keyof Limits, Range>> = {
  paramsBytes: BYTES,
  paramsPairs: { min: 1, max: MAX_BYTES },
  requestsPerConnection: { min: 1, max: MAX_REQUEST_ID },
  stdinBytes: { min: 0, max: Number.MAX_SAFE_INTEGER },
  stdinWindow: BYTES,
  outputWindow: BYTES,
  connections: { min: 0, max: MAX_BYTES },
  headerTimeout: TIME,
  idleTimeout: TIME,
  writeTimeout: TIME,
  bodyTimeout: TIME,
};

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(LIMIT_RANGES, name);
}

/**
 * Completes limits with the defaults. An undefined value counts as not given.
 * @throws RangeError that names the limit, its value and the values it may have; TypeError for an unknown name.
 */
export function resolveLimits(given: Partial<Limits> = {}): Limits {
  const limits: Record<keyof Limits, number> = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (!isLimit(name)) {
      throw new TypeError(`limits.${name} is not a limit; the limits are ${Object.keys(LIMIT_RANGES).join(', ')}`);
    }
    if (value === undefined) continue;
    const { min, max } = LIMIT_RANGES[name];
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new RangeError(`limits.${name} must be a whole number from ${min} to ${max}, not ${String(value)}`);
    }
    limits[name] = value;
  }
  return limits;
}
