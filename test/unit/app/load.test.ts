import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openMapProxy } from '../../../src/app/load.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { blockPng, MapServer } from '../../support/map-server.ts';
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

  it('GLB-18: every answer may be read by any page', async (test) => {
    const { app } = await open(test);
    const { status, headers } = await app.application(fakeRequest('/nothing'));
    assert.equal(status, 404);
    assert.equal(headers['Access-Control-Allow-Origin'], '*');
  });

  it('a configuration that cannot be used is a ConfigError', async (test) => {
    const folder = await folderWith(test, { 'mapproxy.yaml': 'layers: [{name: a, title: A, sources: [b]}]' });
    await assert.rejects(openMapProxy(join(folder, 'mapproxy.yaml')), ConfigError);
  });
});
