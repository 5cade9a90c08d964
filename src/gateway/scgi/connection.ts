import type { Socket } from 'node:net';
import { type Limits, ProtocolError } from '@mapgate/fastcgi-kit';
import { type Exchange, refuse } from '../exchange.ts';
import type { SocketConnection } from '../socket-server.ts';
import { ScgiExchange } from './exchange.ts';
import { ScgiHeadParser } from './head-parser.ts';

export interface ScgiConnectionOptions {
  readonly socket: Socket;
  readonly limits: Limits;
  readonly onRequest: (exchange: Exchange) => void;
  /** A connection was ended for breaking the protocol or a limit. */
  readonly onError: (error: ProtocolError) => void;
}

/** A connection brings one request and ends with its answer. */
export class ScgiConnection implements SocketConnection {
  readonly #options: ScgiConnectionOptions;
  readonly #parser: ScgiHeadParser;
  readonly #headTimer: NodeJS.Timeout | undefined;
  #exchange: ScgiExchange | undefined;

  constructor(options: ScgiConnectionOptions) {
    const { socket, limits } = options;
    this.#options = options;
    this.#parser = new ScgiHeadParser({ bytes: limits.paramsBytes, pairs: limits.paramsPairs });
    if (limits.headerTimeout > 0) {
      this.#headTimer = setTimeout(() => this.#refuse(headTooLate(limits.headerTimeout)), limits.headerTimeout);
    }
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.once('end', () => this.#onGone());
    socket.once('close', () => this.#onGone());
  }

  /** Nothing to do: whoever connected has a request, which comes before `headerTimeout` or never. */
  drain(): void {}

  #onData(chunk: Buffer): void {
    if (this.#exchange !== undefined) {
      this.#exchange.receive(chunk);
      return;
    }
    try {
      this.#readHead(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refuse(error);
    }
  }

  #readHead(chunk: Buffer): void {
    const parsed = this.#parser.push(chunk);
    if (parsed === undefined) return;
    clearTimeout(this.#headTimer);
    const { socket, limits, onRequest } = this.#options;
    const { head, rest } = parsed;
    const exchange = new ScgiExchange(socket, head, limits);
    this.#exchange = exchange;
    if (head.contentLength > limits.stdinBytes) {
      refuse(exchange, 413, 'the request body is too large');
      this.#options.onError(
        new ProtocolError('limit', `a body of ${head.contentLength} bytes; at most ${limits.stdinBytes} are taken`),
      );
      return;
    }
    exchange.receive(rest);
    onRequest(exchange);
  }

  /** A head that is too large is the client's doing and gets an answer; one that is broken is the web server's. */
  #refuse(error: ProtocolError): void {
    const { socket, limits, onError } = this.#options;
    clearTimeout(this.#headTimer);
    onError(error);
    if (error.code !== 'limit') {
      socket.destroy();
      return;
    }
    this.#exchange = new ScgiExchange(socket, { variables: new Map(), contentLength: 0 }, limits);
    refuse(this.#exchange, 431, 'the request head is too large');
  }

  #onGone(): void {
    clearTimeout(this.#headTimer);
    if (this.#exchange === undefined) this.#options.socket.destroy();
    else this.#exchange.lose();
  }
}

function headTooLate(limit: number): ProtocolError {
  return new ProtocolError('timeout', `no whole request head within ${limit} ms`);
}
