import { requestAbort } from './abort.ts';
import { RequestBody } from './body.ts';
import { ProtocolStatus, type ProtocolStatusNumber, RecordType } from './constants.ts';
import type { Limits, Params, Role } from './contract.ts';
import type { DispatchedRequest } from './dispatch.ts';
import { ProtocolError } from './errors.ts';
import { indexPairs } from './pairs.ts';
import { BufferParams } from './params.ts';
import { encodeAnswer, encodeClosing, encodeEndRequest, encodeStream } from './write-records.ts';

/** Tells the web server, as a CGI program's exit code would, that an answer is not whole. */
const ABANDONED_APP_STATUS = 1;

/** What a request needs of its connection. */
export interface RequestChannel {
  readonly limits: Limits;
  /** Sends a part of the request's output; `flushed` is called when the kernel has taken it. */
  send(buffers: Uint8Array[], flushed: () => void): void;
  /** Sends the last of a request, END_REQUEST included, and forgets its id. */
  finish(request: Request, buffers: Uint8Array[]): void;
  /** Closes the connection under the request if it has no other; false when it has. */
  closeIfAlone(request: Request): boolean;
  /** The application has taken from the body. */
  bodyTaken(): void;
}

/** One request of the TypeScript transport, from BEGIN_REQUEST until END_REQUEST is sent. */
export class Request implements DispatchedRequest {
  readonly id: number;
  readonly role: Role;
  readonly keepConnection: boolean;
  readonly body: RequestBody;
  /** When BEGIN_REQUEST came (`performance.now()`). */
  readonly begunAt = performance.now();

  readonly #channel: RequestChannel;
  #paramsChunks: Buffer[] = [];
  #paramsBytes = 0;
  #params: Params | null = null;
  #answerBegun = false;
  #ended = false;
  /** Why the request was aborted. */
  #abortError: ProtocolError | null = null;
  #controller: AbortController | null = null;
  #unflushedBytes = 0;
  #drainWaiters: { resolve(): void; reject(error: Error): void }[] = [];

  constructor(channel: RequestChannel, id: number, role: Role, keepConnection: boolean) {
    this.#channel = channel;
    this.id = id;
    this.role = role;
    this.keepConnection = keepConnection;
    this.body = new RequestBody(() => channel.bodyTaken());
  }

  /** Whether PARAMS have ended and the application has the request. */
  get dispatched(): boolean {
    return this.#params !== null;
  }

  get params(): Params {
    if (this.#params === null) throw new Error('PARAMS have not ended');
    return this.#params;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get answerBegun(): boolean {
    return this.#answerBegun;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = requestAbort();
      if (this.#abortError) this.#controller.abort(this.#abortError);
    }
    return this.#controller.signal;
  }

  /** @throws ProtocolError `limit` when PARAMS are longer than `limits.paramsBytes` */
  addParams(chunk: Buffer): void {
    this.#paramsBytes += chunk.length;
    const { paramsBytes } = this.#channel.limits;
    if (this.#paramsBytes > paramsBytes) throw new ProtocolError('limit', `PARAMS of more than ${paramsBytes} bytes`);
    this.#paramsChunks.push(chunk);
  }

  /** @throws ProtocolError `limit` for too many pairs, `malformed` for a pair that is cut short */
  endParams(): void {
    const [only] = this.#paramsChunks;
    const bytes = only && this.#paramsChunks.length === 1 ? only : Buffer.concat(this.#paramsChunks);
    this.#params = new BufferParams(bytes, indexPairs(bytes, this.#channel.limits.paramsPairs));
    this.#paramsChunks = [];
  }

  respond(head: string | Uint8Array, body: string | Uint8Array | null = null, appStatus = 0): void {
    if (this.#ended) return;
    if (this.#abortError) {
      this.end(appStatus);
      return;
    }
    if (this.#answerBegun) throw new Error('respond() gives a whole answer; this one was begun with write()');
    this.#answerBegun = true;
    this.#finish(encodeAnswer(this.id, head, body ?? '', appStatus));
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.#ended || this.#abortError) return false;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    if (bytes.length === 0) return this.#belowWindow();
    this.#answerBegun = true;
    this.#send(RecordType.STDOUT, bytes);
    return this.#belowWindow();
  }

  drained(): Promise<void> {
    if (this.#abortError) return Promise.reject(this.#abortError);
    if (this.#ended || this.#belowWindow()) return Promise.resolve();
    return new Promise((resolve, reject) => this.#drainWaiters.push({ resolve, reject }));
  }

  end(appStatus = 0): void {
    if (this.#ended) return;
    this.#finish([
      this.#abortError
        ? encodeEndRequest(this.id, appStatus, ProtocolStatus.REQUEST_COMPLETE)
        : encodeClosing(this.id, appStatus, ProtocolStatus.REQUEST_COMPLETE),
    ]);
  }

  writeStderr(text: string): void {
    if (this.#ended || this.#abortError || text === '') return;
    this.#send(RecordType.STDERR, Buffer.from(text, 'utf8'));
  }

  abandon(reason: string): void {
    if (this.#ended) return;
    if (this.#abortError) {
      this.end(this.#answerBegun ? ABANDONED_APP_STATUS : 0);
      return;
    }
    if (this.#channel.closeIfAlone(this)) return;
    this.writeStderr(reason);
    this.end(ABANDONED_APP_STATUS);
  }

  /** END_REQUEST with a refusal, from the transport itself. */
  refuse(status: ProtocolStatusNumber, error: ProtocolError): void {
    if (this.#ended) return;
    this.#finish([encodeEndRequest(this.id, 0, status)], error);
  }

  /** ABORT_REQUEST: the application is told; the id lives on until it ends the request. */
  abort(error: ProtocolError): void {
    if (this.#ended || this.#abortError) return;
    this.#abortError = error;
    this.body.fail(error);
    for (const waiter of this.#drainWaiters.splice(0)) waiter.reject(error);
    this.#controller?.abort(error);
  }

  /** The connection is gone. */
  disconnect(error: ProtocolError): void {
    this.abort(error);
    this.#ended = true;
  }

  #belowWindow(): boolean {
    return this.#unflushedBytes <= this.#channel.limits.outputWindow;
  }

  #send(type: number, bytes: Uint8Array): void {
    const { length } = bytes;
    this.#unflushedBytes += length;
    this.#channel.send(encodeStream(type, this.id, bytes), () => {
      this.#unflushedBytes -= length;
      if (this.#belowWindow()) for (const waiter of this.#drainWaiters.splice(0)) waiter.resolve();
    });
  }

  #finish(buffers: Uint8Array[], abortError: ProtocolError | null = null): void {
    if (abortError) this.abort(abortError);
    this.#ended = true;
    for (const waiter of this.#drainWaiters.splice(0)) waiter.resolve();
    this.#channel.finish(this, buffers);
    this.body.fail(new ProtocolError('aborted', 'the request has ended'));
  }
}
