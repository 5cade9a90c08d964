import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Sandbox } from '../front/sandbox.ts';
import { MapServer } from '../support/map-server.ts';
import { Mapgate } from '../support/mapgate.ts';
import { ask, Operated, until } from './operated.ts';

test('the admin socket is for its owner alone, and answers live and ready', async (t) => {
  const server = await Operated.start(t);
  assert.equal(statSync(server.sandbox.path('admin.sock')).mode & 0o777, 0o600);
  assert.equal((await server.admin('/livez')).status, 200);
  assert.equal((await server.admin('/readyz')).status, 200);
  assert.equal((await server.admin('/purge')).status, 405);
  assert.equal((await server.admin('/nothing')).status, 404);
});

test('the status tells workers and the last reload, as a page and as JSON', async (t) => {
  const server = await Operated.start(t);
  writeFileSync(server.sandbox.path('mapgate.yaml'), '{app: <b>');
  server.mapgate.signal('SIGHUP');
  await server.mapgate.says('reload failed');
  const page = await server.admin('/status');
  assert.match(page.type, /^text\/html/);
  assert.match(page.body, /failed/);
  const status = await server.status();
  assert.equal(status.workers.length, 2);
  assert.equal((status.lastReload as { ok: boolean }).ok, false);
  assert.equal(await server.metric('mapgate_reloads_total{result="failed"}'), 1);
  assert.equal((await server.admin('/readyz')).status, 200);
});

test('metrics add up to the requests made, over recycled workers and a reload', async (t) => {
  const server = await Operated.start(t, { workers: { count: 2, recycle_after: 40 } });
  const port = await server.port();
  const get = (path: string) => ask({ host: '127.0.0.1', port, path, agent: false });
  for (let round = 0; round < 20; round++) {
    if (round === 10) server.mapgate.signal('SIGHUP');
    await Promise.all(Array.from({ length: 10 }, () => get('/')));
    await get('/missing');
  }
  await server.mapgate.says('"msg":"reloaded"');
  assert.ok(server.mapgate.count('a worker is replaced') >= 2, 'workers were replaced');
  // Those that went tell their last counts as they go.
  await until(
    async () => (await server.status()).workers.every(({ state }) => state === 'serving'),
    'old workers gone',
  );
  await until(async () => (await server.metric('mapgate_requests_total{service="other",status="2xx"}')) >= 200, 'all');
  assert.equal(await server.metric('mapgate_requests_total{service="other",status="2xx"}'), 200);
  assert.equal(await server.metric('mapgate_requests_total{service="other",status="4xx"}'), 20);
  assert.equal(await server.metric('mapgate_request_duration_seconds_count{service="other"}'), 220);
  assert.equal(await server.metric('mapgate_worker_restarts_total'), 0);
});

test('a worker that is killed shows in the restarts', async (t) => {
  const server = await Operated.start(t);
  const [worker] = (await server.status()).workers;
  process.kill(worker?.pid ?? 0, 'SIGKILL');
  await server.mapgate.says('a worker died');
  await until(async () => (await server.metric('mapgate_workers{state="serving"}')) === 2, 'two workers');
  assert.equal(await server.metric('mapgate_worker_restarts_total'), 1);
});

test('an admin address that others may reach is refused', async (t) => {
  const sandbox = new Sandbox(t);
  writeFileSync(sandbox.path('app.mjs'), 'export const application = () => {};');
  const mapgate = new Mapgate(t, ['serve', 'app.mjs', '--admin', '0.0.0.0:0'], { cwd: sandbox.folder });
  assert.equal(await mapgate.exited, 2);
  assert.match(mapgate.log, /"0\.0\.0\.0:0" may be reached from elsewhere/);
});

test('purge and refresh work on the tiles of a cache within a bbox and levels', async (t) => {
  const source = await MapServer.start();
  t.after(() => source[Symbol.asyncDispose]());
  const sandbox = new Sandbox(t);
  const configuration = {
    services: { tms: {} },
    layers: [{ name: 'map', title: 'Map', sources: ['tiles'] }],
    caches: { tiles: { sources: ['remote'], grids: ['GLOBAL_MERCATOR'], meta_size: [1, 1], meta_buffer: 0 } },
    sources: { remote: { type: 'wms', req: { url: `${source.url}/?`, layers: 'x' } } },
  };
  writeFileSync(sandbox.path('mapproxy.yaml'), JSON.stringify(configuration));
  const server = await Operated.start(t, { app: { mapproxy: sandbox.path('mapproxy.yaml') }, workers: 1 });
  const tile = async (path: string) =>
    assert.equal((await server.get(`/tms/1.0.0/map/EPSG900913/${path}.png`)).status, 200);
  const work = async (target: string) => {
    const begun = await server.admin(target, { method: 'POST' });
    assert.equal(begun.status, 202, begun.body);
    const { id } = JSON.parse(begun.body);
    const found = async () => {
      const tasks = (await server.status()).tasks as {
        id: number;
        isFinished: boolean;
        error?: string;
        done: number;
      }[];
      return tasks.find((task) => task.id === id);
    };
    await until(async () => (await found())?.isFinished === true, target);
    return found();
  };
  await tile('0/0/0');
  await tile('0/0/0');
  assert.equal(source.requests.length, 1);
  assert.equal(await server.metric('mapgate_cache_tiles_total{cache="tiles",result="hit"}'), 1);
  assert.equal(await server.metric('mapgate_cache_tiles_total{cache="tiles",result="miss"}'), 1);
  const host = source.url.slice('http://'.length);
  assert.equal(await server.metric(`mapgate_source_requests_total{host="${host}",status="200"}`), 1);

  const purged = await work('/purge?cache=tiles&levels=0-1&bbox=-180,-85,0,0&srs=EPSG:4326');
  assert.deepEqual([purged?.done, purged?.error], [2, undefined]);
  await tile('0/0/0');
  assert.equal(source.requests.length, 2);

  assert.equal((await work('/refresh?layer=map&levels=0'))?.error, undefined);
  const made = source.requests.length;
  assert.ok(made > 2, 'tiles were made anew');
  await tile('0/0/0');
  assert.equal(source.requests.length, made);

  assert.match((await work('/purge?cache=unknown'))?.error ?? '', /no cache or layer 'unknown'/);
  assert.match((await work('/purge?cache=tiles'))?.error ?? '', /give a bbox or fewer levels/);
  assert.equal((await server.admin('/purge?cache=tiles&levels=x', { method: 'POST' })).status, 400);
  const foreign = { method: 'POST', headers: { Origin: 'http://example.org' } };
  assert.equal((await server.admin('/purge?cache=tiles', foreign)).status, 403);
});

test('the admin socket goes with the server', async (t) => {
  const server = await Operated.start(t);
  server.mapgate.signal('SIGTERM');
  assert.equal(await server.mapgate.exited, 0);
  assert.equal(existsSync(server.sandbox.path('admin.sock')), false);
  assert.equal(existsSync(server.sandbox.path('pid')), false);
});
