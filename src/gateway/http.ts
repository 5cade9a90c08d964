import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { BoundAddress, ListenAddress } from '@mapgate/fastcgi-kit';
import type { Application } from '../http/application.ts';
import { type GatewayRequest, Request } from '../http/request.ts';
import type { Response } from '../http/response.ts';
import { getLogger } from '../log.ts';
import { answerOf, internalError } from './answer.ts';
import { deriveTarget, type TargetRule } from './environ.ts';
import { allowsBody, knownLength } from './head.ts';
import { publicUrlOf } from './public-url.ts';

const log = getLogger('mapgate.gateway.http');

/** An HTTP server for an application; not yet listening. */
export function httpServer(application: Application, rule: TargetRule = {}): Server {
  return createServer((incoming, outgoing) => {
    const gateway = new HttpGatewayRequest(incoming, outgoing);
    const target = deriveTarget((name) => gateway.variable(name), rule);
    const request = new Request(target, gateway, publicUrlOf);
    const answer = answerOf(application, request);
    if (answer instanceof Promise) {
      answer.then((response) => send(outgoing, request, response)).catch((error: unknown) => giveUp(outgoing, error));
    } else {
      send(outgoing, request, answer);
    }
  });
}

/** CGI variables as a web server on this machine would set them (RFC 3875 section 4.1), read from an HTTP request. */
class HttpGatewayRequest implements GatewayRequest {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #abort: AbortController | undefined;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
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
        return this.#incoming.url;
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
}

const SERVER_VARIABLES = [
  'REQUEST_METHOD',
  'REQUEST_URI',
  'CONTENT_TYPE',
  'CONTENT_LENGTH',
  'SERVER_PROTOCOL',
  'SERVER_NAME',
  'SERVER_PORT',
  'REMOTE_ADDR',
  'REMOTE_PORT',
] as const;

function send(outgoing: ServerResponse, request: Request, response: Response): void {
  const { status, headers, body } = response;
  try {
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) outgoing.setHeader(name, value);
    }
  } catch (error) {
    for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
    send(outgoing, request, internalError(error, request));
    return;
  }
  const length = knownLength(body);
  if (length !== null && allowsBody(status) && !outgoing.hasHeader('Content-Length')) {
    outgoing.setHeader('Content-Length', length);
  }
  outgoing.writeHead(status);
  if (body === null || request.method === 'HEAD' || !allowsBody(status)) outgoing.end();
  else if (typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
  else stream(outgoing, body).catch((error: unknown) => giveUp(outgoing, error));
}

async function stream(outgoing: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = new AbortController();
  outgoing.once('close', () => closed.abort());
  for await (const chunk of body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await once(outgoing, 'drain', { signal: closed.signal });
  }
  outgoing.end();
}

/** Closing the connection is how HTTP says that an answer is not whole. */
function giveUp(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.destroyed) return;
  log.error({ err: error }, 'an answer broke off');
  outgoing.destroy();
}

/** Listens where a FastCGI responder could: on a descriptor, a unix socket or a TCP address. */
export async function listenHttp(server: Server, address: ListenAddress): Promise<BoundAddress> {
  server.listen('path' in address ? { path: address.path } : address);
  await once(server, 'listening');
  const bound = server.address();
  if ('fd' in address) return { fd: address.fd };
  if (bound === null || typeof bound === 'string') return { path: bound ?? '' };
  return { host: bound.address, port: bound.port };
}

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
