import assert from 'node:assert/strict';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { blockPng, solidPng, type UpstreamRequest } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

/** One cache of one WMS source, seen as a layer. `cache` are more options of the cache. */
function wmsConfiguration(cache = '', globals = ''): string {
  return `
globals: {${globals}}
sources:
  wms: {type: wms, req: {url: SERVER/wms, layers: roads}}
caches:
  osm: {sources: [wms], grids: [GLOBAL_WEBMERCATOR], image: {colors: 0}, ${cache}}
layers: [{name: osm, title: OSM, sources: [osm]}]
`;
}

const TILED = `
sources:
  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}
caches:
  osm: {sources: [tiles], grids: [GLOBAL_WEBMERCATOR]}
layers: [{name: osm, title: OSM, sources: [osm]}]
`;

function asPng(body: Buffer) {
  return { headers: { 'Content-Type': 'image/png' }, body };
}

async function pixelAt(body: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(body).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

describe('tiles from a WMS', () => {
  it('TILE-08: one request for a meta tile, bit by bit what MapProxy asks', async (test) => {
    const { server, tileSet } = await openMap(test, wmsConfiguration());
    await tileSet('osm').getTile([5, 6, 4], { signal });
    const query = new URL(server.urls[0] ?? '', server.url).searchParams;
    // Tiles 4 to 7 of 16, 80 pixels more on each side.
    assert.equal(query.get('WIDTH'), '1184');
    assert.equal(query.get('HEIGHT'), '1184');
    assert.equal(query.get('SRS'), 'EPSG:3857');
    assert.deepEqual(
      (query.get('BBOX') ?? '').split(',').map((value) => Math.round(Number(value))),
      [-10801469, -782715, 782715, 10801469],
    );
  });

  it('TILE-08: all its tiles are kept, and asked for once', async (test) => {
    const { server, folder, tileSet } = await openMap(test, wmsConfiguration());
    const tiles = tileSet('osm');
    await tiles.getTile([5, 6, 4], { signal });
    const columns = await readdir(join(folder, 'cache_data/osm_EPSG3857/04/000/000'));
    assert.deepEqual(columns.sort(), ['004', '005', '006', '007']);
    const stored = tiles.getTile([7, 7, 4], { signal });
    assert.ok(!(stored instanceof Promise), 'a stored tile is there at once');
    assert.equal(server.requests.length, 1);
  });

  it('TILE-08: each tile is its part of the picture', async (test) => {
    const { tileSet } = await openMap(test, wmsConfiguration());
    const tile = await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.ok(tile);
    // Second column, third row of the meta tile: its left is at 80 + 256 pixels, its top at 80 + 512.
    assert.deepEqual(await pixelAt(tile.body, 0, 0), [(80 + 256) / 8, (80 + 512) / 8, 200]);
    assert.deepEqual(await pixelAt(tile.body, 255, 255), [((80 + 511) >> 3) & 255, ((80 + 767) >> 3) & 255, 200]);
  });

  it('TILE-11: a hundred at once for a cold meta tile make one request', async (test) => {
    const { server, tileSet } = await openMap(test, wmsConfiguration());
    const tiles = tileSet('osm');
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        tiles.getTile([4 + (index % 4), 4 + ((index >> 2) % 4), 4], { signal }),
      ),
    );
    assert.equal(server.requests.length, 1);
    assert.ok(all.every((tile) => tile?.mimeType === 'image/png'));
  });

  it('GRD-24: at the edge of the grid the border is cut', async (test) => {
    const { server, tileSet } = await openMap(test, wmsConfiguration());
    await tileSet('osm').getTile([0, 0, 0], { signal });
    const query = new URL(server.urls[0] ?? '', server.url).searchParams;
    assert.equal(query.get('WIDTH'), '256');
  });

  it('TILE-08: without meta tiles every tile is asked for alone and kept as it came', async (test) => {
    const yaml = wmsConfiguration('meta_size: [1, 1], meta_buffer: 0');
    const { server, tileSet } = await openMap(test, yaml);
    const tile = await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.deepEqual(tile?.body, await blockPng(256, 256), 'IMG-09: not encoded again');
    await tileSet('osm').getTile([5, 7, 4], { signal });
    assert.equal(server.requests.length, 2);
  });

  it('TILE-04: another format is converted', async (test) => {
    const { tileSet } = await openMap(
      test,
      wmsConfiguration('format: image/jpeg, request_format: image/png, meta_size: [1, 1], meta_buffer: 0'),
    );
    const tile = await tileSet('osm').getTile([0, 0, 1], { signal });
    assert.equal(tile?.mimeType, 'image/jpeg');
    assert.equal(tile?.body[0], 0xff);
    assert.equal(tileSet('osm').format, 'jpeg');
  });

  it('TILE-05: request_format is what the source is asked for', async (test) => {
    const { server, tileSet } = await openMap(test, wmsConfiguration('format: image/jpeg, request_format: image/png'));
    await tileSet('osm').getTile([0, 0, 1], { signal });
    assert.match(server.urls[0] ?? '', /FORMAT=image%2Fpng/);
  });

  it('IMG-07: a mixed cache says of each tile what it is', async (test) => {
    const { tileSet } = await openMap(test, wmsConfiguration('format: mixed, request_format: image/png'));
    assert.equal((await tileSet('osm').getTile([0, 0, 1], { signal }))?.mimeType, 'image/jpeg');
    assert.equal((await tileSet('osm').getTile([0, 0, 1], { signal }))?.mimeType, 'image/jpeg', 'stored');
    assert.equal(tileSet('osm').format, 'png');
  });

  it('IMG-07: and needs a request_format', async (test) => {
    await assert.rejects(openMap(test, wmsConfiguration('format: mixed')), /request_format of the mixed cache/);
  });

  it('TILE-13: disable_storage keeps nothing', async (test) => {
    const { server, folder, tileSet } = await openMap(test, wmsConfiguration('disable_storage: true'));
    for (const _ of [1, 2]) await tileSet('osm').getTile([0, 0, 0], { signal });
    assert.equal(server.requests.length, 2);
    assert.deepEqual(await readdir(folder), ['mapproxy.yaml']);
  });

  it('an error of the source reaches everyone who waits, and is not kept', async (test) => {
    let status = 500;
    const { server, tileSet } = await openMap(test, wmsConfiguration(), async (request: UpstreamRequest) => {
      const side = Number(new URLSearchParams(request.url).get('WIDTH'));
      return status === 500 ? { status } : asPng(await blockPng(side, side));
    });
    const tiles = tileSet('osm');
    const results = await Promise.allSettled([0, 1, 2].map(async (x) => tiles.getTile([x, 0, 3], { signal })));
    assert.ok(results.every((result) => result.status === 'rejected' && result.reason instanceof SourceError));
    assert.equal(server.requests.length, 1);
    status = 200;
    assert.ok(await tiles.getTile([0, 0, 3], { signal }));
  });

  it('a picture of another size is an error', async (test) => {
    const { tileSet } = await openMap(test, wmsConfiguration(), async () => asPng(await blockPng(10, 10)));
    await assert.rejects(
      async () => tileSet('osm').getTile([0, 0, 1], { signal }),
      /source returned 10 x 10 pixels instead of 512 x 512/,
    );
  });

  it('a disk that cannot be written does not keep the tile from the client', async (test) => {
    const { folder, tileSet } = await openMap(test, wmsConfiguration('', 'cache: {base_dir: ./mapproxy.yaml/x}'));
    assert.ok(await tileSet('osm').getTile([0, 0, 0], { signal }));
    await chmod(folder, 0o700);
  });

  it('GLB-25: mbtiles in the base directory', async (test) => {
    const { folder, tileSet } = await openMap(test, wmsConfiguration('cache: {type: mbtiles}'));
    await tileSet('osm').getTile([0, 0, 0], { signal });
    assert.deepEqual((await readdir(join(folder, 'cache_data'))).sort(), ['osm.mbtiles', 'tile_locks']);
    assert.ok(!(tileSet('osm').getTile([0, 0, 0], { signal }) instanceof Promise));
  });
});

