import { type Limits, ProtocolError, requestAbort } from '@mapgate/fastcgi-kit';
import type { Response } from '../../http/response.ts';
import type { Exchange } from '../exchange.ts';
import { IncomingBody } from '../incoming-body.ts';
import type { ForwardRequest } from './forward-request.ts';
import { PayloadReader } from './payload-reader.ts';
import { FLUSH, sendBody, sendHeaders } from './write-packets.ts';

/** What a request does with its connection. */
export interface AjpChannel {
  readonly packetSize: number;
  /** False: go on after `drained()`. */
  send(packets: readonly Uint8Array[]): boolean;
  drained(): Promise<void>;
  /** Asks for the next packet of the body, if none is on its way. */
  askForBody(): void;
  /** The last packets of the answer are sent, and END_RESPONSE behind them. */
  finish(packets: readonly Uint8Array[]): void;
  cutOff(): void;
}

/** A request on an AJP connection, and its answer. */
export class AjpExchange implements Exchange {
  service: string | undefined;
  readonly body: IncomingBody;
  readonly #channel: AjpChannel;
  readonly #forward: ForwardRequest;
  readonly #mostBytes: number;
  readonly #abort = requestAbort();
  #ended = false;

  constructor(channel: AjpChannel, forward: ForwardRequest, limits: Limits) {
    this.#channel = channel;
    this.#forward = forward;
    this.#mostBytes = limits.stdinBytes;
    this.body = new IncomingBody({ window: limits.stdinWindow, onWanted: () => this.#onBodyWanted() });
    if (forward.contentLength === 0) this.body.finish();
  }

  /**
   * A packet of the body; one without data is its end.
   *
   * @throws ProtocolError `malformed`
   */
  receive(payload: Buffer): void {
    const { body } = this;
    if (body.settled) return;
    const data = bodyData(payload);
    const { contentLength } = this.#forward;
    if (data.length === 0) {
      if (contentLength === null) body.finish();
      else body.fail(new ProtocolError('disconnected', 'the body ended before it was whole'));
      return;
    }
    const received = body.received + data.length;
    if (contentLength !== null && received > contentLength) {
      throw new ProtocolError('malformed', 'the body is longer than its content-length');
    }
    if (received > this.#mostBytes) {
      body.fail(new ProtocolError('limit', `a body of more than ${this.#mostBytes} bytes`));
      return;
    }
    body.receive(data);
    if (received === contentLength) body.finish();
  }

  /** The connection is gone; web servers tell in this way, too, that their client is. */
  lose(error: ProtocolError): void {
    this.body.fail(error);
    if (this.#ended) return;
    this.#ended = true;
    this.#abort.abort();
  }

  variable(name: string): string | undefined {
    return this.#forward.variables.get(name);
  }

  get peer(): string | undefined {
    return this.variable('REMOTE_ADDR');
  }

  variables(): Iterable<readonly [string, string]> {
    return this.#forward.variables;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  respond(response: Response, body: Buffer | string | null): void {
    const { packetSize } = this.#channel;
    const head = sendHeaders(response, packetSize);
    const data = typeof body === 'string' ? Buffer.from(body) : body;
    this.#finish([head, ...(data === null ? [] : sendBody(data, packetSize))]);
  }

  begin(response: Response): void {
    const head = sendHeaders(response, this.#channel.packetSize);
    if (!this.#ended) this.#channel.send([head]);
  }

  /** Each part is followed by a flush: web servers wait for more otherwise. */
  write(chunk: Uint8Array): boolean {
    return !this.#ended && this.#channel.send([...sendBody(chunk, this.#channel.packetSize), FLUSH]);
  }

  drained(): Promise<void> {
    return this.#channel.drained();
  }

  end(): void {
    this.#finish([]);
  }

  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#channel.cutOff();
  }

  #onBodyWanted(): void {
    if (!this.#ended) this.#channel.askForBody();
  }

  #finish(packets: readonly Uint8Array[]): void {
    if (this.#ended) return;
    this.#ended = true;
    this.body.giveUp();
    this.#channel.finish(packets);
  }
}

function bodyData(payload: Buffer): Buffer {
  if (payload.length === 0) return payload;
  const length = new PayloadReader(payload).integer();
  if (length > payload.length - 2) throw new ProtocolError('malformed', 'a packet of the body ends too early');
  return payload.subarray(2, 2 + length);
}
