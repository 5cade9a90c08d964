import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { childrenOf } from '../support/processes.ts';
import { stage, urls } from './behind-nginx.ts';
import { Load } from './load.ts';
import { until } from './operated.ts';

const CLIENTS = 16;

test('USR2 under load: the new program takes over the sockets and no request fails', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const { mapgate, sandbox } = there;
  const load = new Load(urls(there.base), CLIENTS);
  sandbox.defer(() => load.stop());
  await load.more(200);
  mapgate.signal('SIGUSR2');
  await mapgate.says('the new program serves');
  const successor = Number(/"pid":(\d+),"msg":"the new program serves/.exec(mapgate.log)?.[1]);
  sandbox.defer(async () => {
    if (isAlive(successor)) process.kill(successor, 'SIGKILL');
  });
  await load.more(400);
  await mapgate.says('"msg":"stopped"');
  await until(() => !isAlive(mapgate.pid), 'the old one ends');
  await load.more(400);
  await load.stop();
  assert.deepEqual(load.failures, []);
  assert.ok(existsSync(sandbox.path('socket')), 'the socket file survives');
  assert.equal(childrenOf(successor).length, 2);
  process.kill(successor, 'SIGTERM');
  await until(() => !existsSync(sandbox.path('socket')), 'the new one stops and removes the socket');
  await until(() => !isAlive(successor), 'the new one ends');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
