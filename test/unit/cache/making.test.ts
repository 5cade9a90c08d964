import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { drawFromCache } from '../../../src/cache/cache-map.ts';
import { Graph } from '../../../src/config/build/graph.ts';
import { loadConfiguration } from '../../../src/config/index.ts';
import { SourceError } from '../../../src/http/errors.ts';
import { tryLockFile } from '../../../src/lock/file-lock.ts';
import { configureLogging } from '../../../src/log.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { eventually } from '../../support/fastcgi-peer.ts';
import { blockPng, solidPng, type UpstreamRequest } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { filesIn } from '../../support/stores.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const PNG = { mimeType: 'image/png', transparent: true, background: [255, 255, 255] } as const;
const WORLD = 20037508.342789244;

function wms(cache = '', globals = ''): string {
  return `
globals: {${globals}}
sources:
  wms: {type: wms, req: {url: SERVER/wms, layers: roads}}
caches:
  osm: {sources: [wms], grids: [GLOBAL_WEBMERCATOR], image: {colors: 0}, ${cache}}
layers: [{name: osm, title: OSM, sources: [osm]}]
`;
}

function tiled(cache = '', grids = ''): string {
  return `
grids: {${grids}}
sources:
  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s", on_error: {404: {response: transparent, cache: false}}}
caches:
  osm: {sources: [tiles], grids: [GLOBAL_WEBMERCATOR], ${cache}}
layers: [{name: osm, title: OSM, sources: [osm]}]
`;
}

function png(body: Buffer) {
  return { headers: { 'Content-Type': 'image/png' }, body };
}

async function pixels(body: Buffer): Promise<Buffer> {
  return sharp(body).ensureAlpha().raw().toBuffer();
}

describe('locks of tiles', () => {
  it('TILE-11, TILE-12: are named by the cache and the main tile, and taken away', async (test) => {
    const seen: string[][] = [];
    const { folder, tileSet } = await openMap(test, wms(), async () => {
      seen.push(await readdir(join(folder, 'cache_data/tile_locks')));
      return png(await blockPng(1184, 1184));
    });
    await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.equal(seen.length, 1);
    assert.match(seen[0]?.join() ?? '', /^[0-9a-f]{32}-4-4-4\.lck$/);
    assert.deepEqual(await readdir(join(folder, 'cache_data/tile_locks')), []);
  });

  it('TILE-12: of MBTiles begin with its name', async (test) => {
    let seen: string[] = [];
    const { folder, tileSet } = await openMap(test, wms('cache: {type: mbtiles}'), async () => {
      seen = await readdir(join(folder, 'cache_data/tile_locks'));
      return png(await blockPng(1184, 1184));
    });
    await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.match(seen.join(), /^mbtiles-[0-9a-f]{32}-4-4-4\.lck$/);
  });

  it('GLB-27: are where tile_lock_dir says, that of the cache before the global one', async (test) => {
    const globals = 'cache: {tile_lock_dir: ./global}';
    const one = await openMap(test, wms('', globals));
    await one.tileSet('osm').getTile([0, 0, 0], { signal });
    assert.ok((await readdir(one.folder)).includes('global'));
    const other = await openMap(test, wms('cache: {type: file, tile_lock_dir: ./own}', globals));
    await other.tileSet('osm').getTile([0, 0, 0], { signal });
    assert.ok((await readdir(other.folder)).includes('own'));
  });

  it('TILE-11: what somebody else made meanwhile is taken, not made again', async (test) => {
    const { server, folder, tileSet, graph } = await openMap(test, tiled());
    const name = `${graph.tileCaches('osm')[0]?.lockId}-5-6-4.lck`;
    const release = await tryLockFile(join(folder, 'cache_data/tile_locks', name));
    assert.ok(release);
    const waiting = tileSet('osm').getTile([5, 6, 4], { signal });
    const other = await openMap(
      test,
      tiled(`cache_dir: "${folder}/cache_data", cache: {type: file, tile_lock_dir: ./l}`),
    );
    const made = await other.tileSet('osm').getTile([5, 6, 4], { signal });
    release();
    assert.deepEqual((await waiting)?.body, made?.body);
    assert.equal(server.requests.length, 0);
  });

  it('TILE-20: are in cache.directory where that is given, and cache_dir is ignored with a warning', async (test) => {
    const { folder, tileSet } = await openMap(test, wms('cache_dir: ./old, cache: {type: file, directory: ./own}'));
    await tileSet('osm').getTile([0, 0, 0], { signal });
    assert.deepEqual((await readdir(folder)).toSorted(), ['mapproxy.yaml', 'own']);
    assert.ok((await readdir(join(folder, 'own'))).includes('tile_locks'));
    const configuration = await loadConfiguration(join(folder, 'mapproxy.yaml'));
    new Graph(configuration).tileCaches('osm');
    const warnings = configuration.problems.list.map(({ message }) => message);
    assert.ok(warnings.some((message) => message.includes('found cache.directory and cache_dir option for osm')));
  });

  it('GLB-10: are waited for as long as for a source, then the tile fails', async (test) => {
    const { folder, tileSet, graph } = await openMap(test, wms('', 'http: {client_timeout: 0.05}'));
    const name = `${graph.tileCaches('osm')[0]?.lockId}-0-0-0.lck`;
    const release = await tryLockFile(join(folder, 'cache_data/tile_locks', name));
    await assert.rejects(async () => tileSet('osm').getTile([0, 0, 0], { signal }), SourceError);
    release?.();
  });

  it('TILE-13: are not kept where nothing is stored', async (test) => {
    const { folder, tileSet } = await openMap(test, wms('disable_storage: true'));
    await tileSet('osm').getTile([0, 0, 0], { signal });
    assert.deepEqual(await readdir(folder), ['mapproxy.yaml']);
  });
});

