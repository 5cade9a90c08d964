import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';
import { childrenOf, residentMemory } from '../support/processes.ts';
import { APPLICATION, deployment, stage, urls } from './behind-nginx.ts';
import { Load } from './load.ts';

const CLIENTS = 16;

/**
 * V8 enlarges the place of its young objects as it likes, by 10 MiB and more within minutes on Node 24. Held small, what
 * a process grows by is what it keeps.
 */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=1';

test('20 reloads under load lose no request', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const load = new Load(urls(there.base), CLIENTS);
  for (let reload = 1; reload <= 20; reload++) {
    await load.more(100);
    there.mapgate.signal('SIGHUP');
    await there.mapgate.says('"msg":"reloaded"', reload);
  }
  await load.more(100);
  await load.stop();
  assert.deepEqual(load.failures, []);
});

test('a worker killed between requests loses none', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const load = new Load(urls(there.base), CLIENTS);
  for (let death = 1; death <= 3; death++) {
    await load.more(100);
    await load.between(() => {
      const [worker] = childrenOf(there.mapgate.pid);
      assert.ok(worker !== undefined, 'there is a worker');
      process.kill(worker, 'SIGKILL');
    });
    await there.mapgate.says('a worker died', death);
  }
  await load.more(200);
  await load.stop();
  assert.deepEqual(load.failures, []);
});

test('workers recycled after some requests lose none', async (t) => {
  const there = await stage(t, { recycle_after: 300 });
  if (there === undefined) return;
  const load = new Load(urls(there.base), CLIENTS);
  await there.mapgate.says('a worker is replaced: 3', 4);
  await load.more(100);
  await load.stop();
  assert.deepEqual(load.failures, []);
});

test('TERM finishes what is in flight, removes the socket and exits 0', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  const slow = Promise.all(
    urls(there.base).map(async (url) => {
      const answer = await fetch(`${url}slow`);
      return `${answer.status} ${await answer.text()}`;
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  there.mapgate.signal('SIGTERM');
  assert.deepEqual(await slow, ['200 whole', '200 whole']);
  assert.equal(await there.mapgate.exited, 0);
  await assert.rejects(connects(there.sandbox.path('socket')), { code: 'ENOENT' });
});

function connects(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.get({ socketPath }, () => resolve()).on('error', reject);
  });
}

test('a bad configuration on reload keeps the old one serving and says why', async (t) => {
  const there = await stage(t, {});
  if (there === undefined) return;
  there.configure({ ...deployment({}), workers: 'many' });
  there.mapgate.signal('SIGHUP');
  await there.mapgate.says('reload failed, the old configuration goes on serving');
  assert.match(there.mapgate.log, /mapgate\.yaml:\d+:\d+: workers: /);

  there.configure({ ...deployment({}), app: { module: 'missing.mjs' } });
  there.mapgate.signal('SIGHUP');
  await there.mapgate.says('reload failed, the old configuration goes on serving', 2);
  assert.match(there.mapgate.log, /missing\.mjs/);

  const answer = await fetch(`${there.base}/once/`);
  assert.equal(await answer.text(), 'whole');

  there.configure(deployment({}));
  there.mapgate.signal('SIGHUP');
  await there.mapgate.says('"msg":"reloaded"');
});

test('memory after 200 reloads is within a tenth of the start', async (t) => {
  const sandbox = new Sandbox(t);
  writeFileSync(sandbox.path('app.mjs'), APPLICATION);
  writeFileSync(sandbox.path('mapgate.yaml'), JSON.stringify(deployment({ count: 1 })));
  const mapgate = new Mapgate(t, ['serve', sandbox.path('mapgate.yaml')], {
    env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${SMALL_YOUNG_GENERATION}` },
  });
  await mapgate.says('"msg":"serving"');
  const total = () => [mapgate.pid, ...childrenOf(mapgate.pid)].map(residentMemory).reduce((sum, bytes) => sum + bytes);
  let start = 0;
  for (let reload = 1; reload <= 200; reload++) {
    mapgate.signal('SIGHUP');
    await mapgate.says('"msg":"reloaded"', reload);
    while (childrenOf(mapgate.pid).length > 1) await new Promise((resolve) => setTimeout(resolve, 10));
    if (reload === 5) start = total();
  }
  const end = total();
  t.diagnostic(`${Math.round(start / 2 ** 20)} MiB after 5 reloads, ${Math.round(end / 2 ** 20)} MiB after 200`);
  assert.ok(end < start * 1.1, `${end} bytes after 200 reloads, ${start} after 5`);
});
