import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createResponder } from '@mapgate/fastcgi-kit';
import { begin, PARAMS, record } from '../../support/fastcgi-peer.ts';
import { temporaryFolder } from './support.ts';

const WORKER = new URL('./native-worker.mjs', import.meta.url);
const RESPONDERS = 100;

function nativeRuns(): boolean {
  try {
    createResponder({ transport: 'native', onRequest: () => {} }).close();
    return true;
  } catch {
    return false;
  }
}

const skip = !nativeRuns() && 'the native transport cannot run here';

test('a worker thread that ends closes what its responders have open', { skip }, async (t) => {
  const path = join(temporaryFolder(t), 's');
  const worker = new Worker(WORKER, { workerData: path });
  t.after(() => worker.terminate());
  await once(worker, 'message');
  const socket = createConnection({ path });
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(Buffer.concat([begin(1), record(PARAMS, 1)]));
  assert.deepEqual(await once(worker, 'message'), ['answering']);
  const closed = once(socket, 'close');
  await worker.terminate();
  socket.resume();
  await closed;
});

test('responders that are closed without having listened let go of everything', { skip }, async () => {
  const responders = Array.from({ length: RESPONDERS }, () => createResponder({ transport: 'native', onRequest() {} }));
  await Promise.all(responders.map((responder) => responder.close()));
  for (const { stats } of responders) assert.equal(stats.connectionsOpen, 0);
});
