import type { DevelopmentOptions } from '../app/debug/open.ts';
import type { AppTarget } from '../app/open.ts';
import type { GatewayOptions } from '../gateway/limits.ts';
import type { LogFormat } from '../log.ts';
import type { Address } from './address.ts';

/** The protocols a gateway can be opened for. */
export type Protocol = 'fastcgi' | 'http' | 'scgi' | 'ajp';

export interface Listen extends GatewayOptions {
  readonly protocol: Protocol;
  readonly address: Address;
  /** Permission bits of a unix socket. */
  readonly mode?: number;
  readonly owner?: number;
  readonly group?: number;
  readonly backlog?: number;
  /** AJP: what the web server must send with each request. */
  readonly secret?: string;
  /** Nobody asked for this address: sockets that a service manager hands over take its place. */
  readonly isDefault?: boolean;
  /** AJP: bytes of the largest packet, as set in the web server. */
  readonly packetSize?: number;
}

export interface WorkerSettings {
  readonly count: number;
  /** A worker is replaced after about so many requests (up to a tenth more, so that not all go at once); 0: never. */
  readonly recycleAfter: number;
  /** A worker is replaced when its resident memory is above so many bytes; 0: never. */
  readonly memoryLimit: number;
  /** Seconds that requests in flight get when a worker is to go. */
  readonly drainTimeout: number;
}

export interface LogOptions {
  readonly level: string;
  /** Null: readable on a terminal, else JSON. */
  readonly format: LogFormat | null;
  readonly loggers: Readonly<Record<string, string>>;
  /** Absolute. Undefined: standard error. */
  readonly file?: string;
}

/** What to run and where to listen, made complete. Plain data: it is sent to the workers as it is. */
export interface Deployment {
  readonly app: AppTarget;
  /** Where the application is mounted, if the web server does not say. */
  readonly mount: string | null;
  /** Whose X-Forwarded-*, Forwarded and X-Script-Name count: addresses, CIDR blocks, `unix`; undefined: everybody's. */
  readonly trustedPeers?: readonly string[];
  readonly listen: readonly Listen[];
  readonly workers: WorkerSettings;
  readonly log: LogOptions;
  /** Where operators ask; undefined: nowhere. A unix socket or a loopback address. */
  readonly admin?: Address;
  /** Milliseconds after which a request is told to the log; default 10 s. */
  readonly slowRequest?: number;
  /** Absolute; undefined: the process id is written nowhere. */
  readonly pidFile?: string;
  /** Undefined: the application serves others than its developers. */
  readonly development?: DevelopmentOptions;
}
