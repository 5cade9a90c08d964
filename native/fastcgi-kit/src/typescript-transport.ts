import { createServer, type Server, type Socket } from 'node:net';
import { Connection, type ConnectionHost } from './connection.ts';
import type { BoundAddress, Limits, ListenAddress, Responder, ResponderStats, Role } from './contract.ts';
import { dispatch } from './dispatch.ts';
import { ProtocolError } from './errors.ts';
import type { ResolvedOptions } from './limits.ts';
import { type Listener, listenOn } from './listener.ts';
import { allowedPeers, type PeerList } from './peers.ts';
import type { Request } from './request.ts';

/** The clock is looked at this often at most and at least; in between, four times in the shortest limit. */
const MIN_TICK_MILLISECONDS = 5;
const MAX_TICK_MILLISECONDS = 1000;
const TICKS_PER_LIMIT = 4;
/** While stopping, idle connections are closed about as soon as their grace is over. */
const CLOSING_TICK_MILLISECONDS = 20;

/**
 * Connections above `limits.connections` wait here unread, as they would in the kernel's backlog if Node could stop
 * accepting; as many as that holds by default.
 */
const MAX_WAITING_CONNECTIONS = 511;

/** The FastCGI responder on node:net: the reference for the native one, and its stand-in where no addon loads. */
export class TypeScriptResponder implements Responder, ConnectionHost {
  readonly transport = 'typescript';
  readonly fallbackReason: string | null;
  readonly limits: Limits;
  readonly roles: ReadonlySet<Role>;
  readonly counters = {
    connectionsAccepted: 0,
    requests: 0,
    requestsOpen: 0,
    protocolErrors: 0,
    overloaded: 0,
    aborted: 0,
  };

  readonly #options: ResolvedOptions;
  readonly #peers: PeerList | null;
  readonly #listeners = new Set<Listener>();
  readonly #connections = new Set<Connection>();
  readonly #waiting = new Set<Socket>();
  #ticker: NodeJS.Timeout | null = null;
  #closing: { readonly promise: Promise<void>; resolve(): void; readonly idleGrace: number } | null = null;
  #deadline: NodeJS.Timeout | null = null;

  /** @param fallbackReason why this transport runs although 'auto' was asked; null when it was chosen */
  constructor(options: ResolvedOptions, fallbackReason: string | null) {
    this.#options = options;
    this.fallbackReason = fallbackReason;
    this.limits = options.limits;
    this.roles = new Set(options.roles ?? ['responder']);
    this.#peers = allowedPeers(options.allow);
  }

  get stats(): ResponderStats {
    return { ...this.counters, connectionsOpen: this.#connections.size };
  }

  async listen(address: ListenAddress): Promise<BoundAddress> {
    if (this.#closing) throw new Error('this responder is closed');
    const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#accept(socket, server.address() !== null && typeof server.address() === 'object');
    });
    const listener = await listenOn(server, address);
    if (this.#closing) {
      listener.close(false);
      throw new Error('this responder was closed while it began to listen');
    }
    this.#listeners.add(listener);
    return listener.address;
  }

  close(options: { deadline?: number; idleGrace?: number; keepSocketFile?: boolean } = {}): Promise<void> {
    const { deadline, idleGrace = 0, keepSocketFile = false } = options;
    if (deadline !== undefined) {
      if (this.#deadline) clearTimeout(this.#deadline);
      this.#deadline = setTimeout(() => this.#destroyAll(), deadline);
    }
    if (this.#closing) {
      this.#settleClose();
      return this.#closing.promise;
    }
    let resolve = (): void => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    this.#closing = { promise, resolve, idleGrace };
    for (const listener of this.#listeners) listener.close(keepSocketFile);
    this.#listeners.clear();
    for (const connection of this.#connections) connection.drain(idleGrace);
    this.#stopTicking();
    if (this.#connections.size > 0) this.#startTicking();
    this.#settleClose();
    return promise;
  }

  dispatch(request: Request): void {
    dispatch(this.#options.onRequest, request, this.#options.onError);
  }

  report(error: ProtocolError): void {
    this.counters.protocolErrors++;
    this.#options.onError?.(error);
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection);
    const [next] = this.#waiting;
    if (next && this.#hasRoom()) {
      this.#waiting.delete(next);
      this.#serve(next);
    }
    if (this.#connections.size === 0) this.#stopTicking();
    this.#settleClose();
  }

  #accept(socket: Socket, isTcp: boolean): void {
    // A TCP peer without an address has gone again.
    if (isTcp && this.#peers && !(socket.remoteAddress && this.#peers.allows(socket.remoteAddress))) {
      const from = socket.remoteAddress;
      socket.on('error', () => {});
      socket.destroy();
      if (from) this.report(new ProtocolError('forbidden', `${from} may not connect: it is not an allowed web server`));
      return;
    }
    if (this.#hasRoom()) this.#serve(socket);
    else this.#wait(socket);
  }

  #hasRoom(): boolean {
    return this.limits.connections === 0 || this.#connections.size < this.limits.connections;
  }

  #wait(socket: Socket): void {
    const leave = (): void => {
      this.#waiting.delete(socket);
      this.#settleClose();
    };
    socket.on('error', leave);
    socket.once('close', leave);
    if (this.#waiting.size >= MAX_WAITING_CONNECTIONS) {
      socket.destroy();
      return;
    }
    socket.pause();
    this.#waiting.add(socket);
  }

  #serve(socket: Socket): void {
    this.counters.connectionsAccepted++;
    const connection = new Connection(this, socket);
    this.#connections.add(connection);
    if (this.#closing) connection.drain(this.#closing.idleGrace);
    this.#startTicking();
    socket.resume();
  }

  #startTicking(): void {
    if (this.#ticker) return;
    const { headerTimeout, idleTimeout, writeTimeout, bodyTimeout } = this.limits;
    const times = [headerTimeout, idleTimeout, writeTimeout, bodyTimeout].filter((time) => time > 0);
    const longest = this.#closing ? CLOSING_TICK_MILLISECONDS : MAX_TICK_MILLISECONDS;
    const tick = Math.min(longest, Math.min(...times) / TICKS_PER_LIMIT);
    this.#ticker = setInterval(
      () => {
        const now = performance.now();
        for (const connection of this.#connections) connection.checkTimes(now);
      },
      Math.max(tick, MIN_TICK_MILLISECONDS),
    );
    this.#ticker.unref();
  }

  #stopTicking(): void {
    if (this.#ticker) clearInterval(this.#ticker);
    this.#ticker = null;
  }

  #destroyAll(): void {
    const error = new ProtocolError('aborted', 'the responder closes and the deadline has passed');
    for (const socket of this.#waiting) socket.destroy();
    for (const connection of this.#connections) connection.destroy(error);
  }

  #settleClose(): void {
    if (!this.#closing || this.#connections.size > 0 || this.#waiting.size > 0) return;
    if (this.#deadline) clearTimeout(this.#deadline);
    this.#closing.resolve();
  }
}
