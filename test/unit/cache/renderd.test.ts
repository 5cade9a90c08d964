import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { maintainTiles } from '../../../src/cache/maintenance.ts';
import { buildMapApp } from '../../../src/config/build/map-app.ts';
import { checkConfiguration, loadConfiguration } from '../../../src/config/index.ts';
import { SourceError } from '../../../src/http/errors.ts';
import { tryLockFile } from '../../../src/lock/file-lock.ts';
import { configureLogging } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { type AnswerUpstream, blockPng, MapServer } from '../../support/map-server.ts';
import { type OpenMap, openMap } from '../../support/open-map.ts';
import { folderWith } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

/** SERVER is renderd here, and RENDERD its address; the map server is asked by nobody. */
function configuration({ address = 'SERVER/', cache = '', more = '' } = {}): string {
  return `
globals:
  renderd: {address: "${address}"}
  http: {client_timeout: 2, headers: {X-Key: secret}}
  cache: {meta_size: [1, 1], meta_buffer: 0${more}}
services: {tms: {}, wms: {}}
sources:
  tms_cache: {type: tile, grid: GLOBAL_MERCATOR, url: "SERVER/tiles/%(tc_path)s.png"}
  wms_cache: {type: wms, req: {url: "SERVER/?", layers: a}}
caches:
  tms_cache: {grids: [GLOBAL_MERCATOR], sources: [tms_cache]${cache}}
  wms_cache: {grids: [GLOBAL_MERCATOR], sources: [wms_cache], meta_size: [3, 3]}
layers:
  - {name: tms_cache, title: TMS, sources: [tms_cache]}
  - {name: wms_cache, title: WMS, sources: [wms_cache]}
`;
}

/** A renderd that stores what is asked for, in a folder that is told later. */
class MockRenderd {
  folder = '';
  readonly answer: AnswerUpstream = async ({ url, body }) => {
    if (url !== '/') return { headers: { 'Content-Type': 'image/png' }, body: await blockPng(256, 256) };
    const { tiles, cache_identifier: cache } = JSON.parse(body);
    for (const [x, y, level] of tiles) await this.store(cache, x, y, level);
    return { headers: { 'Content-Type': 'application/json' }, body: '{"status": "ok"}' };
  };

  /** Tiles below 1000, in the layout `tc`. */
  async store(cache: string, x: number, y: number, level: number): Promise<void> {
    const part = (number: number) => `000/000/${String(number).padStart(3, '0')}`;
    const directory = cache.replace('GLOBAL_MERCATOR', 'EPSG900913');
    const path = `${directory}/${String(level).padStart(2, '0')}/${part(x)}/${part(y)}.png`;
    const file = join(this.folder, 'cache_data', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `made by renderd: ${x}/${y}/${level}`);
  }
}

async function open(test: TestContext, yaml: string): Promise<OpenMap> {
  const renderd = new MockRenderd();
  const map = await openMap(test, yaml, renderd.answer);
  renderd.folder = map.folder;
  return map;
}

/** What a renderd that says this makes of a tile. */
async function failure(test: TestContext, answer: AnswerUpstream, yaml = configuration()): Promise<SourceError> {
  const { tileSet } = await openMap(test, yaml, answer);
  try {
    await tileSet('tms_cache').getTile([10, 20, 7], { signal });
  } catch (error) {
    assert.ok(error instanceof SourceError, String(error));
    return error;
  }
  return assert.fail('a tile came');
}

