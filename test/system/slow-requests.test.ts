import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { type TestContext, test } from 'node:test';
import { openDatabase } from '../../src/cache/store/sqlite.ts';
import { lockFile } from '../../src/lock/file-lock.ts';
import { Sandbox } from '../front/sandbox.ts';
import { type AnswerUpstream, MapServer, solidPng } from '../support/map-server.ts';
import { ask, Operated, until } from './operated.ts';

const TILE = '/tiles/map/EPSG900913/1/0/0.png';

/** A map proxy whose requests are slow after a tenth of a second; its cache is as said. */
async function slowMap(t: TestContext, cache: object, answer: AnswerUpstream) {
  const source = await MapServer.start(answer);
  t.after(() => source.stop());
  const sandbox = new Sandbox(t);
  const configuration = {
    services: { tms: {} },
    layers: [{ name: 'map', title: 'Map', sources: ['tiles'] }],
    caches: { tiles: { sources: ['remote'], grids: ['GLOBAL_MERCATOR'], meta_size: [1, 1], meta_buffer: 0, cache } },
    sources: { remote: { type: 'wms', req: { url: `${source.url}/?`, layers: 'x' }, concurrent_requests: 1 } },
    globals: { cache: { tile_lock_dir: sandbox.path('locks') } },
  };
  writeFileSync(sandbox.path('map.yaml'), JSON.stringify(configuration));
  const app = { mapproxy: sandbox.path('map.yaml') };
  const server = await Operated.start(t, { app, workers: 1, slow_request: '100ms' });
  return { server, sandbox, host: source.url.slice('http://'.length) };
}

/** What a line of the log says that the request for this target waits for. */
function waitsOf({ mapgate }: Operated, target: string): string[] {
  const line = mapgate.log.split('\n').find((one) => one.includes(`"a slow request: GET ${target}"`));
  return line === undefined ? [] : (JSON.parse(line).waits ?? []).map((wait: string) => wait.replace(/ \d+ ms$/, ''));
}

async function picture() {
  return { headers: { 'Content-Type': 'image/png' }, body: await solidPng(256, 256, [1, 2, 3]) };
}

test('a slow request tells the source that it waits for, or the place there', async (t) => {
  let goOn = (): void => {};
  const free = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { server, host } = await slowMap(t, { type: 'file' }, () => free.then(picture));
  const other = '/tiles/map/EPSG900913/1/1/0.png';
  const asked = [server.get(TILE)];
  await until(() => server.mapgate.log.includes(`GET ${TILE}`), 'the first is slow');
  asked.push(server.get(other));
  await until(() => server.mapgate.log.includes(`GET ${other}`), 'the second is slow');
  goOn();
  await Promise.all(asked);
  assert.deepEqual(waitsOf(server, TILE), [`source ${host}`]);
  assert.deepEqual(waitsOf(server, other), [`a place at source ${host}`]);
});

test('a slow request tells that it waits for the lock of a tile', async (t) => {
  let isFirst = true;
  const { server, sandbox } = await slowMap(t, { type: 'file' }, async () => {
    if (isFirst) [name] = readdirSync(sandbox.path('locks'));
    const answer = isFirst ? { status: 500 } : await picture();
    isFirst = false;
    return answer;
  });
  let name: string | undefined;
  await server.get(TILE);
  assert.ok(name !== undefined, 'there was a lock');
  const wait = { timeoutMilliseconds: 1000, signal: new AbortController().signal };
  const release = await lockFile(sandbox.path('locks', name), wait);
  const asked = server.get(TILE);
  await until(() => server.mapgate.log.includes('a slow request: '), 'slow');
  release();
  assert.equal((await asked).status, 200);
  assert.deepEqual(waitsOf(server, TILE), ['the lock of a tile of cache tiles']);
});

test('a slow request tells that it waits to read from a cache, or to write to it', async (t) => {
  const { server, sandbox } = await slowMap(t, { type: 'mbtiles', filename: 'tiles.mbtiles' }, picture);
  assert.equal((await server.get(TILE)).status, 200);
  const [file = ''] = readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.mbtiles'),
  );
  const database = openDatabase(sandbox.path(file));
  sandbox.defer(() => void database.close());
  const other = (x: number) => `/tiles/map/EPSG900913/2/${x}/0.png`;
  // The first keeps readers out, the second writers.
  for (const [x, lock] of ['EXCLUSIVE', 'IMMEDIATE'].entries()) {
    database.exec(`BEGIN ${lock}`);
    const asked = server.get(other(x));
    await until(() => server.mapgate.log.includes(`a slow request: GET ${other(x)}`), 'slow');
    database.exec('COMMIT');
    assert.equal((await asked).status, 200);
  }
  assert.deepEqual(waitsOf(server, other(0)), ['reading from cache tiles']);
  assert.deepEqual(waitsOf(server, other(1)), ['writing to cache tiles']);
});

const APPLICATION = `
export const application = async (request) => {
  if (request.method === 'POST') for await (const _ of request.body);
  const part = Buffer.alloc(1 << 20);
  return { status: 200, headers: {}, body: (async function* () { for (let n = 0; n < 64; n++) yield part; })() };
};
`;

test('a slow request tells that it waits for its body, or for its client', async (t) => {
  const sandbox = new Sandbox(t);
  writeFileSync(sandbox.path('module.mjs'), APPLICATION);
  const app = { module: sandbox.path('module.mjs') };
  const server = await Operated.start(t, { app, workers: 1, slow_request: '100ms' });
  const port = await server.port();
  const sends = http.request({ port, host: '127.0.0.1', path: '/sends', method: 'POST', agent: false });
  sends.on('error', () => {}).on('response', (response) => response.resume());
  sends.write('some');
  await until(() => server.mapgate.log.includes('a slow request: POST /sends'), 'slow');
  sends.end();
  const takes = http.get({ port, host: '127.0.0.1', path: '/takes', agent: false }, (response) => response.pause());
  takes.on('error', () => {});
  await until(() => server.mapgate.log.includes('a slow request: GET /takes'), 'slow');
  takes.destroy();
  assert.match(server.mapgate.log, /"waits":\["the request body \d+ ms"\],"msg":"a slow request: POST \/sends"/);
  assert.deepEqual(waitsOf(server, '/takes'), ['the client to take the answer']);
  assert.equal((await ask({ socketPath: server.sandbox.path('admin.sock'), path: '/readyz' })).status, 200);
});
