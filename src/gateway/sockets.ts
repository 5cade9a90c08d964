import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { type BoundAddress, type ListenAddress, ProtocolError } from '@mapgate/fastcgi-kit';

/** Makes a server accept where a FastCGI responder could: on a descriptor, a unix socket or a TCP address. */
export async function listenOn(server: Server, address: ListenAddress): Promise<BoundAddress> {
  server.listen('path' in address ? { path: address.path } : address);
  await once(server, 'listening');
  const bound = server.address();
  if ('fd' in address) return { fd: address.fd };
  if (bound === null || typeof bound === 'string') return { path: bound ?? '' };
  return { host: bound.address, port: bound.port };
}

/** Whether a server that listens, also on a descriptor, does so over TCP. */
export function listensOnTcp(server: Server): boolean {
  const bound = server.address();
  return bound !== null && typeof bound === 'object';
}

/** Resolves when a stream takes more. @throws ProtocolError when it is gone instead */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (gone: boolean): void => {
      stream.off('drain', onDrain);
      stream.off('close', onClose);
      if (gone) reject(new ProtocolError('disconnected', 'the peer went away'));
      else resolve();
    };
    const onDrain = (): void => settle(false);
    const onClose = (): void => settle(true);
    if (stream.destroyed) {
      settle(true);
    } else {
      stream.on('drain', onDrain);
      stream.on('close', onClose);
    }
  });
}

/** Milliseconds that a peer which has its whole answer may take to close; what it still sends is read and dropped. */
const LINGER = 2_000;

/**
 * Ends a connection after its last answer. Closing while bytes of the peer wait unread would reset the connection, and
 * the peer could lose the end of the answer: hence reading goes on until it closes.
 */
export function endGently(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.resume();
  socket.end(() => {
    const timer = setTimeout(() => socket.destroy(), LINGER);
    socket.once('close', () => clearTimeout(timer));
  });
}

/**
 * Cuts a connection off so that the peer notices: by a reset where the transport has one. A unix socket has none: there
 * the peer sees the same end as after a whole answer, unless the answer had a Content-Length.
 */
export function cutOff(socket: Socket): void {
  if (socket.remoteAddress === undefined) {
    socket.destroy();
    return;
  }
  // Node resets after what is written and a regular end have gone out; the peer would see that end first.
  socket.destroySoon = () => socket.destroy();
  socket.resetAndDestroy();
}
