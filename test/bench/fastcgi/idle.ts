import { createConnection, type Socket } from 'node:net';
import { residentMemory } from '../../support/processes.ts';
import { type Candidate, startResponder } from './rig.ts';

/** So many are opened at a time: a backlog holds 511. */
const BATCH = 200;

/** A GET_VALUES record: its answer shows that the connection is accepted and was served. */
const GET_VALUES = Buffer.from([1, 9, 0, 0, 0, 0, 0, 0]);

/** Growth of a responder's memory per connection that has spoken once and is idle since. */
export async function idleConnectionBytes(candidate: Candidate, folder: string, count: number): Promise<number> {
  const responder = await startResponder(candidate, folder);
  const sockets: Socket[] = [];
  try {
    // Code and pools come to their size first.
    for (let i = 0; i < BATCH; i++) sockets.push(await openIdle(responder.path));
    const before = residentMemory(responder.pid);
    for (let opened = 0; opened < count; opened += BATCH) {
      const batch = Array.from({ length: BATCH }, () => openIdle(responder.path));
      sockets.push(...(await Promise.all(batch)));
    }
    return (residentMemory(responder.pid) - before) / count;
  } finally {
    for (const socket of sockets) socket.destroy();
    await responder.stop();
  }
}

function openIdle(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path }, () => socket.write(GET_VALUES));
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
  });
}
