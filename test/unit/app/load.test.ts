import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sharp from 'sharp';
import { openMapProxy } from '../../../src/app/load.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { type AnswerUpstream, blockPng, MapServer } from '../../support/map-server.ts';
import { folderWith } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const YAML = `
base: services.yaml
sources:
  osm: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}
caches:
  osm: {sources: [osm], grids: [GLOBAL_WEBMERCATOR]}
layers: [{name: osm, title: OSM, sources: [osm]}]
`;

async function open(test: TestContext) {
  const server = await MapServer.start();
  test.after(() => server.stop());
  const files = { 'mapproxy.yaml': YAML.replace('SERVER', server.url), 'services.yaml': 'services: {tms: , kml: }' };
  const folder = await folderWith(test, files);
  const app = await openMapProxy(join(folder, 'mapproxy.yaml'));
  test.after(() => app.close());
  return { server, folder, app };
}

describe('a map proxy from its configuration', () => {
  it('answers a tile from its source, then from its cache', async (test) => {
    const { server, app } = await open(test);
    for (const _ of [1, 2]) {
      const response = await app.application(fakeRequest('/tiles/1.0.0/osm/EPSG3857/2/1/1.png'));
      assert.equal(response.status, 200);
      assert.deepEqual(response.body, await blockPng(256, 256));
    }
    assert.equal(server.requests.length, 1);
  });

  it('a cached tile is answered without a promise', async (test) => {
    const { app } = await open(test);
    const path = '/tiles/1.0.0/osm/EPSG3857/2/1/1.png';
    await app.application(fakeRequest(path));
    assert.ok(!(app.application(fakeRequest(path)) instanceof Promise));
  });

  it('CFG-08: knows all its files, and its paths', async (test) => {
    const { app, folder } = await open(test);
    assert.deepEqual([...app.files].sort(), [join(folder, 'mapproxy.yaml'), join(folder, 'services.yaml')]);
    assert.ok(app.routes.has('tms') && app.routes.has('tiles') && app.routes.has('service'));
  });

  it('CFG-11: demo pages are warned of, and only where there are any', async (test) => {
    const folder = await folderWith(test, {
      'demo.yaml': 'services: {tms: , demo: }',
      'none.yaml': 'services: {tms: }',
    });
    const file = join(folder, 'log');
    configureLogging({ level: 'warn', file, format: 'json' });
    test.after(() => configureLogging({ level: 'silent', file: null, format: null }));
    for (const name of ['none.yaml', 'demo.yaml']) {
      const app = await openMapProxy(join(folder, name));
      test.after(() => app.close());
      const warnings =
        (await readFile(file, 'utf8')).match(/the demo page is enabled: disable it in production/g) ?? [];
      assert.equal(warnings.length, name === 'demo.yaml' ? 1 : 0, name);
    }
  });

  it('APP-10: all that is text says that it is UTF-8', async (test) => {
    const services = 'services: {tms: , kml: , wms: , wmts: {kvp: true, restful: true}, demo: }';
    const folder = await folderWith(test, {
      'mapproxy.yaml': YAML.replace('SERVER', 'http://maps.example.org'),
      'services.yaml': services,
    });
    const app = await openMapProxy(join(folder, 'mapproxy.yaml'));
    test.after(() => app.close());
    const texts = [
      ['/', 'text/html'],
      ['/nothing', 'text/plain'],
      ['/demo/', 'text/html'],
      ['/tms/1.0.0', 'text/xml'],
      ['/tms/1.0.0/none', 'text/xml'],
      ['/service?SERVICE=WMS&REQUEST=GetCapabilities', 'text/xml'],
      ['/service?SERVICE=WMS&REQUEST=GetMap&VERSION=1.3.0', 'text/xml'],
      ['/service?SERVICE=WMTS&REQUEST=GetTile', 'text/xml'],
    ] as const;
    for (const [target, type] of texts) {
      const { headers } = await app.application(fakeRequest(target));
      assert.equal(headers['Content-Type'], `${type}; charset=utf-8`, target);
    }
  });

  it('GLB-18: every answer may be read by any page', async (test) => {
    const { app } = await open(test);
    const { status, headers } = await app.application(fakeRequest('/nothing'));
    assert.equal(status, 404);
    assert.equal(headers['Access-Control-Allow-Origin'], '*');
  });

  const LAYERS = `
sources:
  a: {type: wms, req: {url: "SERVER/a", layers: a, transparent: true}}
  b: {type: wms, req: {url: "SERVER/b", layers: b, transparent: true}}
layers: [{name: a, title: A, sources: [a]}, {name: b, title: B, sources: [b]}]
`;
  const MAP =
    '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&STYLES=&SRS=EPSG:4326&BBOX=0,0,10,10&WIDTH=20&HEIGHT=20';

  async function openMaps(test: TestContext, yaml: string, answer?: AnswerUpstream) {
    const server = await MapServer.start(answer);
    test.after(() => server.stop());
    const folder = await folderWith(test, { 'mapproxy.yaml': yaml + LAYERS.replaceAll('SERVER', server.url) });
    const app = await openMapProxy(join(folder, 'mapproxy.yaml'));
    test.after(() => app.close());
    return async (target: string) => {
      const { status, headers, body } = await app.application(fakeRequest(target));
      assert.equal(status, 200, String(body));
      return { type: headers['Content-Type'], body: Buffer.from(body as Buffer) };
    };
  }

  for (const [limit, most] of [
    [1, 1],
    [undefined, 2],
  ] as const) {
    it(`WMS-29: with concurrent_layer_renderer ${limit}, ${most} layers of a map at most are drawn at once`, async (test) => {
      let running = 0;
      let reached = 0;
      const option = limit === undefined ? '' : `{concurrent_layer_renderer: ${limit}}`;
      const get = await openMaps(test, `services: {wms: ${option}}`, async () => {
        reached = Math.max(reached, ++running);
        // Long enough for the other layer, if it does not wait.
        await new Promise((resolve) => setTimeout(resolve, 50));
        running--;
        return { headers: { 'Content-Type': 'image/png' }, body: await blockPng(20, 20) };
      });
      await get(`${MAP}&LAYERS=a,b&FORMAT=image/png`);
      assert.equal(reached, most);
    });
  }

  it('WMS-15: a format of globals.image.formats is offered as its media type, and written as it says', async (test) => {
    const formats =
      'tiny: {format: image/png, colors: 2}, rough: {format: image/jpeg, encoding_options: {jpeg_quality: 1}}';
    const get = await openMaps(
      test,
      `globals: {image: {formats: {${formats}}}}\nservices: {wms: {image_formats: [tiny, rough]}}`,
    );
    const { type, body } = await get(`${MAP}&LAYERS=a&FORMAT=image/png`);
    assert.equal(type, 'image/png');
    const { data } = await sharp(body).raw().toBuffer({ resolveWithObject: true });
    const { channels = 3 } = await sharp(body).metadata();
    const colors = new Set(Array.from({ length: data.length / channels }, (_, i) => data.readUIntBE(i * channels, 3)));
    assert.ok(colors.size <= 2, `${colors.size} colours`);
    const capabilities = await get('/service?SERVICE=WMS&REQUEST=GetCapabilities');
    assert.match(
      capabilities.body.toString(),
      /<GetMap>\s*<Format>image\/png<\/Format>\s*<Format>image\/jpeg<\/Format>\s*<DCP/,
    );
  });

  it('WMS-09: outside of the bbox configured for a system a map is blank, at its edge it is cut', async (test) => {
    const get = await openMaps(test, `services: {wms: {bbox_srs: [{srs: 'EPSG:4326', bbox: [0, 0, 5, 10]}]}}`);
    const { body } = await get(`${MAP}&LAYERS=a&FORMAT=image/png&TRANSPARENT=true`);
    const { data } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const alphas = Array.from({ length: 20 }, (_, column) => data[(10 * 20 + column) * 4 + 3]);
    assert.deepEqual(alphas, [...Array(10).fill(255), ...Array(10).fill(0)]);
  });

  it('a configuration that cannot be used is a ConfigError', async (test) => {
    const folder = await folderWith(test, { 'mapproxy.yaml': 'layers: [{name: a, title: A, sources: [b]}]' });
    await assert.rejects(openMapProxy(join(folder, 'mapproxy.yaml')), ConfigError);
  });
});