describe('requests for many tiles', () => {
  /** Four tiles of level 4 around the middle of the world, of four meta tiles. */
  const QUERY = {
    bbox: [-WORLD / 8, -WORLD / 8, WORLD / 8, WORLD / 8],
    size: [512, 512],
    srs: srsByCode('EPSG:3857'),
    signal,
  } as const;

  const draw = (graph: Graph) =>
    drawFromCache(graph.tileCaches('osm'), QUERY, { maxTiles: 500, preferredSrs: graph.preferredSrs });

  it('GLB-32: makes as many meta tiles at a time as configured', async (test) => {
    for (const [limit, options] of [
      [2, ''],
      [1, 'concurrent_tile_creators: 1'],
    ] as const) {
      let [now, most] = [0, 0];
      const { graph, server } = await openMap(test, wms(options), async (request) => {
        most = Math.max(most, ++now);
        // The first is held until the second has come, so that a busy machine sees them together too.
        await eventually(() => most >= limit, 'as many requests at a time as may be');
        const side = Number(new URLSearchParams(request.url).get('WIDTH'));
        const body = await blockPng(side, side);
        now--;
        return png(body);
      });
      await draw(graph);
      assert.equal(server.requests.length, 4);
      assert.equal(most, limit);
    }
  });

  it('TILE-10: minimize_meta_requests asks once, for no more than what is wanted and its border', async (test) => {
    const { graph, server, tileSet } = await openMap(test, wms('minimize_meta_requests: true'));
    await draw(graph);
    const query = new URL(server.urls[0] ?? '', server.url).searchParams;
    assert.equal(server.requests.length, 1);
    assert.deepEqual([query.get('WIDTH'), query.get('HEIGHT')], ['672', '672']);
    assert.ok(!(tileSet('osm').getTile([7, 7, 4], { signal }) instanceof Promise), 'stored');
    await tileSet('osm').getTile([4, 4, 4], { signal });
    const single = new URL(server.urls[1] ?? '', server.url).searchParams;
    assert.equal(single.get('WIDTH'), '1184', 'a tile alone comes with its meta tile');
  });

  it('TILE-09: bulk_meta_tiles fetches the tiles of a meta tile together', async (test) => {
    const { server, tileSet, folder } = await openMap(test, tiled('bulk_meta_tiles: true, meta_size: [2, 2]'));
    await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.deepEqual(server.urls.toSorted(), ['/4/4/6', '/4/4/7', '/4/5/6', '/4/5/7']);
    assert.equal((await filesIn(join(folder, 'cache_data/osm_EPSG3857'))).length, 4);
  });

  it('TILE-26: the first failure ends the request', async (test) => {
    const { graph, server } = await openMap(test, wms('concurrent_tile_creators: 1'), () => ({
      status: 500,
    }));
    await assert.rejects(draw(graph), SourceError);
    assert.equal(server.requests.length, 1);
  });
});

