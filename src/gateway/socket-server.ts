import { createServer, type Server, type Socket } from 'node:net';
import { type BoundAddress, type ListenAddress, PeerList, ProtocolError } from '@mapgate/fastcgi-kit';
import { listenOn, listensOnTcp } from './sockets.ts';

/** What a protocol makes of an accepted connection. It closes its socket itself when it is through with it. */
export interface SocketConnection {
  /** The server stops: finish what is open or on its way, then close. */
  drain(): void;
}

export interface SocketServerOptions {
  /** Open connections; more are accepted but not read until one closes. 0: no limit. */
  readonly connections: number;
  /** Bytes of output held for a connection before its `write` answers false. */
  readonly outputWindow: number;
  /** TCP peers that may connect; undefined: all. Others are disconnected. */
  readonly allow: readonly string[] | undefined;
  readonly onError: (error: ProtocolError) => void;
  /** Called for each connection that is to be served; the socket is paused. */
  readonly open: (socket: Socket) => SocketConnection;
}

/** Accepts the connections of a protocol of our own, on any number of addresses. */
export class SocketServer {
  readonly #options: SocketServerOptions;
  readonly #peers: PeerList | undefined;
  readonly #servers: Server[] = [];
  readonly #open = new Map<Socket, SocketConnection>();
  /** Connections beyond the limit, first come first. */
  readonly #waiting = new Set<Socket>();
  #onEmpty: (() => void) | undefined;

  /** @throws TypeError for an entry of `allow` that is no address */
  constructor(options: SocketServerOptions) {
    this.#options = options;
    this.#peers = options.allow && new PeerList(options.allow);
  }

  async listen(address: ListenAddress): Promise<BoundAddress> {
    const server = createServer({ pauseOnConnect: true, noDelay: true, highWaterMark: this.#options.outputWindow });
    server.on('connection', (socket) => {
      if (this.#peers === undefined || !listensOnTcp(server) || admits(socket, this.#peers, this.#options.onError)) {
        this.#accept(socket);
      }
    });
    const bound = await listenOn(server, address);
    this.#servers.push(server);
    return bound;
  }

  /** Stops accepting; requests in flight are finished, and what is open after `deadline` ms is cut off. */
  async close(deadline: number): Promise<void> {
    for (const server of this.#servers.splice(0)) server.close();
    const emptied = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const connection of this.#open.values()) connection.drain();
    this.#settle();
    const timer = setTimeout(() => this.#destroyAll(), deadline);
    await emptied;
    clearTimeout(timer);
  }

  #accept(socket: Socket): void {
    const { connections } = this.#options;
    // Who resets a connection is told of by 'close'.
    socket.on('error', () => {});
    socket.once('close', () => this.#onClose(socket));
    if (connections === 0 || this.#open.size < connections) this.#serve(socket);
    else this.#waiting.add(socket);
  }

  #serve(socket: Socket): void {
    const connection = this.#options.open(socket);
    this.#open.set(socket, connection);
    if (this.#onEmpty !== undefined) connection.drain();
    socket.resume();
  }

  #onClose(socket: Socket): void {
    this.#waiting.delete(socket);
    const [next] = this.#waiting;
    if (this.#open.delete(socket) && next !== undefined) {
      this.#waiting.delete(next);
      this.#serve(next);
    }
    this.#settle();
  }

  #settle(): void {
    if (this.#open.size === 0 && this.#waiting.size === 0) this.#onEmpty?.();
  }

  #destroyAll(): void {
    for (const socket of [...this.#waiting, ...this.#open.keys()]) socket.destroy();
  }
}

/** Whether a peer may connect; who may not is cut off. A TCP peer without an address has gone again. */
export function admits(socket: Socket, peers: PeerList, onError: (error: ProtocolError) => void): boolean {
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined && peers.allows(remoteAddress)) return true;
  socket.on('error', () => {});
  socket.destroy();
  if (remoteAddress !== undefined) {
    onError(new ProtocolError('forbidden', `${remoteAddress} may not connect: it is not an allowed web server`));
  }
  return false;
}
