import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { type ClientAddress, collect } from './client.ts';

/** A connection that is gone when the test ends. */
export async function rawConnection(
  t: TestContext,
  address: ClientAddress | { readonly path: string },
): Promise<Socket> {
  const socket = connect(address);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the end. */
export async function rawAnswer(t: TestContext, address: ClientAddress, bytes: Buffer | string): Promise<string> {
  const socket = await rawConnection(t, address);
  socket.write(bytes);
  return (await collect(socket)).toString('latin1');
}
