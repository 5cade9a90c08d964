import { parseArgs } from 'node:util';
import type { Application } from '../http/application.ts';
import { getLogger } from '../log.ts';
import { parseAddress } from './address.ts';
import type { Listen, Protocol } from './deployment.ts';
import { leaveDescriptorZero } from './descriptor-zero.ts';
import { Gateways } from './gateways.ts';
import { isListening, LISTENSOCK_FILENO } from './inherited.ts';
import { SocketSet } from './sockets.ts';

const log = getLogger('mapgate.server');

/** Seconds that requests in flight get when the server is to stop; as in a deployment file. */
const DEFAULT_DRAIN_TIMEOUT = 55;

const DEFAULT_HTTP = '127.0.0.1:8080';

const PROTOCOLS = ['fastcgi', 'http', 'scgi', 'ajp'] as const satisfies Protocol[];

/** An address, as `unix:PATH`, a path with a slash, `HOST:PORT`, `:PORT` (loopback) or `fd:N`; or several. */
type Addresses = string | readonly string[];

export interface ServeOptions {
  readonly fastcgi?: Addresses;
  readonly http?: Addresses;
  readonly scgi?: Addresses;
  readonly ajp?: Addresses;
  /** Where the application is mounted, if the web server does not say. */
  readonly mount?: string;
  /**
   * Peers whose X-Forwarded-*, Forwarded and X-Script-Name count: addresses, CIDR blocks, and `unix`; default: everybody,
   * as MapProxy has it.
   */
  readonly trustedPeers?: readonly string[];
  /** Seconds that requests in flight get when the server is to stop; default 55. */
  readonly drainTimeout?: number;
  /** Stop on TERM and INT, and end the process with 0 then; default true. */
  readonly signals?: boolean;
}

/** A server that accepts. */
export interface RunningServer {
  /** Protocol and address of each socket as bound: `http 127.0.0.1:8080`. */
  readonly addresses: readonly string[];
  /** Stops accepting, finishes what is in flight, closes the application if it has `close`. */
  close(): Promise<void>;
}

/**
 * Serves an application in this process. With no address: FastCGI on descriptor 0 if that is a listening socket (the
 * script was started by a web server or process manager), else HTTP on 127.0.0.1:8080. `mapgate serve` does the same
 * with several workers, reload and supervision.
 *
 * @throws RangeError for what is no address, TypeError for a trusted peer that is none, StartError for an address that
 * cannot be had
 *
 * @example
 * ```js
 * import { serve, textResponse } from 'mapgate';
 *
 * const server = await serve(() => textResponse(200, 'hello'), { fastcgi: 'unix:var/fcgi-socket', http: ':8080' });
 * console.log(server.addresses);
 * ```
 */
export async function serve(application: Application, options: ServeOptions = {}): Promise<RunningServer> {
  const inherits = PROTOCOLS.every((protocol) => options[protocol] === undefined) && isListening(LISTENSOCK_FILENO);
  const listens = inherits ? [INHERITED] : listensOf(options);
  const { routes, close } = application as Application & { routes?: ReadonlySet<string>; close?: () => Promise<void> };
  const opened = { application, routes, files: [], close: async () => close?.() };
  const { trustedPeers } = options;
  const gateways = new Gateways(opened, {
    mount: options.mount ?? null,
    ...(trustedPeers === undefined ? {} : { trustedPeers }),
  });
  const sockets = new SocketSet();
  try {
    const descriptors = await sockets.open(listens);
    for (const [index, fd] of descriptors.entries()) await gateways.listen(listens[index] ?? INHERITED, { fd });
    const usesZero = listens.some(
      ({ protocol, address: at }) => protocol === 'fastcgi' && at.kind === 'fd' && at.fd === LISTENSOCK_FILENO,
    );
    if (usesZero && gateways.responder !== undefined) leaveDescriptorZero(gateways.responder);
  } catch (error) {
    await gateways.close(0);
    sockets.closeAll();
    throw error;
  }
  const addresses = sockets.boundAddresses(listens);
  log.info({ addresses, transport: gateways.responder?.transport }, 'serving');
  let closing: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await gateways.close((options.drainTimeout ?? DEFAULT_DRAIN_TIMEOUT) * 1000);
    sockets.closeAll();
    await opened.close();
  };
  const server = {
    addresses,
    close: () => {
      closing ??= stop();
      return closing;
    },
  };
  if (options.signals !== false) stopOnSignal(server);
  return server;
}

/** FCGI_LISTENSOCK_FILENO (FastCGI 1.0 section 2.2). */
const INHERITED: Listen = { protocol: 'fastcgi', address: { kind: 'fd', fd: LISTENSOCK_FILENO } };

function listensOf(options: ServeOptions): Listen[] {
  const listens = PROTOCOLS.flatMap((protocol) =>
    [options[protocol] ?? []].flat().map((text): Listen => ({ protocol, address: parseAddress(text) })),
  );
  return listens.length > 0 ? listens : [{ protocol: 'http', address: parseAddress(DEFAULT_HTTP) }];
}

/** mod_fastcgi stops its programs with USR1. */
function stopOnSignal(server: RunningServer): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR1'] as const) {
    process.once(signal, () => {
      log.info(`stopping on ${signal}`);
      server.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, 'did not stop cleanly');
          process.exit(1);
        },
      );
    });
  }
}

/**
 * Options of `serve` from the arguments of a script: `--fastcgi ADDR`, `--http ADDR`, `--scgi ADDR`, `--ajp ADDR`, each
 * of which may be given again, and `--mount PATH`.
 *
 * @throws TypeError for an argument that is none of these
 *
 * @example
 * ```js
 * import { serve, serveOptions, textResponse } from 'mapgate';
 *
 * await serve(() => textResponse(200, 'hello'), serveOptions(process.argv.slice(2)));
 * ```
 */
export function serveOptions(args: readonly string[]): ServeOptions {
  const address = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { fastcgi: address, http: address, scgi: address, ajp: address, mount: { type: 'string' } },
  });
  return { ...values };
}
