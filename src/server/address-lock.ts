import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { StartError } from './start-error.ts';

/** Linux' `struct sockaddr_un` (unix(7)). */
const SUN_PATH_BYTES = 108;

/**
 * Holds the place of a unix socket for this process. Between binding and the moment a worker listens, a socket looks
 * abandoned to whoever probes it by connecting, and a second server started in that moment would replace it.
 *
 * The lock is an address in Linux' abstract namespace: the kernel gives it to one process, and takes it back when that
 * ends in whatever way, so that there is no stale lock. It counts within a network namespace. Elsewhere there is none.
 *
 * @returns what gives the place up
 * @throws StartError when another server holds it
 */
export async function lockPlace(path: string): Promise<() => void> {
  if (process.platform !== 'linux') return () => {};
  const server = createServer((socket) => socket.destroy());
  try {
    await listening(server, abstractName(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new StartError(`'${path}' is in use by a server that is starting or runs`);
    }
    throw error;
  }
  server.unref();
  return () => void server.close();
}

/**
 * As long as the kernel's `sun_path`: releases of Node.js differ in whether they fill a shorter name up with zeros, which
 * is another name then.
 */
function abstractName(path: string): string {
  const place = join(realpathSync(dirname(path)), basename(path));
  return `\0mapgate-${createHash('sha256').update(place).digest('hex')}`.padEnd(SUN_PATH_BYTES, '-');
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Exclusive: also in a worker of node:cluster it is this process that holds it.
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
