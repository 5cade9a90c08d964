import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import type { Release } from './file-lock.ts';

/**
 * A lock by a name that the kernel gives to one process and takes back when that ends: an address in Linux' abstract
 * namespace, a named pipe on Windows. It counts on this machine, within a network namespace, for Mapgate alone.
 * Elsewhere there is no such thing, and the lock is always free.
 */
export async function tryNameLock(path: string): Promise<Release | undefined> {
  const address = addressOf(path);
  if (address === undefined) return () => {};
  const server = createServer((socket) => socket.destroy());
  const isOurs = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ path: address, exclusive: true }, () => resolve(true));
  });
  if (!isOurs) return undefined;
  server.unref();
  return () => void server.close();
}

function addressOf(path: string): string | undefined {
  const name = `mapgate-lock-${createHash('sha256').update(resolve(path)).digest('hex')}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : undefined;
}
