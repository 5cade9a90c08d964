import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { configureLogging } from '../../../src/log.ts';
import { blockPng } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

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

  it('a circle is refused', async (test) => {
    const yaml = configuration('grids: [GLOBAL_MERCATOR]').replace('sources: [tiles]', 'sources: [outer]');
    await assert.rejects(openMap(test, yaml), /refers to itself/);
  });
});
