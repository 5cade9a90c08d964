import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type Limits, requestAbort } from '@mapgate/fastcgi-kit';
import type { Application } from '../http/application.ts';
import { countCarriedAs } from '../http/carried.ts';
import { decodePath } from '../http/percent.ts';
import type { Response } from '../http/response.ts';
import { addOne, counter } from '../metrics.ts';
import type { TargetRule } from './environ.ts';
import { type Exchange, refuse, serve } from './exchange.ts';
import { eachField, statusOf } from './head.ts';
import { closeBehind, httpBody, watchRest } from './http-body.ts';
import { httpLimits, limitServer, serverOptions } from './http-limits.ts';
import type { GatewayOptions } from './limits.ts';
import { drained, listensOnTcp } from './sockets.ts';

/**
 * An HTTP server for an application; not yet listening. Of the limits, those of the head are answered with 431 and 408,
 * those of the body with 413 and 408, that of connections with 503; a peer that takes no output is disconnected.
 *
 * @throws TypeError for an entry of `allow` that is no address
 */
export function httpServer(application: Application, rule: TargetRule = {}, options: GatewayOptions = {}): Server {
  const limits = httpLimits(options.limits);
  let unixPeer: typeof UNIX_PEER | undefined;
  const server = createServer(serverOptions(limits), (incoming, outgoing) => {
    const exchange = new HttpExchange(incoming, outgoing, { limits, unixPeer });
    const refusal = refusalFor(incoming, limits);
    watchRest(incoming, outgoing, limits);
    if (refusal === undefined) {
      serve(application, exchange, rule);
    } else {
      closeBehind(outgoing);
      refuse(exchange, ...refusal);
    }
  });
  server.once('listening', () => {
    if (!listensOnTcp(server)) unixPeer = UNIX_PEER;
  });
  server.on('checkContinue', (incoming, outgoing) => {
    if (refusalFor(incoming, limits) === undefined) outgoing.writeContinue();
    server.emit('request', incoming, outgoing);
  });
  server.on('clientError', ({ code }: NodeJS.ErrnoException) => {
    if (NO_HTTP.test(code ?? '')) addOne(errors);
  });
  limitServer(server, limits, options.allow);
  return server;
}

/** What nginx says of peers without an address. */
const UNIX_PEER = 'unix:';

/** Why a request is refused by its head. */
function refusalFor(
  { headers, rawHeaders }: IncomingMessage,
  { stdinBytes, paramsPairs }: Limits,
): readonly [status: number, text: string] | undefined {
  if (rawHeaders.length / 2 > paramsPairs) return [431, 'the request head is too large'];
  const coding = headers['transfer-encoding']?.trim().toLowerCase();
  // RFC 9112 section 6.3: where the last coding is another, nobody knows where the body ends.
  if (coding !== undefined && !coding.endsWith('chunked')) return [400, 'chunked is not the last transfer coding'];
  if (coding !== undefined && coding !== 'chunked') return [501, 'only chunked is known of transfer codings'];
  if (Number(headers['content-length'] ?? 0) > stdinBytes) return [413, 'the request body is too large'];
  return undefined;
}

const errors = counter('protocolErrors', 'http');

/** Codes of what Node's server answers by itself, as 400, 408, 413 or 431: what is no HTTP, too large or late. */
const NO_HTTP = /^(?:HPE_|ERR_HTTP_)/;

/** A request as it may come from a framework that mounts one application in another. */
interface MountedRequest extends IncomingMessage {
  /** The mount, as Express tells it: `/maps`. Then `url` is below it. */
  readonly baseUrl?: string;
  /** Mount and path. */
  readonly originalUrl?: string;
}

/**
 * An application as a listener of Node's HTTP server, to be mounted in Express and its like.
 *
 * @param rule `mount` tells where it is, for frameworks that do not
 *
 * @example
 * ```js
 * import express from 'express';
 * import { makeApp, toNodeListener } from 'mapgate';
 *
 * const app = express();
 * app.use('/maps', toNodeListener(await makeApp(new URL('mapproxy.yaml', import.meta.url))));
 * app.listen(8080, '127.0.0.1');
 * ```
 */
export function toNodeListener(
  application: Application,
  rule: TargetRule = {},
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  return (incoming, outgoing) => serve(application, new HttpExchange(incoming, outgoing), rule);
}

/** What a server of ours knows besides the request. */
interface ServerSide {
  readonly limits: Limits;
  /** Set where it listens on a unix socket; a TCP peer without an address has gone again. */
  readonly unixPeer: typeof UNIX_PEER | undefined;
}

/** CGI variables as a web server on this machine would set them (RFC 3875 section 4.1), read from an HTTP request. */
class HttpExchange implements Exchange {
  #service: string | undefined;
  readonly #incoming: MountedRequest;
  readonly #outgoing: ServerResponse;
  readonly #server: ServerSide | undefined;
  #abort: AbortController | undefined;
  #body: AsyncIterable<Buffer> | undefined;

