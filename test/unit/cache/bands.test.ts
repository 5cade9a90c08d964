import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import sharp from 'sharp';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { buildMapApp } from '../../../src/config/build/map-app.ts';
import { checkConfiguration, loadConfiguration } from '../../../src/config/index.ts';
import { decodeImage } from '../../../src/image/raster.ts';
import { configureLogging } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { type AnswerUpstream, MapServer, type UpstreamRequest } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { folderWith } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

/** What the layers of the map server show: colours with alpha, or a palette. */
const LAYERS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  photo: [200, 100, 50, 255],
  infrared: [80, 60, 40, 255],
  mask: [9, 9, 9, 64],
};

async function draw({ url }: UpstreamRequest) {
  const query = new URL(url, 'http://upstream').searchParams;
  const [r, g, b, alpha] = LAYERS[query.get('LAYERS') ?? ''] ?? [0, 0, 0, 255];
  const [width, height] = [Number(query.get('WIDTH')), Number(query.get('HEIGHT'))];
  const image = sharp({ create: { width, height, channels: 4, background: { r, g, b, alpha: alpha / 255 } } });
  const palette = query.get('LAYERS') === 'infrared';
  return { headers: { 'Content-Type': 'image/png' }, body: await image.png({ palette }).toBuffer() };
}

/** @param cache what the cache says, `sources` among it */
function configuration(cache: string, more = ''): string {
  return `
globals: {image: {paletted: false}, cache: {meta_size: [1, 1], meta_buffer: 0}}
services: {wms: {}, wmts: {}, tms: {use_grid_names: true}}
sources:
  photo: {type: wms, req: {url: "SERVER/?", layers: photo}}
  infrared: {type: wms, req: {url: "SERVER/?", layers: infrared}}
  mask: {type: wms, req: {url: "SERVER/?", layers: mask, transparent: true}}
  ${more}
caches:
  mixed:
    grids: [GLOBAL_WEBMERCATOR]
    ${cache}
layers: [{name: mixed, title: Mixed, sources: [mixed]}]
`;
}

/** Red, green, blue and alpha in the middle of the tile that a cache makes. */
async function pixelOf(test: TestContext, yaml: string, answer: AnswerUpstream = draw): Promise<number[]> {
  const { tileSet } = await openMap(test, yaml, answer);
  const tile = await tileSet('mixed').getTile([1, 1, 2], { signal });
  assert.ok(tile);
  const { data } = await decodeImage(tile.body);
  return [...data.subarray(128 * 257 * 4, 128 * 257 * 4 + 4)];
}

