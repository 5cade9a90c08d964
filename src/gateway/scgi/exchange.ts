import type { Socket } from 'node:net';
import { type Limits, ProtocolError, requestAbort } from '@mapgate/fastcgi-kit';
import type { Response } from '../../http/response.ts';
import type { Exchange } from '../exchange.ts';
import { cgiHead } from '../head.ts';
import { IncomingBody } from '../incoming-body.ts';
import { cutOff, drained, endGently } from '../sockets.ts';
import type { ScgiHead } from './head-parser.ts';

/** The request of an SCGI connection, and its answer: that of a CGI program, ended by closing the connection. */
export class ScgiExchange implements Exchange {
  service: string | undefined;
  readonly body: IncomingBody;
  readonly #socket: Socket;
  readonly #head: ScgiHead;
  readonly #limits: Limits;
  readonly #abort = requestAbort();
  #ended = false;

  constructor(socket: Socket, head: ScgiHead, limits: Limits) {
    this.#socket = socket;
    this.#head = head;
    this.#limits = limits;
    this.body = new IncomingBody({ window: limits.stdinWindow, onWanted: () => this.#onBodyWanted() });
    if (head.contentLength === 0) this.body.finish();
    socket.on('timeout', () => this.#onTimeout());
  }

  /** Bytes of the body; what comes behind it means nothing and is dropped. */
  receive(chunk: Buffer): void {
    const { body } = this;
    if (body.settled || chunk.length === 0) return;
    const goOn = body.receive(chunk.subarray(0, this.#head.contentLength - body.received));
    if (body.received === this.#head.contentLength) {
      this.#socket.setTimeout(0);
      body.finish();
    } else if (!goOn) {
      this.#socket.pause();
    }
  }

  /** The web server went away; or its client did, which web servers tell in this way. */
  lose(): void {
    this.body.fail(new ProtocolError('disconnected', 'the connection was closed before the body was whole'));
    if (!this.#ended) {
      this.#ended = true;
      this.#abort.abort();
      this.#socket.destroy();
    }
  }

  variable(name: string): string | undefined {
    return this.#head.variables.get(name);
  }

  get peer(): string | undefined {
    return this.variable('REMOTE_ADDR');
  }

  variables(): Iterable<readonly [string, string]> {
    return this.#head.variables;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  respond(response: Response, body: Buffer | string | null): void {
    const head = cgiHead(response);
    if (this.#ended) return;
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    if (body !== null) this.#socket.write(body);
    this.end();
    this.#socket.uncork();
  }

  begin(response: Response): void {
    const head = cgiHead(response);
    if (this.#ended) return;
    this.#watchOutput();
    this.#socket.write(head, 'latin1');
  }

  write(chunk: Uint8Array): boolean {
    return !this.#ended && this.#socket.write(chunk);
  }

  drained(): Promise<void> {
    return drained(this.#socket);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.body.giveUp();
    this.#watchOutput();
    endGently(this.#socket);
  }

  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    cutOff(this.#socket);
  }

  #onBodyWanted(): void {
    this.#socket.setTimeout(this.#limits.bodyTimeout);
    this.#socket.resume();
  }

  #watchOutput(): void {
    this.#socket.setTimeout(this.#limits.writeTimeout);
  }

  /** Nothing went in either direction for the time that was set last. */
  #onTimeout(): void {
    if (this.#socket.writableLength > 0) {
      this.#socket.destroy();
    } else if (!this.body.settled && !this.#socket.isPaused()) {
      this.body.fail(new ProtocolError('timeout', `no byte of the body within ${this.#limits.bodyTimeout} ms`));
    }
  }
}