describe('renderd', () => {
  it('TILE-27, GLB-45: is asked for a tile that is missing, which is served as it stored it', async (test) => {
    const { server, tileSet } = await open(test, configuration());
    const tile = await tileSet('tms_cache').getTile([10, 20, 6], { signal });
    assert.equal(tile?.body.toString(), 'made by renderd: 10/20/6');
    assert.equal(tile?.mimeType, 'image/png');
    await tileSet('tms_cache').getTile([10, 20, 6], { signal });
    assert.equal(server.requests.length, 1, 'the second time it is there');
    const [request] = server.requests;
    assert.deepEqual([request?.method, request?.url], ['POST', '/']);
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.equal(request?.headers['x-key'], undefined, 'headers are for map servers');
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      command: 'tile',
      // What MapProxy has for this task: its tests name it.
      id: 'cf35c1c927158e188d8fbe0db380c1772b536da9',
      tiles: [[10, 20, 6]],
      cache_identifier: 'tms_cache_GLOBAL_MERCATOR',
      priority: 100,
    });
  });

  it('TILE-27: is asked for the main tile of a meta tile', async (test) => {
    const { server, graph } = await open(test, configuration());
    const [cache] = graph.tileCaches('wms_cache');
    assert.equal(await cache?.getTile([16, 16, 5], { signal }), null, 'renderd stored another one');
    const task = JSON.parse(server.requests[0]?.body ?? '');
    assert.deepEqual(task.tiles, [[15, 17, 5]]);
    assert.equal(task.id, 'aeb52b506e4e82d0a1edf649d56e0451cfd5862c');
    assert.ok(await cache?.getTile([15, 17, 5], { signal }));
  });

  it('TILE-27: tasks that make many tiles stand aside', async (test) => {
    const { server, graph } = await open(test, configuration());
    const task = { action: 'refresh', target: 'tms_cache', levels: [0, 0] } as const;
    await maintainTiles(graph.tileCaches('tms_cache'), task, () => {}, signal);
    assert.equal(JSON.parse(server.requests[0]?.body ?? '').priority, 10);
  });

  it('TILE-27: makes no tiles that are not stored', async (test) => {
    const { server, tileSet } = await open(test, configuration({ cache: ', disable_storage: true' }));
    assert.deepEqual((await tileSet('tms_cache').getTile([1, 1, 1], { signal }))?.body, await blockPng(256, 256));
    assert.deepEqual(server.urls, ['/tiles/01/000/000/001/000/000/001.png']);
  });

  it('TILE-27: nor such of dimensions, of which it knows nothing', async (test) => {
    const { server, graph } = await open(test, configuration());
    const dimensions = new Map([['time', '2020']]);
    assert.ok(await graph.tileCaches('tms_cache')[0]?.getTile([1, 1, 1], { signal, dimensions }));
    assert.deepEqual(server.urls, ['/tiles/01/000/000/001/000/000/001.png']);
  });

  it('TILE-27: is asked by one process at a time, with a lock of its own name', async (test) => {
    const { folder, tileSet, server } = await open(test, configuration());
    const path = join(folder, 'cache_data/tile_locks/tms_cache_GLOBAL_MERCATOR_renderd-10-20-6.lck');
    const release = await tryLockFile(path);
    const waiting = tileSet('tms_cache').getTile([10, 20, 6], { signal });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(server.requests.length, 0);
    release?.();
    assert.ok(await waiting);
    assert.deepEqual(await readdir(dirname(path)), []);
  });
});

describe('renderd that does not make a tile', () => {
  const says =
    (text: string, status = 200) =>
    () => ({ status, body: text });

  it('TILE-27: error', async (test) => {
    const error = await failure(test, says('{"status": "error", "error_message": "barf"}'));
    assert.equal(error.message, 'Error from renderd: barf');
    assert.match((await failure(test, says('{"status": "error"}', 500))).message, /unknown error from renderd/);
  });

  it('TILE-27: lock', async (test) => {
    const error = await failure(test, says('{"status": "lock", "error_message": "busy"}'));
    assert.equal(error.message, 'Lock timeout from renderd: busy');
  });

  it('TILE-27: no JSON', async (test) => {
    for (const text of ['{"invalid', '[]', '']) {
      const { message } = await failure(test, says(text));
      assert.equal(message, 'Error while communicating with renderd: invalid JSON');
    }
  });

  it('TILE-27: nobody there, or too slow; its address is not told', async (test) => {
    const gone = await failure(test, says(''), configuration({ address: 'http://127.0.0.1:9/' }));
    const told = 'Error while communicating with renderd: No response from URL (see logs for URL and reason).';
    assert.equal(gone.message, told);
    assert.match(gone.detail ?? '', /127\.0\.0\.1:9/);
    const yaml = configuration().replace('client_timeout: 2', 'client_timeout: 0.05');
    assert.equal((await failure(test, () => new Promise<never>(() => {}), yaml)).message, told);
  });

  it('TILE-27: clients of the services are told', async (test) => {
    const server = await MapServer.start(says('{"status": "error", "error_message": "barf <b>"}'));
    test.after(() => server.stop());
    const folder = await folderWith(test, { 'mapproxy.yaml': configuration().replaceAll('SERVER', server.url) });
    const parts = buildMapApp(await loadConfiguration(join(folder, 'mapproxy.yaml')));
    test.after(() => parts.close());
    const app = createMapProxyApp(parts);
    const map =
      '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=wms_cache&STYLES=&SRS=EPSG:900913&BBOX=0,0,9,9&WIDTH=20&HEIGHT=20&FORMAT=image/png';
    assert.match(String((await app(fakeRequest(map))).body), /Error from renderd: barf &lt;b&gt;/);
    const tile = await app(fakeRequest('/tms/1.0.0/tms_cache/0/0/0.png'));
    assert.equal(tile.status, 500);
    assert.match(String(tile.body), /Error from renderd: barf/);
  });

  it('GLB-45: an address that is none is an error with its place', async (test) => {
    const folder = await folderWith(test, { 'mapproxy.yaml': configuration({ address: 'localhost' }) });
    const [problem] = await checkConfiguration(join(folder, 'mapproxy.yaml'));
    assert.equal(problem?.severity, 'error');
    assert.equal(problem?.place.path, 'globals.renderd.address');
  });
});
