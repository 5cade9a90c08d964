import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../support/processes.ts';
import { type Stage, stage, urls } from './behind-nginx.ts';
import { Load } from './load.ts';
import { until } from './operated.ts';

const CLIENTS = 8;

function load(there: Stage): Load {
  return new Load(urls(there.base), CLIENTS);
}

async function isGone(there: Stage, pids: readonly number[]): Promise<void> {
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), 'all processes end');
  assert.equal(existsSync(there.sandbox.path('socket')), false, 'the socket is removed');
}

test('20 HUPs within a second lose no request and leave as many workers as configured', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const clients = load(there);
  await clients.more(50);
  for (let count = 0; count < 20; count++) {
    there.mapgate.signal('SIGHUP');
    await sleep(40);
  }
  await until(() => childrenOf(there.mapgate.pid).length === 2, 'two workers');
  await there.mapgate.says('"msg":"reloaded"', 2);
  await until(() => childrenOf(there.mapgate.pid).length === 2, 'two workers again');
  await clients.more(50);
  await clients.stop();
  assert.deepEqual(clients.failures, []);
});

test('HUPs while USR2 brings a new program lose no request', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const { mapgate, sandbox } = there;
  const clients = load(there);
  await clients.more(50);
  mapgate.signal('SIGHUP');
  mapgate.signal('SIGUSR2');
  mapgate.signal('SIGHUP');
  await mapgate.says('the new program serves');
  mapgate.signal('SIGHUP');
  const successor = Number(/"pid":(\d+),"msg":"the new program serves/.exec(mapgate.log)?.[1]);
  sandbox.defer(() => {
    if (existsSync(`/proc/${successor}`)) process.kill(successor, 'SIGKILL');
  });
  await until(() => childrenOf(mapgate.pid).length === 0, 'the old program goes');
  process.kill(successor, 'SIGHUP');
  await clients.more(100);
  await clients.stop();
  assert.deepEqual(clients.failures, []);
  assert.ok(existsSync(sandbox.path('socket')), 'the socket is still there');
  const workers = childrenOf(successor);
  process.kill(successor, 'SIGTERM');
  await isGone(there, [successor, ...workers]);
});

test('TERM in the middle of a reload finishes what is in flight, and leaves nothing behind', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const slow = Promise.all(
    urls(there.base).map(async (url) => {
      const answer = await fetch(`${url}slow`);
      return `${answer.status} ${await answer.text()}`;
    }),
  );
  await sleep(300);
  there.mapgate.signal('SIGHUP');
  // The new workers are starting, but do not serve yet.
  await until(() => childrenOf(there.mapgate.pid).length > 2, 'a new worker');
  const workers = childrenOf(there.mapgate.pid);
  there.mapgate.signal('SIGTERM');
  assert.deepEqual(await slow, ['200 whole', '200 whole']);
  assert.equal(await there.mapgate.exited, 0);
  await isGone(there, workers);
});

test('a worker killed while it drains takes its own requests with it and no others', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const [...before] = childrenOf(there.mapgate.pid);
  // Its answers take a second: both workers are still at it when they drain.
  const lost = Array.from({ length: 8 }, () => fetch(`${there.base}/once/slow`).then(({ status }) => status));
  await sleep(300);
  there.mapgate.signal('SIGHUP');
  await there.mapgate.says('"msg":"reloaded"');
  const clients = load(there);
  for (const pid of before) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
  await clients.more(100);
  await clients.stop();
  assert.deepEqual(clients.failures, []);
  for (const status of await Promise.all(lost)) assert.ok([200, 502].includes(status), String(status));
  assert.equal(there.mapgate.count('a worker died'), 0, 'a worker that was to go is not missed');
  assert.equal(childrenOf(there.mapgate.pid).length, 2);
  there.mapgate.signal('SIGHUP');
  await there.mapgate.says('"msg":"reloaded"', 2);
});

test('a worker that is stopped (SIGSTOP) keeps neither requests nor a reload from going on', async (t) => {
  const there = await stage(t, { drain_timeout: 1 });
  if (there === undefined) return;
  const clients = new Load([`${there.base}/once/`], CLIENTS);
  await clients.more(50);
  const [stopped = 0] = childrenOf(there.mapgate.pid);
  await clients.between(() => void process.kill(stopped, 'SIGSTOP'));
  await clients.more(100);
  there.mapgate.signal('SIGHUP');
  await there.mapgate.says('"msg":"reloaded"');
  await clients.more(100);
  await until(() => !existsSync(`/proc/${stopped}`), 'the stopped one is ended');
  await clients.stop();
  assert.deepEqual(clients.failures, []);
  await until(() => childrenOf(there.mapgate.pid).length === 2, 'two workers');
});
