import type { Server } from 'node:net';
import type { BoundAddress, ListenAddress } from './contract.ts';
import { placeUnixSocket } from './unix-socket.ts';

/** As many as Node asks for by default. */
const DEFAULT_BACKLOG = 511;

/** A server that accepts, and what is to be done to stop it. */
export interface Listener {
  readonly address: BoundAddress;
  /** Stops accepting; removes the socket file it made unless told to keep it. */
  close(keepSocketFile: boolean): void;
}

/**
 * Makes a server accept.
 * @throws Error with the code of the failed call; see `placeUnixSocket` for unix sockets
 */
export async function listenOn(server: Server, address: ListenAddress): Promise<Listener> {
  const { backlog = DEFAULT_BACKLOG } = address;
  if ('fd' in address) {
    await listening(server, () => server.listen({ fd: address.fd, backlog, exclusive: true }));
    return listener(server, { fd: address.fd }, () => {});
  }
  if ('path' in address) {
    const { file } = await placeUnixSocket(address, async (temporary) => {
      // Exclusive: bound here and at once, also in a worker of node:cluster.
      await listening(server, () => server.listen({ path: temporary, backlog, exclusive: true }));
      return server;
    });
    return listener(server, { path: address.path }, () => file.remove());
  }
  const { host, port } = address;
  await listening(server, () =>
    server.listen({ port, backlog, exclusive: true, ...(host === undefined ? {} : { host }) }),
  );
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server lost its address');
  return listener(server, { host: bound.address, port: bound.port }, () => {});
}

function listener(server: Server, address: BoundAddress, removeFile: () => void): Listener {
  return {
    address,
    close(keepSocketFile) {
      server.close();
      if (!keepSocketFile) removeFile();
    },
  };
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
}
