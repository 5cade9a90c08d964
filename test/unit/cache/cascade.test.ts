import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { configureLogging } from '../../../src/log.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { blockPng } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const PNG = { mimeType: 'image/png', transparent: false, background: [255, 255, 255] } as const;

/** Paths of the stored tiles, below the folder of the caches. */
async function tilesIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'cache_data'), { recursive: true });
  return names.filter((name) => name.endsWith('.png'));
}

/** `outer` is what the outer cache says besides its source. */
function configuration(outer: string, grids = ''): string {
  return `
globals: {image: {paletted: false}}
grids: {${grids}}
sources:
  tiles: {type: tile, grid: GLOBAL_MERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}
caches:
  inner: {sources: [tiles], grids: [GLOBAL_MERCATOR]}
  outer: {sources: [inner], ${outer}}
layers: [{name: outer, title: Outer, sources: [outer]}]
`;
}

describe('a cache as source of a cache', () => {
  it('TILE-19: tiles of the same area are taken as they are, from the other origin too', async (test) => {
    const { folder, server, tileSet } = await openMap(test, configuration('grids: [GLOBAL_WEBMERCATOR]'));
    const tile = await tileSet('outer').getTile([5, 6, 4], { signal });
    assert.deepEqual(tile?.body, await blockPng(256, 256));
    assert.deepEqual(server.urls, ['/4/5/9']);
    assert.deepEqual(await readdir(join(folder, 'cache_data')), ['inner_EPSG900913', 'outer_EPSG3857', 'tile_locks']);
  });

  it('TILE-19: another format is drawn from meta tiles', async (test) => {
    const outer = 'grids: [GLOBAL_MERCATOR], format: image/jpeg, meta_size: [2, 2], meta_buffer: 0';
    const { server, tileSet } = await openMap(test, configuration(outer));
    const tile = await tileSet('outer').getTile([0, 0, 1], { signal });
    assert.equal(tile?.mimeType, 'image/jpeg');
    assert.equal(server.urls.length, 4);
  });

  it('TILE-19: other resolutions are drawn from meta tiles', async (test) => {
    const own = 'own: {srs: "EPSG:3857", bbox: [0, 0, 10018754, 10018754], res: [30000, 20000], origin: nw}';
    const outer = 'grids: [own], meta_size: [1, 1], meta_buffer: 0, image: {colors: 0}';
    const { server, tileSet } = await openMap(test, configuration(outer, own));
    const tile = await tileSet('outer').getTile([0, 0, 0], { signal });
    assert.ok(tile);
    // Its lower left is that of a tile of level 3, of 19568 map units in a pixel.
    const { data, info } = await sharp(tile.body).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [256, 256]);
    assert.ok(data.subarray(2, 3).every((blue) => blue === 200));
    assert.ok(server.urls.every((url) => url.startsWith('/3/')));
  });

  it('TILE-19: another SRS is drawn from meta tiles', async (test) => {
    const outer = 'grids: [GLOBAL_GEODETIC], meta_size: [1, 1], meta_buffer: 0, image: {colors: 0}';
    const { server, tileSet } = await openMap(test, configuration(outer));
    const tile = await tileSet('outer').getTile([4, 2, 3], { signal });
    assert.ok(tile);
    const { data, info } = await sharp(tile.body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [256, 256]);
    const middle = (128 * 256 + 128) * 4;
    assert.deepEqual([...data.subarray(middle + 2, middle + 4)], [200, 255], 'blue, opaque');
    assert.ok(
      server.urls.every((url) => /^\/[234]\//.test(url)),
      String(server.urls),
    );
  });

  const time = (value: string) => new Map([['time', value]]);

  it('TILE-19, TILE-23: tiles of dimensions go from cache to cache', async (test) => {
    const { folder, graph, server } = await openMap(test, configuration('grids: [GLOBAL_WEBMERCATOR]'));
    const [outer] = graph.tileCaches('outer');
    for (const value of ['2020', '2021', '2020']) {
      assert.ok(await outer?.getTile([5, 6, 4], { signal, dimensions: time(value) }));
    }
    assert.deepEqual(server.urls, ['/4/5/9', '/4/5/9'], 'each is asked for once');
    assert.deepEqual((await tilesIn(folder)).toSorted(), [
      'inner_EPSG900913/time-2020/04/000/000/005/000/000/009.png',
      'inner_EPSG900913/time-2021/04/000/000/005/000/000/009.png',
      'outer_EPSG3857/time-2020/04/000/000/005/000/000/006.png',
      'outer_EPSG3857/time-2021/04/000/000/005/000/000/006.png',
    ]);
  });

  it('TILE-19, TILE-23: also where tiles are drawn anew, down to the server', async (test) => {
    const yaml = configuration('grids: [GLOBAL_GEODETIC], meta_size: [1, 1], meta_buffer: 0')
      .replace(/tiles: \{.*\}/, 'tiles: {type: wms, forward_req_params: [time], req: {url: "SERVER/?", layers: a}}')
      .replace('layers: [{', 'layers: [{dimensions: {time: {values: [2020, 2021]}}, ');
    const { folder, mapLayers, renderer, server } = await openMap(test, yaml);
    const query = {
      bbox: [0, 0, 10, 10] as const,
      size: [20, 20] as const,
      srs: srsByCode('EPSG:4326'),
      signal,
      dimensions: time('2020'),
    };
    await renderer.render([mapLayers], query, PNG);
    assert.ok(server.urls.length > 0);
    assert.ok(server.urls.every((url) => url.toLowerCase().includes('time=2020')));
    const tiles = await tilesIn(folder);
    assert.ok(tiles.some((path) => path.startsWith('inner_')) && tiles.some((path) => path.startsWith('outer_')));
    assert.ok(
      tiles.every((path) => path.includes('/time-2020/')),
      tiles.join(),
    );
  });

  it('LYR-11: a cache below that cannot tell dimensions apart is an error', async (test) => {
    const yaml = configuration('grids: [GLOBAL_WEBMERCATOR]')
      .replace('grids: [GLOBAL_MERCATOR]}', 'grids: [GLOBAL_MERCATOR], cache: {type: mbtiles}}')
      .replace('layers: [{', 'layers: [{dimensions: {time: {values: [2020]}}, ');
    await assert.rejects(openMap(test, yaml), /caching of dimension layer \(outer\) is not supported yet/);
  });

  it('TILE-14, LYR-11: a cache that maps are drawn from directly gets no other parameters of the client', async (test) => {
    const yaml = configuration('grids: [GLOBAL_WEBMERCATOR], use_direct_from_res: 1000000');
    const { folder, mapLayers, renderer } = await openMap(test, yaml);
    const query = { bbox: [0, 0, 10, 10], size: [20, 20], srs: srsByCode('EPSG:4326'), signal } as const;
    await renderer.render([mapLayers], { ...query, dimensions: time('2020') }, PNG);
    const tiles = await tilesIn(folder);
    assert.ok(tiles.length > 0);
    assert.ok(
      tiles.every((path) => /^inner_EPSG900913\/\d/.test(path)),
      tiles.join(),
    );
  });

  it('a circle is refused', async (test) => {
    const yaml = configuration('grids: [GLOBAL_MERCATOR]').replace('sources: [tiles]', 'sources: [outer]');
    await assert.rejects(openMap(test, yaml), /refers to itself/);
  });
});
