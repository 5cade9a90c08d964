import assert from 'node:assert/strict';
import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { refreshOptions, refreshRule } from '../../../src/cache/refresh.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { Timestamp } from '../../../src/options.ts';
import { blockPng, solidPng, type UpstreamAnswer } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { temporaryFolder } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const RED = [255, 0, 0] as const;

function configuration(cache: string): string {
  return `
sources:
  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s", on_error: {503: {response: [0, 0, 255], cache: false, authorize_stale: true}}}
caches:
  osm: {sources: [tiles], grids: [GLOBAL_WEBMERCATOR], ${cache}}
layers: [{name: osm, title: OSM, sources: [osm]}]
`;
}

function rule(options: unknown, resolvePath = (path: string) => path) {
  return refreshRule(refreshOptions.parse(options), resolvePath);
}

describe('the time that tiles expire', () => {
  it('TILE-17: time is local, with whole seconds, the limit itself expired', () => {
    const at = new Date(2020, 7, 25, 12, 30, 0).getTime() / 1000;
    for (const time of ['2020-08-25T12:30:00', new Timestamp('2020-08-25 12:30:00')]) {
      const isExpired = rule({ time });
      assert.deepEqual([at - 1, at, at + 0.9, at + 1].map(isExpired), [true, true, true, false]);
    }
    assert.ok(rule({ time: new Timestamp('2020-08-25') })(new Date(2020, 7, 25).getTime() / 1000));
  });

  it('TILE-17: what is no time is an error of the configuration', () => {
    assert.throws(() => rule({ time: 'yesterday' }), ConfigError);
  });

  it('TILE-17: spans are added up, and counted from now', () => {
    const isExpired = rule({ days: 1, hours: 2, minutes: 3, seconds: 4 });
    const age = 86_400 + 2 * 3600 + 3 * 60 + 4;
    const now = Date.now() / 1000;
    assert.deepEqual([now - age - 60, now - age + 60].map(isExpired), [true, false]);
    assert.ok(rule({ weeks: 1 })(now - 7 * 86_400 - 60));
  });

  it('TILE-17: mtime is the last change of a file, looked at for each tile', async (test) => {
    const folder = await temporaryFolder(test);
    await writeFile(join(folder, 'data'), '');
    await utimes(join(folder, 'data'), 1000, 1000);
    const isExpired = rule({ mtime: 'data' }, (path) => join(folder, path));
    assert.deepEqual([999, 1001].map(isExpired), [true, false]);
    await utimes(join(folder, 'data'), 2000, 2000);
    assert.deepEqual([1001, 2001].map(isExpired), [true, false]);
    await rm(join(folder, 'data'));
    assert.equal(isExpired(1), false, 'without the file nothing expires');
  });
});

describe('tiles that expire', () => {
  const open = (test: Parameters<typeof openMap>[0], cache: string, answer?: Parameters<typeof openMap>[2]) =>
    openMap(test, configuration(cache), answer);
  const FILE = 'cache_data/osm_EPSG3857/01/000/000/000/000/000/000.png';
  const REFRESHED = 'refresh_before: {days: 1}';

  async function opened(test: Parameters<typeof openMap>[0], later: () => UpstreamAnswer | Promise<UpstreamAnswer>) {
    let asked = 0;
    const map = await open(test, REFRESHED, async () =>
      asked++ === 0 ? { headers: { 'Content-Type': 'image/png' }, body: await blockPng(256, 256) } : later(),
    );
    const tiles = map.tileSet('osm');
    await tiles.getTile([0, 0, 1], { signal });
    const file = join(map.folder, FILE);
    await utimes(file, 1_000_000, 1_000_000);
    return { ...map, tiles, file };
  }

  it('TILE-17: are made anew, and stored', async (test) => {
    const { tiles, server, file } = await opened(test, async () => ({
      headers: { 'Content-Type': 'image/png' },
      body: await solidPng(256, 256, RED),
    }));
    const tile = await tiles.getTile([0, 0, 1], { signal });
    assert.deepEqual(tile?.body, await solidPng(256, 256, RED));
    assert.ok((await stat(file)).mtimeMs > 1_000_000_000);
    await tiles.getTile([0, 0, 1], { signal });
    assert.equal(server.requests.length, 2);
  });

  it('TILE-18: are served when the source fails, and asked for again', async (test) => {
    const { tiles, server } = await opened(test, () => ({ status: 500 }));
    for (const _ of [1, 2]) {
      const tile = await tiles.getTile([0, 0, 1], { signal });
      assert.deepEqual([tile?.body, tile?.timestamp], [await blockPng(256, 256), 1_000_000]);
    }
    assert.equal(server.requests.length, 3);
  });

  it('SRC-06: are served rather than what stands in for an error, where authorize_stale says so', async (test) => {
    const { tiles } = await opened(test, () => ({ status: 503 }));
    assert.equal((await tiles.getTile([0, 0, 1], { signal }))?.timestamp, 1_000_000);
    const missing = await tiles.getTile([1, 1, 1], { signal });
    assert.equal(missing?.cacheable, false, 'there is none: the blue one');
  });

  it('CCH-10: in MBTiles all are expired, there being no times', async (test) => {
    const { server, tileSet } = await open(test, `${REFRESHED}, cache: {type: mbtiles}`);
    for (const _ of [1, 2]) await tileSet('osm').getTile([0, 0, 1], { signal });
    assert.equal(server.requests.length, 2);
  });

  it('TILE-17: without sources are served all the same', async (test) => {
    const { folder, graph } = await open(test, REFRESHED);
    await graph.tileCaches('osm')[0]?.getTile([0, 0, 1], { signal });
    await utimes(join(folder, FILE), 1_000_000, 1_000_000);
    const offline = configuration(`${REFRESHED}, cache_dir: "${folder}/cache_data"`).replace('[tiles]', '[]');
    const { tileSet } = await openMap(test, offline);
    assert.ok(await tileSet('osm').getTile([0, 0, 1], { signal }));
  });
});
