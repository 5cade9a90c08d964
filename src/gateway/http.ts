import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Application } from '../http/application.ts';
import { countCarriedAs } from '../http/carried.ts';
import { decodePath } from '../http/percent.ts';
import type { Response } from '../http/response.ts';
import { addOne, counter } from '../metrics.ts';
import type { TargetRule } from './environ.ts';
import { type Exchange, serve } from './exchange.ts';
import { eachField, statusOf } from './head.ts';
import { drained } from './sockets.ts';

/** An HTTP server for an application; not yet listening. */
export function httpServer(application: Application, rule: TargetRule = {}): Server {
  const server = createServer(toNodeListener(application, rule));
  server.on('connection', (socket) => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (NO_HTTP.test(error.code ?? '')) addOne(errors);
    });
  });
  return server;
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

/** CGI variables as a web server on this machine would set them (RFC 3875 section 4.1), read from an HTTP request. */
class HttpExchange implements Exchange {
  #service: string | undefined;
  readonly #incoming: MountedRequest;
  readonly #outgoing: ServerResponse;
  #abort: AbortController | undefined;

  constructor(incoming: MountedRequest, outgoing: ServerResponse) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
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
    return this.#incoming;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const controller = new AbortController();
      this.#abort = controller;
      this.#outgoing.once('close', () => {
        if (!this.#outgoing.writableFinished) controller.abort();
      });
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
