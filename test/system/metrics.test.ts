import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Sandbox } from '../front/sandbox.ts';
import { parseExposition } from '../support/exposition.ts';
import { MapServer, solidPng } from '../support/map-server.ts';
import { Operated, until } from './operated.ts';

const LIBRARY = pathToFileURL(new URL('../../dist/index.js', import.meta.url).pathname).href;

const FRAMEWORKS = import.meta.resolve('express');

async function exposed(server: Operated) {
  return parseExposition((await server.admin('/metrics')).body);
}

async function sample(server: Operated, family: string, name: string): Promise<number | undefined> {
  return (await exposed(server)).get(family)?.samples.get(name);
}

function configuration(source: MapServer, cache: object = {}): object {
  return {
    services: { tms: {}, wms: {}, wmts: {}, demo: {} },
    layers: [{ name: 'map', title: 'Map', sources: ['tiles'] }],
    caches: {
      tiles: { sources: ['remote'], grids: ['GLOBAL_MERCATOR'], meta_size: [1, 1], meta_buffer: 0, ...cache },
    },
    sources: { remote: { type: 'wms', req: { url: `${source.url}/?`, layers: 'x' }, concurrent_requests: 1 } },
  };
}

async function mapServer(t: TestContext, ...answer: Parameters<typeof MapServer.start>): Promise<MapServer> {
  const source = await MapServer.start(...answer);
  t.after(() => source.stop());
  return source;
}

test('requests are counted by the service that answers, behind mounts, projects, scripts and frameworks', async (t) => {
  const source = await mapServer(t);
  const sandbox = new Sandbox(t);
  const yaml = JSON.stringify(configuration(source));
  mkdirSync(sandbox.path('projects'));
  writeFileSync(sandbox.path('map.yaml'), yaml);
  writeFileSync(sandbox.path('projects/one.yaml'), yaml);
  const made = `import { makeApp, toNodeListener } from '${LIBRARY}';
const maps = await makeApp(new URL('map.yaml', import.meta.url));`;
  writeFileSync(sandbox.path('script.mjs'), `${made}\nexport const application = maps;`);
  const framework = `import express from '${FRAMEWORKS}';\n${made}
const app = express();
app.use('/maps', toNodeListener(maps));
export default app;`;
  writeFileSync(sandbox.path('framework.mjs'), framework);
  const server = await Operated.start(t, {
    app: undefined,
    workers: 1,
    mounts: {
      '/plain': { mapproxy: sandbox.path('map.yaml') },
      '/all': { projects: sandbox.path('projects') },
      '/script': { module: sandbox.path('script.mjs') },
      '/framework': { module: sandbox.path('framework.mjs') },
    },
    filters: [{ use: 'cors' }],
  });
  const asked: Readonly<Record<string, string>> = {
    tms: '/tms/1.0.0/',
    tiles: '/tiles/map/EPSG900913/0/0/0.png',
    wmts: '/wmts/1.0.0/WMTSCapabilities.xml',
    wms: '/service?service=WMS&request=GetCapabilities',
    demo: '/demo/',
    other: '/made-up-by-a-client',
  };
  for (const path of Object.values(asked)) {
    for (const mount of ['/plain', '/all/one', '/script', '/framework/maps']) await server.get(mount + path);
  }
  await server.get('/plain/ows?SERVICE=WMTS&REQUEST=GetCapabilities');
  const { samples } = (await exposed(server)).get('mapgate_requests_total') ?? assert.fail('no requests');
  const counted: Record<string, number> = {};
  for (const [name, value] of samples) {
    const [, service = ''] = /service="(\w+)"/.exec(name) ?? [];
    counted[service] = (counted[service] ?? 0) + value;
  }
  assert.deepEqual(counted, { other: 4, tms: 4, tiles: 4, wmts: 5, wms: 4, demo: 4 });
});

test('tiles are counted as hits, misses and, where they were expired, as stale', async (t) => {
  const body = await solidPng(256, 256, [10, 20, 30]);
  const source = await mapServer(t, () =>
    source.requests.length > 2 ? { status: 500 } : { headers: { 'Content-Type': 'image/png' }, body },
  );
  const sandbox = new Sandbox(t);
  const cache = { refresh_before: { days: 1 }, cache: { type: 'file', directory: sandbox.path('tiles') } };
  writeFileSync(sandbox.path('map.yaml'), JSON.stringify(configuration(source, cache)));
  const server = await Operated.start(t, { app: { mapproxy: sandbox.path('map.yaml') }, workers: 1 });
  const ask = async () => (await server.get('/tiles/map/EPSG900913/0/0/0.png')).status;
  const expire = () => {
    for (const file of readdirSync(sandbox.path('tiles'), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) utimesSync(`${file.parentPath}/${file.name}`, 1000, 1000);
    }
  };
  assert.equal(await ask(), 200);
  assert.equal(await ask(), 200);
  expire();
  assert.equal(await ask(), 200);
  expire();
  assert.equal(await ask(), 200);
  assert.equal(source.requests.length, 3, 'made, made anew, and once in vain');
  const { samples } = (await exposed(server)).get('mapgate_cache_tiles_total') ?? assert.fail('no tiles');
  assert.deepEqual(Object.fromEntries(samples), {
    'mapgate_cache_tiles_total{cache="tiles",result="miss"}': 1,
    'mapgate_cache_tiles_total{cache="tiles",result="hit"}': 1,
    'mapgate_cache_tiles_total{cache="tiles",result="stale"}': 2,
  });
});