describe('what is stored', () => {
  it('TILE-21: an error stood in for is served, not stored, and not to be kept by clients', async (test) => {
    const { folder, tileSet } = await openMap(test, tiled(), () => ({ status: 404 }));
    const tile = await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.equal(tile?.cacheable, false);
    assert.deepEqual(await filesIn(folder), ['mapproxy.yaml']);
  });

  for (const [title, body] of [
    ['half a picture', async () => (await blockPng(256, 256)).subarray(0, 700)],
    ['something that only begins like a picture', async () => Buffer.from('89504e470d0a1a0a00', 'hex')],
    ['a page that calls itself a picture', async () => Buffer.from('<html>not found</html>')],
    ['a picture of another size', async () => blockPng(128, 128)],
  ] as const) {
    it(`${title} is not`, async (test) => {
      const { folder, tileSet } = await openMap(test, tiled(), async () => png(await body()));
      await assert.rejects(async () => tileSet('osm').getTile([5, 6, 4], { signal }), SourceError);
      assert.deepEqual(await filesIn(folder), ['mapproxy.yaml']);
    });
  }

  it('TILE-23: tiles of dimensions each in their place, without meta tiles too', async (test) => {
    const { graph, folder } = await openMap(test, tiled());
    const [cache] = graph.tileCaches('osm');
    await cache?.getTile([5, 6, 4], { signal, dimensions: new Map([['time', '2020']]) });
    await cache?.getTile([5, 6, 4], { signal });
    assert.deepEqual((await filesIn(join(folder, 'cache_data'))).toSorted(), [
      'osm_EPSG3857/04/000/000/005/000/000/006.png',
      'osm_EPSG3857/time-2020/04/000/000/005/000/000/006.png',
    ]);
  });

  it('TILE-23: dimensions are refused where they have no place', async (test) => {
    const { graph } = await openMap(test, tiled('cache: {type: mbtiles}'));
    const dimensions = new Map([['time', '2020']]);
    await assert.rejects(
      async () => graph.tileCaches('osm')[0]?.getTile([5, 6, 4], { signal, dimensions }),
      /dimensions/,
    );
  });

  it('TILE-22: where the sources have nothing, nothing', async (test) => {
    const yaml = tiled().replace('url:', 'coverage: {bbox: [0, 0, 10, 10], srs: "EPSG:4326"}, url:');
    const { folder, server, tileSet } = await openMap(test, yaml);
    assert.equal(await tileSet('osm').getTile([0, 0, 4], { signal }), null);
    assert.deepEqual([await filesIn(folder), server.urls], [['mapproxy.yaml'], []]);
  });
});

describe('the coverage of a cache', () => {
  const COVERAGE = 'cache: {type: file, coverage: {bbox: [0, 0, 90, 45], srs: "EPSG:4326"}}';

  it('COV-09, COV-11: outside of it tiles are neither made nor read', async (test) => {
    const { server, folder, tileSet } = await openMap(test, tiled(COVERAGE));
    const tiles = tileSet('osm');
    assert.equal(await tiles.getTile([0, 0, 1], { signal }), null);
    assert.ok(await tiles.getTile([1, 0, 1], { signal }));
    assert.deepEqual(server.urls, ['/1/1/0']);
    const outside = join(folder, 'cache_data/osm_EPSG3857/01/000/000/001/000/000/001.png');
    await writeFile(outside, await blockPng(256, 256));
    assert.equal(await tiles.getTile([1, 1, 1], { signal }), null);
  });

  it('COV-11: it is the extent of the layer', async (test) => {
    const { tileSet } = await openMap(test, tiled(COVERAGE));
    assert.deepEqual(
      tileSet('osm').extent.map((value) => Math.round(value) + 0),
      [0, 0, 10018754, 5621521],
    );
  });
});

