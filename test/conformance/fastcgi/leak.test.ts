import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createResponder, type ResponderStats } from '@mapgate/fastcgi-kit';
import { begin, PARAMS, pairs, record, STDIN, stream } from '../../support/fastcgi-peer.ts';
import { type Transport, temporaryFolder } from './support.ts';

const CHILD = fileURLToPath(new URL('./leak-child.mjs', import.meta.url));

const IDS = 50;
const KEPT_ROUNDS = 1900;
/** Code is compiled and pools have come to their size after these. */
const WARM_UP_ROUNDS = 400;
const WARM_UP_SINGLES = 1000;
const SINGLE_REQUESTS = 5000;
const REQUESTS = IDS * KEPT_ROUNDS + SINGLE_REQUESTS;

/**
 * The heap of a process that serves wavers by some 10 MB. A request that is not let go costs at least 300 bytes, so that
 * a hundred thousand of them pass this.
 */
const GROWTH_ALLOWED = 24 * 1024 * 1024;

const END_REQUEST_TYPE = 3;

function request(id: number, keep: boolean): Buffer {
  const params = pairs([
    ['READ', String(id % 2)],
    ['QUERY_STRING', 'LAYERS=roads'],
  ]);
  return Buffer.concat([begin(id, { keep }), stream(PARAMS, id, params), record(STDIN, id, 'body'), record(STDIN, id)]);
}

const BATCH = Buffer.concat(Array.from({ length: IDS }, (_, i) => request(i + 1, true)));
const SINGLE = request(1, false);

/** END_REQUEST records in a stream that is cut anywhere. */
function endCounter(): (chunk: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let ends = 0;
    let at = 0;
    while (bytes.length - at >= 8) {
      const next = at + 8 + bytes.readUInt16BE(at + 4) + (bytes[at + 6] ?? 0);
      if (next > bytes.length) break;
      if (bytes[at + 1] === END_REQUEST_TYPE) ends++;
      at = next;
    }
    rest = bytes.subarray(at);
    return ends;
  };
}

/** Rounds of requests on one kept connection, all ids of a round at once. */
function keptRounds(path: string, rounds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    const count = endCounter();
    let open = 0;
    let left = rounds;
    const next = (): void => {
      if (left-- === 0) {
        socket.destroy();
        resolve();
        return;
      }
      open = IDS;
      socket.write(BATCH);
    };
    socket.once('error', reject);
    socket.once('connect', next);
    socket.on('data', (chunk) => {
      open -= count(chunk);
      if (open === 0) next();
    });
  });
}

/** A request on a connection of its own; each seventh client goes away without waiting. */
async function single(path: string, number: number): Promise<void> {
  const socket = createConnection({ path });
  socket.on('error', () => {});
  socket.write(SINGLE, () => {
    if (number % 7 === 0) socket.destroy();
  });
  socket.resume();
  await once(socket, 'close');
}

async function singles(path: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += IDS) {
    await Promise.all(Array.from({ length: IDS }, (_, j) => single(path, i + j)));
  }
}

async function measure(child: ChildProcess): Promise<{ rss: number; stats: ResponderStats }> {
  child.send('measure');
  const [message] = await once(child, 'message');
  return message;
}

async function checkLeaks(t: Parameters<typeof temporaryFolder>[0], transport: Transport): Promise<void> {
  const path = join(temporaryFolder(t), 's');
  const child = fork(CHILD, [transport, path], { execArgv: ['--expose-gc', '--max-semi-space-size=1'] });
  t.after(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  });
  await once(child, 'message');
  await keptRounds(path, WARM_UP_ROUNDS);
  await singles(path, WARM_UP_SINGLES);
  const before = await measure(child);
  await keptRounds(path, KEPT_ROUNDS);
  await singles(path, SINGLE_REQUESTS);
  const after = await measure(child);
  assert.equal(after.stats.requestsOpen, 0);
  assert.equal(after.stats.connectionsOpen, 0);
  assert.ok(after.stats.requests - before.stats.requests <= REQUESTS);
  const growth = after.rss - before.rss;
  assert.ok(growth < GROWTH_ALLOWED, `resident memory grew by ${growth} bytes over ${REQUESTS} requests`);
}

function nativeRuns(): boolean {
  try {
    createResponder({ transport: 'native', onRequest: () => {} }).close();
    return true;
  } catch {
    return false;
  }
}

test(`the native transport holds nothing after ${REQUESTS} requests`, { skip: !nativeRuns() }, (t) =>
  checkLeaks(t, 'native'),
);

test(`the TypeScript transport holds nothing after ${REQUESTS} requests`, (t) => checkLeaks(t, 'typescript'));