test('what waits for a source, for a place there, and which requests are under way', async (t) => {
  let goOn = (): void => {};
  const free = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const source = await mapServer(t, async () => {
    await free;
    return { status: 500 };
  });
  const sandbox = new Sandbox(t);
  writeFileSync(sandbox.path('map.yaml'), JSON.stringify(configuration(source)));
  const server = await Operated.start(t, { app: { mapproxy: sandbox.path('map.yaml') }, workers: 1 });
  const [{ pid } = { pid: 0 }] = (await server.status()).workers;
  const asked = [0, 1, 2].map((x) => server.get(`/tiles/map/EPSG900913/2/${x}/0.png`));
  const waiting = (phase: string) => sample(server, 'mapgate_waiting', `mapgate_waiting{pid="${pid}",for="${phase}"}`);
  await until(async () => (await waiting('place')) === 2, 'two wait for a place');
  assert.equal(await waiting('source'), 1);
  assert.equal(await sample(server, 'mapgate_pending_requests', `mapgate_pending_requests{pid="${pid}"}`), 3);
  goOn();
  await Promise.all(asked);
  await until(async () => (await waiting('place')) === 0, 'nobody waits any more');
  assert.equal(await waiting('source'), 0);
});

test('what breaks a protocol is counted by protocol', async (t) => {
  const sandbox = new Sandbox(t);
  const protocols = ['fastcgi', 'scgi', 'ajp'];
  const listen = [{ http: '127.0.0.1:0' }, ...protocols.map((name) => ({ [name]: `unix:${sandbox.path(name)}` }))];
  const server = await Operated.start(t, { listen, workers: 1 });
  const address = { port: await server.port(), host: '127.0.0.1' };
  for (const place of [address, ...protocols.map((name) => sandbox.path(name))]) {
    await new Promise<void>((resolve) => {
      const socket = typeof place === 'string' ? connect(place) : connect(place);
      socket.on('error', () => {}).once('close', () => resolve());
      socket.resume().write('this is no protocol that anybody speaks here\r\n\r\n');
    });
  }
  for (const protocol of ['http', ...protocols]) {
    const name = `mapgate_protocol_errors_total{protocol="${protocol}"}`;
    await until(async () => (await sample(server, 'mapgate_protocol_errors_total', name)) === 1, name);
  }
});

test('every family has a type and a text, and buckets grow to the count', async (t) => {
  const source = await mapServer(t);
  const sandbox = new Sandbox(t);
  writeFileSync(sandbox.path('map.yaml'), JSON.stringify(configuration(source)));
  const server = await Operated.start(t, { app: { mapproxy: sandbox.path('map.yaml') }, workers: 2 });
  await server.get('/tiles/map/EPSG900913/0/0/0.png');
  const families = await exposed(server);
  const types = Object.fromEntries([...families].map(([name, { type }]) => [name, type]));
  assert.deepEqual(types, {
    mapgate_requests_total: 'counter',
    mapgate_request_duration_seconds: 'histogram',
    mapgate_cache_tiles_total: 'counter',
    mapgate_source_requests_total: 'counter',
    mapgate_source_request_duration_seconds: 'histogram',
    mapgate_protocol_errors_total: 'counter',
    mapgate_fastcgi_events_total: 'counter',
    mapgate_info: 'gauge',
    mapgate_start_time_seconds: 'gauge',
    mapgate_generation: 'gauge',
    mapgate_workers: 'gauge',
    mapgate_worker_restarts_total: 'counter',
    mapgate_reloads_total: 'counter',
    mapgate_pending_requests: 'gauge',
    mapgate_waiting: 'gauge',
    mapgate_resident_memory_bytes: 'gauge',
    mapgate_event_loop_delay_seconds: 'gauge',
  });
  for (const [name, { help }] of families) assert.notEqual(help, '', name);
  for (const [name, { type, samples }] of families) {
    if (type !== 'histogram') continue;
    const buckets = [...samples].filter(([key]) => key.startsWith(`${name}_bucket`)).map(([, value]) => value);
    assert.ok(buckets.length > 0, name);
    assert.deepEqual(
      buckets,
      buckets.toSorted((one, two) => one - two),
      name,
    );
    const [, count] = [...samples].find(([key]) => key.startsWith(`${name}_count`)) ?? [];
    assert.equal(buckets.at(-1), count, name);
  }
  const memory = families.get('mapgate_resident_memory_bytes')?.samples ?? new Map<string, number>();
  assert.equal(memory.size, 2);
  for (const bytes of memory.values()) assert.ok(bytes > 2 ** 20, 'bytes, not megabytes');
});