describe('use_direct_from', () => {
  const query = (side: number) =>
    ({ bbox: [0, 0, side, side], size: [256, 256], srs: srsByCode('EPSG:3857'), signal }) as const;

  for (const option of ['use_direct_from_level: 5', 'use_direct_from_res: 4891.97']) {
    it(`TILE-14: ${option} asks the source for finer maps, the cache for coarser ones`, async (test) => {
      const { mapLayers, renderer, server, folder } = await openMap(test, wms(option));
      await renderer.render([mapLayers], query(256 * 4000), PNG);
      assert.deepEqual(await readdir(folder), ['mapproxy.yaml']);
      assert.equal(new URL(server.urls[0] ?? '', server.url).searchParams.get('WIDTH'), '256');
      await renderer.render([mapLayers], query(256 * 5000), PNG);
      assert.ok((await readdir(folder)).includes('cache_data'));
    });
  }

  it('TILE-14: is for caches of one source', async (test) => {
    const yaml = wms('use_direct_from_level: 5').replace('sources: [wms]', 'sources: [wms, wms]');
    await assert.rejects(openMap(test, yaml), /only supports single sources/);
  });
});

describe('tiles of other levels', () => {
  /** Has tiles of one level. */
  const onlyLevel =
    (level: number) =>
    async ({ url }: UpstreamRequest) =>
      url.startsWith(`/${level}/`) ? png(await solidPng(256, 256, [255, 0, 0])) : { status: 404 };
  /** A source of that level alone, beyond which it has nothing. */
  const limited = (min: number, max: number, cache: string) =>
    tiled(cache).replace('type: tile,', `type: tile, min_res: ${min}, max_res: ${max},`);

  it('TILE-15: upscale_tiles looks for coarser ones where the source has nothing', async (test) => {
    const { tileSet, folder, server } = await openMap(test, limited(50000, 30000, 'upscale_tiles: 2'), onlyLevel(2));
    const tile = await tileSet('osm').getTile([9, 9, 4], { signal });
    assert.deepEqual([...(await pixels(tile?.body ?? Buffer.alloc(0))).subarray(0, 4)], [255, 0, 0, 255]);
    assert.deepEqual(server.urls, ['/2/2/2']);
    assert.deepEqual(await filesIn(join(folder, 'cache_data')), ['osm_EPSG3857/02/000/000/002/000/000/002.png']);
    assert.equal(await tileSet('osm').getTile([9, 9, 5], { signal }), null, 'three levels away');
  });

  it('TILE-15: downscale_tiles looks for finer ones', async (test) => {
    const { tileSet, server } = await openMap(test, limited(50000, 30000, 'downscale_tiles: 1'), onlyLevel(2));
    const tile = await tileSet('osm').getTile([1, 1, 1], { signal });
    assert.ok(tile);
    assert.deepEqual(server.urls.toSorted(), ['/2/2/2', '/2/2/3', '/2/3/2', '/2/3/3']);
  });

  it('TILE-16: they are stored where that is configured', async (test) => {
    const options = 'upscale_tiles: 1, cache_rescaled_tiles: true';
    const { tileSet, folder } = await openMap(test, limited(50000, 30000, options), onlyLevel(2));
    await tileSet('osm').getTile([4, 4, 3], { signal });
    assert.deepEqual((await filesIn(join(folder, 'cache_data'))).toSorted(), [
      'osm_EPSG3857/02/000/000/002/000/000/002.png',
      'osm_EPSG3857/03/000/000/004/000/000/004.png',
    ]);
  });

  it('TILE-15: both at once, and negative numbers, are refused', async (test) => {
    for (const options of ['upscale_tiles: 1, downscale_tiles: 1', 'upscale_tiles: -1', 'downscale_tiles: -1']) {
      await assert.rejects(openMap(test, tiled(options)), /cannot use both|must be positive/);
    }
  });
});
