import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { buildMapApp } from '../../../src/config/build/map-app.ts';
import { loadConfiguration } from '../../../src/config/index.ts';
import { type Get, getThrough } from '../../support/build-service.ts';
import { MapServer, solidPng, type UpstreamRequest } from '../../support/map-server.ts';
import { folderWith } from '../../support/temporary.ts';

async function upstream({ url }: UpstreamRequest) {
  if (url.includes('GetFeatureInfo')) {
    return { headers: { 'Content-Type': 'application/json' }, body: `{"from":["${url.split('?')[0]}"]}` };
  }
  const size = Number(new URL(url, 'http://upstream').searchParams.get('WIDTH') ?? 10);
  return { headers: { 'Content-Type': 'image/png' }, body: await solidPng(size, size, [1, 2, 3]) };
}

/** An example as it is, but for its map server. */
async function open(t: TestContext, example: string): Promise<{ get: Get; server: MapServer }> {
  const server = await MapServer.start(upstream);
  t.after(() => server.stop());
  const text = await readFile(join(import.meta.dirname, '../../../conf-examples', example, 'mapproxy.yaml'), 'utf8');
  const yaml = text.replaceAll('https://maps.example.org', server.url);
  const folder = await folderWith(t, { 'mapproxy.yaml': yaml });
  const configuration = await loadConfiguration(join(folder, 'mapproxy.yaml'));
  assert.deepEqual(configuration.problems.list, []);
  const parts = buildMapApp(configuration);
  t.after(() => parts.close());
  return { get: getThrough(createMapProxyApp(parts)), server };
}

const WMS = '/service?SERVICE=WMS&VERSION=1.1.1&STYLES=&FORMAT=image/png';
const AREA = 'SRS=EPSG:3857&BBOX=890000,6270000,890050,6270050&WIDTH=50&HEIGHT=50';

describe('examples of the WMS', () => {
  it('feature-info: two servers in one answer', async (t) => {
    const { get } = await open(t, 'feature-info');
    const point = 'REQUEST=GetFeatureInfo&LAYERS=city&QUERY_LAYERS=city&X=1&Y=1&INFO_FORMAT=application/json';
    assert.equal((await get(`${WMS}&${AREA}&${point}`)).text, '{"from":["/roads","/buildings"]}');
  });

  it('legends: of the server and of one\u2019s own', async (t) => {
    const { get } = await open(t, 'legends');
    const { text } = await get(`${WMS}&REQUEST=GetCapabilities`);
    assert.deepEqual(text.match(/<LegendURL[^>]*>/g), [
      '<LegendURL width="10" height="20">',
      '<LegendURL width="10" height="10">',
    ]);
  });

  it('dimensions: reach the server', async (t) => {
    const { get, server } = await open(t, 'dimensions');
    const { status } = await get(`${WMS}&${AREA}&REQUEST=GetMap&LAYERS=temperature&ELEVATION=850`);
    const query = new URL(server.urls[0] ?? '', 'http://upstream').searchParams;
    assert.deepEqual([status, query.get('TIME'), query.get('ELEVATION')], [200, '2024-01-01T00:00:00Z', '850']);
  });

  it('wms-cascade: another system, within limits', async (t) => {
    const { get, server } = await open(t, 'wms-cascade');
    assert.equal((await get(`${WMS}&${AREA}&REQUEST=GetMap&LAYERS=cadastre`)).status, 200);
    assert.match(server.urls[0] ?? '', /CRS=EPSG%3A25832/);
  });
});
