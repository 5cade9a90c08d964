import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { DEFAULT_LIMITS, type Limits, PeerList, type ProtocolError, resolveLimits } from '@mapgate/fastcgi-kit';
import { getLogger } from '../log.ts';
import { endBehind, isEnding } from './http-body.ts';
import type { GatewayOptions } from './limits.ts';
import { admits } from './socket-server.ts';
import { endGently, listensOnTcp } from './sockets.ts';

const log = getLogger('mapgate.gateway.http');

/** As much as web servers take in front of the other gateways; Node's own 16 KiB is less than a WMS request may have. */
const HTTP_DEFAULTS: Limits = { ...DEFAULT_LIMITS, paramsBytes: 65_536 };

/** Times are looked at this often, in milliseconds, at most and at least; in between, four times in that of the head. */
const MOST_CHECK_INTERVAL = 30_000;
const LEAST_CHECK_INTERVAL = 25;
const CHECKS_PER_TIMEOUT = 4;

/** Connections beyond the limit that may wait for their 503 to be taken; more are closed without a word. */
const MOST_REFUSALS = 64;

export function httpLimits(given: GatewayOptions['limits']): Limits {
  return resolveLimits({ ...HTTP_DEFAULTS, ...given });
}

/**
 * What Node itself holds a server to. A head that is too large is answered with 431, one that comes too slowly with 408.
 * The whole of a request has no time of its own: bodies are watched piece by piece.
 */
export function serverOptions({ paramsBytes, headerTimeout, idleTimeout }: Limits): ServerOptions {
  const wanted = headerTimeout === 0 ? MOST_CHECK_INTERVAL : headerTimeout / CHECKS_PER_TIMEOUT;
  return {
    maxHeaderSize: paramsBytes,
    headersTimeout: headerTimeout,
    requestTimeout: 0,
    keepAliveTimeout: idleTimeout,
    connectionsCheckingInterval: Math.ceil(Math.min(Math.max(wanted, LEAST_CHECK_INTERVAL), MOST_CHECK_INTERVAL)),
  };
}

/**
 * Holds a server to the rest of its limits. Beyond `connections`, kept ones without a request are closed to make room,
 * then new ones are answered with 503.
 *
 * @throws TypeError for an entry of `allow` that is no address
 */
export function limitServer(server: Server, limits: Limits, allow: readonly string[] | undefined): void {
  const peers = allow && new PeerList(allow);
  const requests = new RequestsBySocket(server);
  // One more, so that whoever sends more is noticed.
  server.maxHeadersCount = limits.paramsPairs + 1;
  server.setTimeout(limits.writeTimeout, (socket) => {
    // A request that is being worked on has its time; output that nobody takes, and a connection without one, has not.
    if (socket.writableLength > 0 || !requests.has(socket)) socket.destroy();
  });
  server.on('clientError', (error, socket) => refuseBroken(error, socket as Socket, requests));

  const room = new Room(server, limits.connections);
  const [serveConnection] = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    const onError = (error: ProtocolError): void => log.warn({ err: error }, 'an HTTP connection was refused');
    if (peers !== undefined && listensOnTcp(server) && !admits(socket, peers, onError)) return;
    if (room.take(socket)) serveConnection?.call(server, socket);
  });
}

/** The requests of each connection that are not answered. */
class RequestsBySocket {
  readonly #open = new Map<Socket, Set<ServerResponse>>();

  constructor(server: Server) {
    server.prependListener('request', ({ socket }: IncomingMessage, outgoing: ServerResponse) => {
      const open = this.#open.get(socket) ?? new Set();
      this.#open.set(socket, open.add(outgoing));
      outgoing.once('close', () => {
        open.delete(outgoing);
        if (open.size === 0) this.#open.delete(socket);
      });
    });
  }

  has(socket: Socket): boolean {
    return this.#open.has(socket);
  }

  /** Whether an answer is on its way. */
  isAnswering(socket: Socket): boolean {
    return [...(this.#open.get(socket) ?? [])].some(({ headersSent }) => headersSent);
  }
}

/** The connections that a server has room for. */
class Room {
  readonly #server: Server;
  readonly #most: number;
  readonly #open = new Set<Socket>();
  #refusals = 0;
  #isFull = false;

  constructor(server: Server, most: number) {
    this.#server = server;
    this.#most = most;
  }

  /** False: the connection is refused. */
  take(socket: Socket): boolean {
    if (this.#most > 0 && this.#open.size >= this.#most && !this.#makeRoom()) {
      this.#refuse(socket);
      return false;
    }
    this.#isFull = false;
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return true;
  }

  #makeRoom(): boolean {
    this.#server.closeIdleConnections();
    for (const socket of this.#open) if (socket.destroyed) this.#open.delete(socket);
    return this.#open.size < this.#most;
  }

  #refuse(socket: Socket): void {
    if (!this.#isFull) log.warn(`all ${this.#most} connections have requests: new ones are refused`);
    this.#isFull = true;
    socket.on('error', () => {});
    if (this.#refusals >= MOST_REFUSALS) {
      socket.destroy();
      return;
    }
    this.#refusals++;
    socket.once('close', () => this.#refusals--);
    socket.write(plainAnswer('503 Service Unavailable', 'too many connections', 'Retry-After: 1\r\n'));
    endGently(socket);
  }
}

/** What is no request is answered by what is wrong with it, unless an answer is on its way. */
function refuseBroken(error: Error & { code?: string }, socket: Socket, requests: RequestsBySocket): void {
  // The parser goes on with what still comes.
  if (isEnding(socket)) return;
  if (!socket.writable || requests.isAnswering(socket) || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.write(plainAnswer(...(BROKEN[error.code ?? ''] ?? (['400 Bad Request', 'bad request'] as const))));
  endBehind(socket);
}

const BROKEN: Readonly<Record<string, readonly [status: string, text: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request head is too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Content Too Large', 'the request body is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not come in time'],
};

function plainAnswer(status: string, text: string, more = ''): string {
  const type = 'Content-Type: text/plain; charset=utf-8\r\n';
  const kept = 'Cache-Control: no-cache, no-store\r\n';
  return `HTTP/1.1 ${status}\r\n${type}${kept}${more}Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`;
}
