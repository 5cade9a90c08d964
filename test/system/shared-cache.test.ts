import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Graph } from '../../src/config/build/graph.ts';
import { loadConfiguration } from '../../src/config/index.ts';
import type { TileCoord } from '../../src/grid/types.ts';
import { configureLogging } from '../../src/log.ts';
import { requirePrograms } from '../support/debian.ts';
import { blockPng, MapServer } from '../support/map-server.ts';
import { filesIn } from '../support/stores.ts';
import { folderWith } from '../support/temporary.ts';

configureLogging({ level: 'silent' });

const run = promisify(execFile);
const LOAD_TILE = fileURLToPath(new URL('../support/reference/load-tile.py', import.meta.url));
const LAYOUTS = ['tc', 'mp', 'tms', 'reverse_tms', 'quadkey', 'arcgis'];
const CACHES = [...LAYOUTS, 'mbtiles'];
const { signal } = new AbortController();

/** Of three meta tiles. */
const FIRST: TileCoord = [5, 6, 4];
const SECOND: TileCoord = [9, 2, 4];
const THIRD: TileCoord = [13, 13, 4];

/** A folder with a configuration of all layouts that both programs read. */
class Site {
  readonly folder: string;
  readonly #test: TestContext;

  constructor(test: TestContext, folder: string) {
    this.#test = test;
    this.folder = folder;
  }

  static async create(test: TestContext, server: MapServer): Promise<Site> {
    const cache = (name: string, kind: string) =>
      `  ${name}: {sources: [wms], grids: [GLOBAL_MERCATOR], meta_size: [2, 2], meta_buffer: 0, cache: {${kind}}}`;
    const yaml = `
globals: {image: {paletted: false}}
services: {tms: {}}
sources: {wms: {type: wms, req: {url: "${server.url}/wms", layers: roads}}}
caches:
${LAYOUTS.map((layout) => cache(layout, `type: file, directory_layout: ${layout}`)).join('\n')}
${cache('mbtiles', 'type: mbtiles')}
layers: [{name: osm, title: OSM, sources: [tc]}]
`;
    return new Site(test, await folderWith(test, { 'mapproxy.yaml': yaml }));
  }

  /** Has MapProxy load a tile of each of these caches. */
  async mapproxy([x, y, z]: TileCoord, caches: readonly string[] = CACHES): Promise<string> {
    const file = join(this.folder, 'mapproxy.yaml');
    const { stdout } = await run('/usr/bin/python3', [LOAD_TILE, file, `${x}`, `${y}`, `${z}`, ...caches]);
    return stdout;
  }

  /** Has Mapgate load it. */
  async mapgate(coord: TileCoord, caches: readonly string[] = CACHES): Promise<(Buffer | undefined)[]> {
    const graph = new Graph(await loadConfiguration(join(this.folder, 'mapproxy.yaml')));
    this.#test.after(() => graph.close());
    const bodies: (Buffer | undefined)[] = [];
    for (const name of caches) bodies.push((await graph.tileCaches(name)[0]?.getTile(coord, { signal }))?.body);
    return bodies;
  }

  /** Every file of the caches. */
  async files(): Promise<string[]> {
    const files = await filesIn(join(this.folder, 'cache_data'));
    return files.filter((file) => !file.endsWith('.lck')).toSorted();
  }
}

async function drawing({ url }: { url: string }) {
  const query = new URLSearchParams(url.slice(url.indexOf('?')).toUpperCase());
  const body = await blockPng(Number(query.get('WIDTH')), Number(query.get('HEIGHT')));
  return { headers: { 'Content-Type': 'image/png' }, body };
}

const NEEDED = { 'mapproxy-util': 'mapproxy' };

describe('a cache shared with MapProxy', () => {
  it('CCH-01 to CCH-10: both write the same files, and read and extend what the other made', async (test) => {
    if (!(await requirePrograms(test, NEEDED))) return;
    const server = await MapServer.start(drawing);
    test.after(() => server.stop());
    const [site, ours] = [await Site.create(test, server), await Site.create(test, server)];
    await site.mapproxy(FIRST);
    await ours.mapgate(FIRST);
    const files = await ours.files();
    assert.deepEqual(files, await site.files());
    assert.equal(files.length, LAYOUTS.length * 4 + 1);
    assert.equal(server.requests.length, 2 * CACHES.length);

    const read = await site.mapgate(FIRST);
    assert.equal(server.requests.length, 2 * CACHES.length, 'nothing was asked for again');
    const stored = readFileSync(join(site.folder, 'cache_data/tms_EPSG900913/4/5/6.png'));
    assert.deepEqual(read[LAYOUTS.indexOf('tms')], stored);
    assert.ok(read.every((body) => body !== undefined));

    await site.mapgate(SECOND);
    assert.equal(server.requests.length, 3 * CACHES.length);
    const lengths = await site.mapproxy(SECOND);
    assert.equal(server.requests.length, 3 * CACHES.length, 'nothing was asked for again');
    assert.equal(lengths.match(/^\w+ \d+$/gm)?.length, CACHES.length, lengths);
  });

  it('TILE-11, TILE-12: one waits for the other, under locks of the same name', async (test) => {
    if (!(await requirePrograms(test, NEEDED))) return;
    const locks: string[][] = [];
    let other: Promise<unknown> | undefined;
    let second: () => Promise<unknown> = async () => {};
    const server = await MapServer.start(async (request) => {
      locks.push(await filesIn(join(site.folder, 'cache_data/tile_locks')));
      other ??= second();
      // Long enough for the other to find the lock taken.
      await sleep(1500);
      return drawing(request);
    });
    test.after(() => server.stop());
    const site = await Site.create(test, server);
    for (const cache of ['tc', 'mbtiles']) {
      second = () => site.mapgate(FIRST, [cache]);
      await site.mapproxy(FIRST, [cache]);
      assert.ok(await other);
      second = () => site.mapproxy(THIRD, [cache]);
      other = undefined;
      const [body] = await site.mapgate(THIRD, [cache]);
      assert.ok(body);
      assert.match(String(await other), new RegExp(`^${cache} \\d+\n$`));
      assert.equal(locks.length, 2, 'each tile was asked for once');
      const [theirs = '', ours = ''] = locks.map((names) => names.join());
      assert.match(theirs, /^(mbtiles-)?[0-9a-f]{32}-4-6-4\.lck$/);
      assert.equal(ours, theirs.replace('-4-6-4', '-12-12-4'));
      locks.length = 0;
      other = undefined;
    }
    assert.ok(!existsSync(join(site.folder, 'cache_data/mbtiles.mbtiles.init.lck')));
  });
});
