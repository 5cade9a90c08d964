import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Limits, ProtocolError } from '@mapgate/fastcgi-kit';
import { type Exchange, refuse } from '../exchange.ts';
import type { SocketConnection } from '../socket-server.ts';
import { cutOff, drained, endGently } from '../sockets.ts';
import { Prefix } from './codes.ts';
import { type AjpChannel, AjpExchange } from './exchange.ts';
import { readForwardRequest } from './forward-request.ts';
import { PacketParser } from './packet-parser.ts';
import { PayloadReader } from './payload-reader.ts';
import { CPONG, endResponse, getBodyChunk } from './write-packets.ts';

export interface AjpConnectionOptions {
  readonly socket: Socket;
  readonly limits: Limits;
  /** Bytes of the largest packet, both ways; the web server must have the same. */
  readonly packetSize: number;
  /** What the web server must send with each request; undefined: nothing. */
  readonly secret: string | undefined;
  readonly onRequest: (exchange: Exchange) => void;
  /** A connection was ended for breaking the protocol or a limit. */
  readonly onError: (error: ProtocolError) => void;
}

/** Milliseconds that a connection without a request stays open while the server stops: one may be on its way. */
const IDLE_GRACE = 1_000;

/** A connection of a web server: one request after the other. */
export class AjpConnection implements SocketConnection, AjpChannel {
  readonly packetSize: number;
  readonly #options: AjpConnectionOptions;
  readonly #parser: PacketParser;
  #exchange: AjpExchange | undefined;
  /** The next packet is one of the body: those have no type of their own. */
  #bodyExpected = false;
  #closing = false;
  #headTimer: NodeJS.Timeout | undefined;
  #graceTimer: NodeJS.Timeout | undefined;

  constructor(options: AjpConnectionOptions) {
    this.#options = options;
    this.packetSize = options.packetSize;
    this.#parser = new PacketParser(options.packetSize, (payload) => this.#onPacket(payload));
    const { socket } = options;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('timeout', () => this.#onTimeout());
    socket.once('end', () => this.#onGone());
    socket.once('close', () => this.#onGone());
    socket.setTimeout(options.limits.idleTimeout);
  }

  drain(): void {
    this.#closing = true;
    this.#graceTimer = setTimeout(() => {
      if (this.#exchange === undefined) endGently(this.#options.socket);
    }, IDLE_GRACE);
  }

  send(packets: readonly Uint8Array[]): boolean {
    const { socket, limits } = this.#options;
    socket.setTimeout(limits.writeTimeout);
    let below = true;
    socket.cork();
    for (const packet of packets) below = socket.write(packet);
    socket.uncork();
    return below;
  }

  drained(): Promise<void> {
    return drained(this.#options.socket);
  }

  askForBody(): void {
    const { socket, limits } = this.#options;
    if (!this.#bodyExpected) socket.write(getBodyChunk(this.packetSize));
    this.#bodyExpected = true;
    socket.setTimeout(limits.bodyTimeout);
  }

  finish(packets: readonly Uint8Array[]): void {
    const { socket, limits } = this.#options;
    this.send([...packets, endResponse(!this.#closing)]);
    this.#exchange = undefined;
    if (this.#closing) endGently(socket);
    else socket.setTimeout(limits.idleTimeout);
  }

  cutOff(): void {
    cutOff(this.#options.socket);
  }

  #onData(chunk: Buffer): void {
    try {
      this.#parser.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail(error);
      return;
    }
    this.#watchHead();
  }

  /** A request must be whole soon after its first byte, however slowly the rest drips in. */
  #watchHead(): void {
    const { headerTimeout } = this.#options.limits;
    if (!this.#parser.partial || this.#exchange !== undefined) {
      clearTimeout(this.#headTimer);
      this.#headTimer = undefined;
    } else if (headerTimeout > 0 && this.#headTimer === undefined) {
      const late = new ProtocolError('timeout', `no whole packet within ${headerTimeout} ms`);
      this.#headTimer = setTimeout(() => this.#fail(late), headerTimeout);
    }
  }

  #onPacket(payload: Buffer): void {
    if (this.#bodyExpected) {
      this.#bodyExpected = false;
      this.#options.socket.setTimeout(0);
      this.#exchange?.receive(payload);
      return;
    }
    // lighttpd ends the body of each request with an empty packet, asked or not.
    if (payload.length === 0) return;
    if (this.#exchange !== undefined) {
      throw new ProtocolError('malformed', 'a packet came that nobody asked for, in the middle of a request');
    }
    const reader = new PayloadReader(payload);
    const prefix = reader.byte();
    if (prefix === Prefix.CPING) this.#options.socket.write(CPONG);
    else if (prefix === Prefix.FORWARD_REQUEST) this.#begin(reader);
    else if (prefix === Prefix.SHUTDOWN) throw new ProtocolError('forbidden', 'SHUTDOWN is not obeyed');
    else throw new ProtocolError('malformed', `unknown packet type ${prefix}`);
  }

  #begin(reader: PayloadReader): void {
    const { socket, limits, secret, onRequest, onError } = this.#options;
    const forward = readForwardRequest(reader);
    const exchange = new AjpExchange(this, forward, limits);
    this.#exchange = exchange;
    // The first packet of a body of known length comes unasked.
    this.#bodyExpected = forward.contentLength !== null && forward.contentLength > 0;
    socket.setTimeout(0);
    if (secret !== undefined && (forward.secret === null || !isSame(forward.secret, secret))) {
      this.#closing = true;
      onError(new ProtocolError('forbidden', 'a request came without the secret'));
      refuse(exchange, 403, 'forbidden');
    } else if ((forward.contentLength ?? 0) > limits.stdinBytes) {
      refuse(exchange, 413, 'the request body is too large');
    } else {
      onRequest(exchange);
    }
  }

  #onTimeout(): void {
    const { socket, limits } = this.#options;
    if (socket.writableLength > 0 || this.#exchange === undefined) {
      socket.destroy();
    } else if (this.#bodyExpected) {
      this.#exchange.body.fail(new ProtocolError('timeout', `no byte of the body within ${limits.bodyTimeout} ms`));
    }
  }

  #fail(error: ProtocolError): void {
    this.#options.onError(error);
    this.#lose(error);
  }

  #onGone(): void {
    this.#lose(new ProtocolError('disconnected', 'the web server closed the connection'));
  }

  #lose(error: ProtocolError): void {
    clearTimeout(this.#headTimer);
    clearTimeout(this.#graceTimer);
    this.#exchange?.lose(error);
    this.#exchange = undefined;
    if (!this.#options.socket.writableEnded) this.#options.socket.destroy();
  }
}

/** Compares without telling by the time it takes how much was right. */
function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
