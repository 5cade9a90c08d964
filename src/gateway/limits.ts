import type { Limits } from '@mapgate/fastcgi-kit';

const BODY = ['stdinBytes', 'bodyTimeout'] as const;
const OUTPUT = ['writeTimeout'] as const;
const WINDOWS = ['stdinWindow', 'outputWindow'] as const;
const HEAD = ['paramsBytes', 'paramsPairs', 'headerTimeout'] as const;

/**
 * Which of the limits each gateway has. An AJP head is bounded by its packet; an SCGI connection brings one request, at
 * once; HTTP leaves windows to Node.
 */
export const GATEWAY_LIMITS = {
  fastcgi: [...HEAD, ...BODY, ...OUTPUT, ...WINDOWS, 'connections', 'idleTimeout', 'requestsPerConnection'],
  scgi: [...HEAD, ...BODY, ...OUTPUT, ...WINDOWS, 'connections'],
  ajp: ['headerTimeout', ...BODY, ...OUTPUT, ...WINDOWS, 'connections', 'idleTimeout'],
  http: [...HEAD, ...BODY, ...OUTPUT, 'connections', 'idleTimeout'],
} as const satisfies Readonly<Record<string, readonly (keyof Limits)[]>>;

/** What a gateway that listens may be told besides its address. */
export interface GatewayOptions {
  readonly limits?: Partial<Limits> | undefined;
  /** TCP peers that may connect: addresses or CIDR blocks; default: all. */
  readonly allow?: readonly string[] | undefined;
}
