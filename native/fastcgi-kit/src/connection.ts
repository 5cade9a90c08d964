import type { Socket } from 'node:net';
import type { Limits, Role } from './contract.ts';
import { Demultiplexer, type DemultiplexerOwner, type RequestCounters } from './demultiplexer.ts';
import { ProtocolError } from './errors.ts';
import { RecordParser } from './records.ts';
import type { Request } from './request.ts';
import { WriteProgress } from './write-progress.ts';

/**
 * After our end of a connection is closed, what the peer still sends is read and dropped for this long: closing with
 * unread bytes resets the connection, and the peer would lose the answer.
 */
const LINGER_MILLISECONDS = 5000;

/**
 * How long a connection that never had a request may live on while we stop: its first bytes may be on their way, and a
 * request on a connection that we accepted is not to be lost.
 */
const FIRST_REQUEST_GRACE_MILLISECONDS = 1000;

/** What a connection needs of its responder. */
export interface ConnectionHost {
  readonly limits: Limits;
  readonly roles: ReadonlySet<Role>;
  readonly counters: RequestCounters;
  dispatch(request: Request): void;
  /** A connection was ended for breaking the protocol or a limit. */
  report(error: ProtocolError): void;
  closed(connection: Connection): void;
}

/** One connection from a web server: the socket, what waits on it, and when it is closed. */
export class Connection implements DemultiplexerOwner {
  readonly limits: Limits;
  readonly roles: ReadonlySet<Role>;
  readonly counters: RequestCounters;
  readonly #host: ConnectionHost;
  readonly #socket: Socket;
  readonly #demultiplexer: Demultiplexer;
  readonly #parser: RecordParser;
  readonly #progress: WriteProgress;
  readonly #answerFlushed = (error?: Error | null): void => {
    this.#unflushedAnswers--;
    if (error) this.#onLost();
    else this.#updateReading();
  };

  /** Open: records are read. Closing: our end is closed, what comes is dropped. Closed: the socket is gone. */
  #state: 'open' | 'closing' | 'closed' = 'open';
  /** Whether to close when no request is open any more. */
  #closeWhenIdle = false;
  #draining: { readonly since: number; readonly idleGrace: number } | null = null;
  #unflushedAnswers = 0;
  #paused = false;
  #idleSince = performance.now();
  /** Since when a record is incomplete. */
  #partSince = 0;
  #closingSince = 0;

  constructor(host: ConnectionHost, socket: Socket) {
    this.#host = host;
    this.limits = host.limits;
    this.roles = host.roles;
    this.counters = host.counters;
    this.#socket = socket;
    this.#progress = new WriteProgress(socket);
    this.#demultiplexer = new Demultiplexer(this);
    this.#parser = new RecordParser((type, id, content) => {
      this.#demultiplexer.take(type, id, content);
      return this.#state === 'open';
    });
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => this.#onEnd());
    // A peer that goes away is an ordinary event; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#onClose());
  }

  /** Looks at the clock: closes what has waited too long. `now` is `performance.now()`. */
  checkTimes(now: number): void {
    const { headerTimeout, idleTimeout, bodyTimeout, writeTimeout } = this.limits;
    const stalledSince = this.#progress.stalledSince(now);
    if (passed(now, stalledSince, writeTimeout)) {
      this.#timeOut('the web server does not take its answers');
    } else if (this.#state === 'closing') {
      if (stalledSince !== null) this.#closingSince = now;
      else if (now - this.#closingSince > LINGER_MILLISECONDS) this.destroy();
    } else if (this.#hasNoRequest) {
      if (this.#parser.heldBytes > 0 && passed(now, this.#partSince, headerTimeout)) {
        this.#timeOut('the web server does not finish a record');
      } else if (this.#drainIsOver(now) || passed(now, this.#idleSince, idleTimeout)) {
        this.#close();
      }
    } else {
      for (const { begunAt, dispatched, body } of this.#demultiplexer.requests.values()) {
        if (!dispatched && passed(now, begunAt, headerTimeout)) this.#timeOut('the web server does not finish PARAMS');
        else if (passed(now, body.waitingSince, bodyTimeout)) this.#timeOut('the web server does not finish STDIN');
      }
    }
  }

  /** Close as soon as no request is open and, for a kept connection, `idleGrace` ms have passed without one. */
  drain(idleGrace: number): void {
    const now = performance.now();
    this.#draining = { since: now, idleGrace };
    if (this.#hasNoRequest && this.#drainIsOver(now)) this.#close();
  }

  /** Ends everything at once; open requests are aborted. */
  destroy(error = new ProtocolError('disconnected', 'the connection is closed')): void {
    this.#disconnectRequests(error);
    this.#socket.destroy();
  }

  dispatch(request: Request): void {
    this.#host.dispatch(request);
  }

  reply(record: Buffer): void {
    this.#writeAnswer([record]);
  }

  refuse(endRequest: Buffer, keepConnection: boolean): void {
    this.#answer([endRequest], keepConnection, false);
  }

  send(buffers: Uint8Array[], flushed: () => void): void {
    if (this.#state !== 'open') return;
    this.#write(buffers, (error) => {
      // Told as flushed, a failed write would make the application go on.
      if (error) this.#onLost();
      else flushed();
    });
  }

  finish(request: Request, buffers: Uint8Array[]): void {
    if (this.#forget(request)) this.#answer(buffers, request.keepConnection, request.body.whole);
  }

  closeIfAlone(request: Request): boolean {
    if (this.#demultiplexer.requests.size > 1 || !this.#forget(request)) return false;
    request.disconnect(new ProtocolError('disconnected', 'the answer was abandoned'));
    this.#socket.destroy();
    return true;
  }

  bodyTaken(): void {
    this.#updateReading();
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'open') return;
    const wasWhole = this.#parser.heldBytes === 0;
    try {
      this.#parser.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail(error);
      return;
    }
    if (wasWhole) this.#partSince = performance.now();
    this.#updateReading();
  }

  /** The peer has closed its end: it has gone, and so has everything that it waits for. */
  #onEnd(): void {
    this.#disconnectRequests(new ProtocolError('disconnected', 'the web server closed the connection'));
    this.#state = 'closing';
    this.#closingSince = performance.now();
    this.#socket.destroySoon();
  }

  /** The socket has failed; 'close' follows, but not before the application's next turn. */
  #onLost(): void {
    this.#disconnectRequests(new ProtocolError('disconnected', 'the connection to the web server was lost'));
  }

  #onClose(): void {
    this.#onLost();
    this.#state = 'closed';
    this.#host.closed(this);
  }

  #disconnectRequests(error: ProtocolError): void {
    for (const request of this.#demultiplexer.requests.values()) {
      this.#forget(request);
      this.counters.aborted++;
      request.disconnect(error);
    }
  }

  #forget(request: Request): boolean {
    if (!this.#demultiplexer.forget(request)) return false;
    if (this.#hasNoRequest) this.#idleSince = performance.now();
    return true;
  }

  get #hasNoRequest(): boolean {
    return this.#demultiplexer.requests.size === 0;
  }

  #timeOut(what: string): void {
    this.#fail(new ProtocolError('timeout', what));
  }

  #fail(error: ProtocolError): void {
    if (this.#state === 'closed') return;
    this.#host.report(error);
    this.destroy(error);
  }

  #drainIsOver(now: number): boolean {
    if (this.#draining === null || this.#parser.heldBytes > 0) return false;
    const { since, idleGrace } = this.#draining;
    const isNew = this.#demultiplexer.begun === 0;
    const grace = isNew ? Math.max(idleGrace, FIRST_REQUEST_GRACE_MILLISECONDS) : idleGrace;
    return now - Math.max(since, this.#idleSince) >= grace;
  }

  /** Sends the last of a request; closes behind it when that was the last of the connection. */
  #answer(buffers: Uint8Array[], keepConnection: boolean, inputIsWhole: boolean): void {
    if (!keepConnection || this.#draining) this.#closeWhenIdle = true;
    if (this.#closeWhenIdle && this.#hasNoRequest) this.#close(buffers, inputIsWhole);
    else this.#writeAnswer(buffers);
  }

  /** Closes after the last bytes; everything that the peer sends afterwards is dropped. */
  #close(last: Uint8Array[] = [], inputIsWhole = true): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#closingSince = performance.now();
    const [only] = last;
    if (only && last.length === 1) {
      this.#socket.end(only);
    } else {
      if (last.length > 0) this.#write(last);
      this.#socket.end();
    }
    if (inputIsWhole && this.#parser.heldBytes === 0) this.#socket.destroySoon();
    else if (this.#paused) this.#socket.resume();
  }

  #writeAnswer(buffers: Uint8Array[]): void {
    if (this.#state !== 'open') return;
    this.#unflushedAnswers++;
    this.#write(buffers, this.#answerFlushed);
  }

  /** One write to the kernel, however many buffers. */
  #write(buffers: Uint8Array[], flushed?: (error?: Error | null) => void): void {
    const [only] = buffers;
    if (only && buffers.length === 1) {
      this.#socket.write(only, flushed);
      return;
    }
    this.#socket.cork();
    const last = buffers.length - 1;
    for (const [i, buffer] of buffers.entries()) this.#socket.write(buffer, i === last ? flushed : undefined);
    this.#socket.uncork();
  }

  /**
   * Reading pauses for a body that nobody reads, as `FcgiRequest.body` says, and for a peer that asks on without taking
   * its answers: as many may wait as requests may be open.
   */
  #updateReading(): void {
    if (this.#state !== 'open') return;
    const pause = this.#unflushedAnswers > this.limits.requestsPerConnection || this.#demultiplexer.bodyIsFull;
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#socket.pause();
    else this.#socket.resume();
  }
}

/** Whether a limit of time (0: none) has run out since a moment (null: nothing waits). */
function passed(now: number, since: number | null, limit: number): boolean {
  return limit > 0 && since !== null && now - since > limit;
}
