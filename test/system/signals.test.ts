import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { childrenOf } from '../support/processes.ts';
import { ask, Operated, until } from './operated.ts';

test('TTIN adds a worker, TTOU takes one away but the last, and a reload restores the count', async (t) => {
  const server = await Operated.start(t);
  const { mapgate } = server;
  mapgate.signal('SIGTTIN');
  await mapgate.says('one worker more');
  assert.equal(childrenOf(mapgate.pid).length, 3);
  for (const left of [2, 1]) {
    mapgate.signal('SIGTTOU');
    await until(() => childrenOf(mapgate.pid).length === left, `${left} workers`);
  }
  mapgate.signal('SIGTTOU');
  await mapgate.says('the last worker stays');
  mapgate.signal('SIGHUP');
  await mapgate.says('"msg":"reloaded"');
  await until(() => childrenOf(mapgate.pid).length === 2, 'as configured');
});

test('TTOU while a worker is being added takes that one away, once it is there', async (t) => {
  const server = await Operated.start(t, { workers: 1 });
  const { mapgate } = server;
  mapgate.signal('SIGTTIN');
  await until(() => childrenOf(mapgate.pid).length === 2, 'a second worker begins');
  mapgate.signal('SIGTTOU');
  await mapgate.says('one worker less');
  await until(() => childrenOf(mapgate.pid).length === 1, 'it is gone');
  assert.doesNotMatch(mapgate.log, /the last worker stays/);
});

test('USR1 after a rename, again and again under load, loses no line of the log and tears none', async (t) => {
  const server = await Operated.start(t, {
    filters: [{ use: 'access-log', format: 'json' }],
    log: { file: 'mapgate.log' },
  });
  const port = await server.port();
  const file = server.sandbox.path('mapgate.log');
  const files = [file];
  let asked = 0;
  for (let rotation = 1; rotation <= 5; rotation++) {
    const load = Array.from({ length: 40 }, async () => {
      asked++;
      await ask({ host: '127.0.0.1', port, path: `/?n=${asked}`, agent: false });
    });
    renameSync(file, `${file}.${rotation}`);
    files.push(`${file}.${rotation}`);
    server.mapgate.signal('SIGUSR1');
    await Promise.all(load);
    await until(() => existsSync(file), 'a new file');
  }
  const lines = files.flatMap((name) => readFileSync(name, 'utf8').trimEnd().split('\n'));
  const uris = lines.map((line) => JSON.parse(line).uri).filter((uri) => uri !== undefined);
  assert.equal(uris.length, asked);
  assert.equal(new Set(uris).size, asked);
});

test('INT stops within seconds, and names the requests that it gives up', async (t) => {
  const server = await Operated.start(t);
  const given = server.get('/hang', { 'X-Request-Id': 'from-the-front' }).catch(() => 'gave up');
  await until(async () => {
    const { workers } = await server.status();
    return workers.some((worker) => (worker as { pending?: number }).pending === 1);
  }, 'the request is under way');
  const begun = performance.now();
  server.mapgate.signal('SIGTERM');
  server.mapgate.signal('SIGINT');
  assert.equal(await server.mapgate.exited, 0);
  assert.ok(performance.now() - begun < 15_000, 'it did not wait for the drain timeout');
  await given;
  assert.match(
    server.mapgate.log,
    /"requestId":"from-the-front".*stopped before this request was answered: GET \/hang/,
  );
});

test('a failing upgrade leaves the old process serving, and it says why', async (t) => {
  const server = await Operated.start(t);
  writeFileSync(server.sandbox.path('mapgate.yaml'), JSON.stringify({ app: { module: 'missing.mjs' } }));
  server.mapgate.signal('SIGUSR2');
  await server.mapgate.says('upgrade failed, this process goes on serving');
  assert.match(server.mapgate.log, /upgrade failed[^\n]*missing\.mjs/);
  await server.isServing();
  assert.equal(server.pid, server.mapgate.pid);
  assert.equal((await server.get('/')).status, 200);
});