  /** @param server undefined where it is not ours */
  constructor(incoming: MountedRequest, outgoing: ServerResponse, server?: ServerSide) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#server = server;
  }

  get service(): string | undefined {
    return this.#service;
  }

  set service(name: string | undefined) {
    this.#service = name;
    countCarriedAs(this.#incoming, name);
  }

  variable(name: string): string | undefined {
    const { headers } = this.#incoming;
    if (name.startsWith('HTTP_')) {
      const value = headers[name.slice(5).replaceAll('_', '-').toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    }
    switch (name) {
      case 'REQUEST_METHOD':
        return this.#incoming.method;
      case 'REQUEST_URI':
        return this.#incoming.originalUrl ?? this.#incoming.url;
      case 'SCRIPT_NAME':
        return this.#mount;
      case 'PATH_INFO':
        return this.#mount === undefined ? undefined : decodePath(this.#incoming.url?.split('?', 1)[0] ?? '/');
      case 'HTTPS':
        return this.#incoming.socket instanceof TLSSocket ? 'on' : undefined;
      case 'CONTENT_TYPE':
        return headers['content-type'];
      case 'CONTENT_LENGTH':
        return headers['content-length'];
      case 'SERVER_PROTOCOL':
        return `HTTP/${this.#incoming.httpVersion}`;
      case 'REMOTE_ADDR':
        return this.#incoming.socket.remoteAddress;
      case 'REMOTE_PORT':
        return this.#incoming.socket.remotePort?.toString();
      case 'SERVER_NAME':
        return this.#incoming.socket.localAddress;
      case 'SERVER_PORT':
        return this.#incoming.socket.localPort?.toString();
      default:
        return undefined;
    }
  }

  get peer(): string | undefined {
    return this.variable('REMOTE_ADDR') ?? this.#server?.unixPeer;
  }

  /** Undefined where no framework says that it is mounted. */
  get #mount(): string | undefined {
    const { baseUrl } = this.#incoming;
    return baseUrl === undefined || baseUrl === '' ? undefined : decodePath(baseUrl);
  }

  *variables(): Iterable<readonly [string, string]> {
    for (const name of SERVER_VARIABLES) {
      const value = this.variable(name);
      if (value !== undefined) yield [name, value];
    }
    for (const header of Object.keys(this.#incoming.headers)) {
      const name = `HTTP_${header.replaceAll('-', '_').toUpperCase()}`;
      const value = this.variable(name);
      if (value !== undefined && header !== 'content-type' && header !== 'content-length') yield [name, value];
    }
  }

  get body(): AsyncIterable<Buffer> {
    this.#body ??= httpBody(this.#incoming, this.#server?.limits, () => closeBehind(this.#outgoing));
    return this.#body;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const controller = requestAbort();
      this.#abort = controller;
      const outgoing = this.#outgoing;
      const onClose = (): void => {
        if (!outgoing.writableFinished) controller.abort();
      };
      if (outgoing.closed) onClose();
      else outgoing.once('close', onClose);
    }
    return this.#abort.signal;
  }

  get ended(): boolean {
    return this.#outgoing.writableEnded || this.#outgoing.destroyed;
  }

  respond(response: Response, body: Buffer | string | null): void {
    this.#writeHead(response);
    // Given a string, Node sends it in one write with the head, and both as UTF-8; the head is Latin-1.
    this.#outgoing.end(typeof body === 'string' ? Buffer.from(body) : (body ?? undefined));
  }

  begin(response: Response): void {
    this.#writeHead(response);
    this.#outgoing.flushHeaders();
  }

  write(chunk: Uint8Array): boolean {
    return this.#outgoing.write(chunk);
  }

  drained(): Promise<void> {
    return drained(this.#outgoing);
  }

  end(): void {
    this.#outgoing.end();
  }

  /** Closing the connection is how HTTP says that an answer is not whole. */
  abandon(): void {
    this.#outgoing.destroy();
  }

  #writeHead(response: Response): void {
    const fields: [name: string, value: string][] = [];
    eachField(response, (name, value) => fields.push([name, value]));
    const status = statusOf(response);
    for (const [name, value] of fields) this.#outgoing.appendHeader(name, value);
    this.#outgoing.writeHead(status);
  }
}

const SERVER_VARIABLES = [
  'REQUEST_METHOD',
  'REQUEST_URI',
  'SCRIPT_NAME',
  'PATH_INFO',
  'HTTPS',
  'CONTENT_TYPE',
  'CONTENT_LENGTH',
  'SERVER_PROTOCOL',
  'SERVER_NAME',
  'SERVER_PORT',
  'REMOTE_ADDR',
  'REMOTE_PORT',
] as const;

/** Stops accepting; requests in flight are finished, kept connections closed, what is left after `deadline` ms cut off. */
export async function closeHttpServer(server: Server, deadline: number): Promise<void> {
  server.prependListener('request', (_, outgoing: ServerResponse) => {
    outgoing.shouldKeepAlive = false;
  });
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), deadline);
  await closed;
  clearTimeout(timer);
}