describe('tiles from tiles', () => {
  it('SRC-54: one by one, kept as they came', async (test) => {
    const { server, tileSet } = await openMap(test, TILED);
    const tile = await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.deepEqual(tile?.body, await blockPng(256, 256));
    assert.deepEqual(server.urls, ['/4/5/6']);
  });

  it('SRC-51: from a grid with the other origin', async (test) => {
    const { server, tileSet } = await openMap(test, TILED.replace('GLOBAL_WEBMERCATOR', 'GLOBAL_MERCATOR'));
    await tileSet('osm').getTile([5, 6, 4], { signal });
    assert.deepEqual(server.urls, ['/4/5/9']);
  });

  it('SRC-51: another SRS is refused', async (test) => {
    await assert.rejects(
      openMap(test, TILED.replace('GLOBAL_WEBMERCATOR', 'GLOBAL_GEODETIC')),
      /SRS of cache and tile source do not match/,
    );
  });

  it('SRC-51: another tile size is refused', async (test) => {
    const grids = 'grids: {big: {base: GLOBAL_WEBMERCATOR, tile_size: [512, 512]}}';
    await assert.rejects(
      openMap(test, `${grids}\n${TILED.replace('GLOBAL_WEBMERCATOR', 'big')}`),
      /tile size of cache and tile source do not match/,
    );
  });

  it('SRC-51: tiles that do not line up are an error', async (test) => {
    const bbox = '[-20037000, -20037508, 20037508, 20037508]';
    const grids = `grids: {shifted: {srs: "EPSG:3857", bbox: ${bbox}, res: [2000, 1000], origin: nw}}`;
    const { tileSet } = await openMap(test, `${grids}\n${TILED.replace('GLOBAL_WEBMERCATOR', 'shifted')}`);
    await assert.rejects(async () => tileSet('osm').getTile([5, 6, 6], { signal }), /BBOX does not align to tile/);
  });

  it('TILE-08: tiles and maps do not mix', async (test) => {
    const yaml = TILED.replace('sources:\n', 'sources:\n  w: {type: wms, req: {url: SERVER, layers: a}}\n');
    await assert.rejects(
      openMap(test, yaml.replace('sources: [tiles]', 'sources: [tiles, w]')),
      /meta tiling configured but not supported by all sources/,
    );
  });
});

describe('several sources and none', () => {
  it('TILE-01: sources are merged from the bottom up', async (test) => {
    const yaml = wmsConfiguration('meta_size: [1, 1], meta_buffer: 0')
      .replace('sources:\n', 'sources:\n  top: {type: wms, image: {opacity: 0.5}, req: {url: SERVER/top, layers: a}}\n')
      .replace('sources: [wms]', 'sources: [wms, top]');
    const { tileSet } = await openMap(test, yaml, async ({ url }) =>
      asPng(await solidPng(256, 256, url.startsWith('/top') ? [0, 0, 0] : [200, 100, 0])),
    );
    const tile = await tileSet('osm').getTile([0, 0, 0], { signal });
    assert.ok(tile);
    const [red = 0] = await pixelAt(tile.body, 9, 9);
    assert.ok(Math.abs(red - 100) <= 2, `IMG-13: half of 200 is not ${red}`);
  });

  it('TILE-01: without sources only what is stored is served', async (test) => {
    const { server, tileSet } = await openMap(test, wmsConfiguration().replace('sources: [wms]', 'sources: []'));
    assert.equal(await tileSet('osm').getTile([0, 0, 0], { signal }), null);
    assert.deepEqual(server.urls, []);
  });
});
