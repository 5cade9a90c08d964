import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sharp from 'sharp';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { buildMapApp } from '../../../src/config/build/map-app.ts';
import { loadConfiguration } from '../../../src/config/index.ts';
import { sniffImageKind } from '../../../src/image/format.ts';
import { configureLogging } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { MapServer, type UpstreamRequest } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { folderWith } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

const WEBP = `
services:
  wms: {image_formats: [image/png, image/webp]}
  wmts:
    restful: true
    kvp: true
  tms: {use_grid_names: true}
sources: {tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}}
caches: {map: {grids: [GLOBAL_WEBMERCATOR], sources: [tiles], format: image/webp}}
layers: [{name: map, title: Map, sources: [map]}]
`;

async function open(test: TestContext) {
  const server = await MapServer.start();
  test.after(() => server.stop());
  const folder = await folderWith(test, { 'mapproxy.yaml': WEBP.replaceAll('SERVER', server.url) });
  const configuration = await loadConfiguration(join(folder, 'mapproxy.yaml'));
  assert.deepEqual(configuration.problems.list, []);
  const parts = buildMapApp(configuration);
  test.after(() => parts.close());
  const app = createMapProxyApp(parts);
  return { folder, get: async (path: string) => app(fakeRequest(path)) };
}

describe('caches of WebP', () => {
  const WMTS = '/service?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=&LAYER=map&TILEMATRIXSET=GLOBAL_WEBMERCATOR';
  const WMS = '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=map&STYLES=&SRS=EPSG:4326&BBOX=0,0,10,10';
  for (const path of [
    '/wmts/map/GLOBAL_WEBMERCATOR/2/1/1.webp',
    `${WMTS}&TILEMATRIX=2&TILECOL=1&TILEROW=1&FORMAT=image/webp`,
    '/tiles/map/GLOBAL_WEBMERCATOR/2/1/1.webp',
    `${WMS}&WIDTH=20&HEIGHT=20&FORMAT=image/webp`,
    `${WMS}&WIDTH=20&HEIGHT=20&FORMAT=image/webp&TRANSPARENT=true`,
  ]) {
    it(`IMG-23: are served at ${path.replace(/^.*REQUEST=/, '').slice(0, 60)}`, async (test) => {
      const { get } = await open(test);
      const { status, headers, body } = await get(path);
      assert.deepEqual([status, headers['Content-Type']], [200, 'image/webp']);
      assert.ok(Buffer.isBuffer(body));
      assert.equal(sniffImageKind(body), 'webp');
    });
  }

  it('IMG-23: are in the capabilities and on the disk', async (test) => {
    const { get, folder } = await open(test);
    const wmts = String((await get('/service?SERVICE=WMTS&REQUEST=GetCapabilities')).body);
    assert.match(wmts, /<Format>image\/webp<\/Format>/);
    const restful = String((await get('/wmts/1.0.0/WMTSCapabilities.xml')).body);
    assert.match(restful, /<ResourceURL format="image\/webp"[^>]*\{TileRow\}\.webp"/);
    assert.match(String((await get('/tms/1.0.0/map/GLOBAL_WEBMERCATOR')).body), /mime-type="image\/webp"/);
    assert.match(String((await get('/service?SERVICE=WMS&REQUEST=GetCapabilities')).body), /<Format>image\/webp</);
    await get('/wmts/map/GLOBAL_WEBMERCATOR/2/1/1.webp');
    const cache = join(folder, 'cache_data/map_EPSG3857');
    assert.match((await readdir(cache, { recursive: true })).join(), /001\.webp/);
  });
});

/** Heights as a coverage server sends them: 16 bits of grey, more with each row. */
async function heights({ url }: UpstreamRequest) {
  const query = new URL(url, 'http://upstream').searchParams;
  const [width, height] = [Number(query.get('WIDTH') ?? 256), Number(query.get('HEIGHT') ?? 256)];
  const samples = Uint16Array.from({ length: width * height }, (_, at) => 1000 + Math.floor(at / width));
  const image = sharp(samples, { raw: { width, height, channels: 1 } }).toColourspace('grey16');
  return { headers: { 'Content-Type': 'image/png' }, body: await image.png().toBuffer() };
}

describe('caches of heights', () => {
  const configuration = (cache: string) => `
globals: {cache: {meta_size: [2, 2], meta_buffer: 10}}
sources:
  wms: {type: wms, req: {url: "SERVER/?", layers: heights}}
  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}
caches: {map: {grids: [GLOBAL_WEBMERCATOR], ${cache}}}
layers: [{name: map, title: Map, sources: [map]}]
`;

  async function firstSample(test: TestContext, cache: string, coord: [number, number, number]): Promise<number> {
    const { tileSet } = await openMap(test, configuration(cache), heights);
    const tile = await tileSet('map').getTile(coord, { signal });
    assert.ok(tile);
    const { data, info } = await sharp(tile.body)
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [256, 256, 1]);
    return data.readUInt16LE(0);
  }

  it('IMG-01: mode I loses nothing of 16 bits, cut from a meta tile', async (test) => {
    const cache = 'sources: [wms], image: {mode: I}';
    // Above the row of tiles that is asked for are ten pixels of buffer and another row.
    assert.equal(await firstSample(test, cache, [2, 3, 3]), 1000 + 10 + 256);
  });

  it('IMG-01, IMG-09: tiles with 16 bits are kept as they came', async (test) => {
    assert.equal(await firstSample(test, 'sources: [tiles], image: {mode: I}', [2, 3, 3]), 1000);
  });

  it('IMG-01: mode L makes 8 bits of them', async (test) => {
    const { tileSet } = await openMap(test, configuration('sources: [tiles], image: {mode: L}'), heights);
    const tile = await tileSet('map').getTile([2, 3, 3], { signal });
    // Bits and colour type of PNG.
    assert.deepEqual([tile?.body[24], tile?.body[25]], [8, 0]);
  });
});