describe('a cache of bands', () => {
  it('IMG-15, TILE-01: bands of several sources become those of one picture', async (test) => {
    const bands =
      'sources: {r: [{source: infrared, band: 0}], g: [{source: photo, band: 0}], b: [{source: photo, band: 1}]}';
    assert.deepEqual(await pixelOf(test, configuration(bands)), [80, 200, 100, 255]);
  });

  it('IMG-15: factors add up, are clipped, and 1 overwrites', async (test) => {
    const bands = `sources:
      r: [{source: photo, band: 0, factor: 0.5}, {source: infrared, band: 0, factor: 0.25}]
      g: [{source: photo, band: 0, factor: 1.5}]
      b: [{source: photo, band: 0, factor: 0.5}, {source: infrared, band: 2}]`;
    assert.deepEqual(await pixelOf(test, configuration(bands)), [120, 255, 40, 255]);
  });

  it('IMG-15: what is not named is 0', async (test) => {
    assert.deepEqual(await pixelOf(test, configuration('sources: {g: [{source: photo, band: 2}]}')), [0, 50, 0, 255]);
  });

  it('IMG-15: alpha is a band too, and opaque where a source has none', async (test) => {
    const rgb = 'r: [{source: photo, band: 0}]';
    const fromMask = configuration(`sources: {${rgb}, a: [{source: mask, band: 3}]}`);
    assert.deepEqual(await pixelOf(test, fromMask), [200, 0, 0, 64]);
    const fromPalette = configuration(`sources: {${rgb}, a: [{source: infrared, band: 3}]}`);
    assert.deepEqual(await pixelOf(test, fromPalette), [200, 0, 0, 255]);
  });

  it('IMG-15: grey is one channel, in the file too', async (test) => {
    const bands = `sources:
      l: [{source: photo, band: 0, factor: 0.25}, {source: photo, band: 1, factor: 0.5}]`;
    assert.deepEqual(await pixelOf(test, configuration(bands)), [100, 100, 100, 255]);
    const { tileSet } = await openMap(test, configuration(bands), draw);
    const tile = await tileSet('mixed').getTile([1, 1, 2], { signal });
    // The colour type of PNG, 0: grey.
    assert.equal(tile?.body[25], 0);
  });

  it('IMG-15: nothing is there where one of the sources has nothing', async (test) => {
    const bands = 'sources: {r: [{source: photo, band: 0}], g: [{source: local, band: 0}]}';
    const local =
      'local: {type: wms, coverage: {bbox: [100, 10, 120, 20], srs: "EPSG:4326"}, req: {url: "SERVER/?", layers: photo}}';
    const { tileSet } = await openMap(test, configuration(bands, local), draw);
    assert.equal(await tileSet('mixed').getTile([0, 0, 2], { signal }), null);
    assert.ok(await tileSet('mixed').getTile([3, 1, 2], { signal }));
  });

  it('IMG-15: bands of a cache, from tile to tile', async (test) => {
    const bands = 'sources: {r: [{source: inner, band: 2}], b: [{source: inner, band: 0}]}';
    const yaml = configuration(bands).replace(
      'caches:',
      'caches:\n  inner: {grids: [GLOBAL_WEBMERCATOR], sources: [photo]}',
    );
    assert.deepEqual(await pixelOf(test, yaml), [50, 0, 200, 255]);
  });

  it('IMG-15: is served by all services', async (test) => {
    const server = await MapServer.start(draw);
    test.after(() => server.stop());
    const bands = 'sources: {r: [{source: infrared, band: 0}], g: [{source: photo, band: 0}]}';
    const yaml = configuration(bands).replaceAll('SERVER', server.url);
    const folder = await folderWith(test, { 'mapproxy.yaml': yaml });
    const parts = buildMapApp(await loadConfiguration(`${folder}/mapproxy.yaml`));
    test.after(() => parts.close());
    const app = createMapProxyApp(parts);
    for (const path of [
      '/wmts/mixed/GLOBAL_WEBMERCATOR/2/1/1.png',
      '/tiles/mixed/GLOBAL_WEBMERCATOR/2/1/1.png',
      '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=mixed&STYLES=&SRS=EPSG:4326&BBOX=0,0,10,10&WIDTH=20&HEIGHT=20&FORMAT=image/png',
    ]) {
      const { status, body } = await app(fakeRequest(path));
      assert.equal(status, 200, path);
      assert.ok(Buffer.isBuffer(body));
      assert.deepEqual([...(await decodeImage(body)).data.subarray(0, 4)], [80, 200, 0, 255], path);
    }
  });
});

describe('checking a cache of bands', () => {
  async function problems(test: TestContext, cache: string): Promise<string[]> {
    const yaml = configuration(cache).replaceAll('SERVER', 'http://maps.example.org');
    const folder = await folderWith(test, { 'mapproxy.yaml': yaml });
    const found = await checkConfiguration(`${folder}/mapproxy.yaml`);
    return found.map(({ severity, message, place }) => `${severity} ${place.line}: ${message}`);
  }

  it('IMG-15: grey beside other bands is a warning', async (test) => {
    const cache = 'sources: {l: [{source: photo, band: 0}], g: [{source: photo, band: 0}]}';
    assert.deepEqual(await problems(test, cache), [
      "warning 12: grey tiles ('l') cannot have other bands, these are ignored",
    ]);
  });

  it('IMG-15: what is no band, or leads nowhere, is an error with its place', async (test) => {
    const first = async (bands: string) => (await problems(test, `sources: {${bands}}`))[0] ?? '';
    assert.equal(await first('red: [{source: photo, band: 0}]'), "error 12: unknown 'red'");
    assert.equal(await first('r: [{source: photo, band: 4}]'), 'error 12: expected at most 3, got 4');
    assert.match(
      await first('r: [{source: phot, band: 0}]'),
      /source "phot" of cache "mixed" not found; did you mean 'photo'/,
    );
  });
});
