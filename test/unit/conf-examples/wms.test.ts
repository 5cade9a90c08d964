import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Get, getThrough } from '../../support/build-service.ts';
import { type MapServer, solidPng, type UpstreamRequest } from '../../support/map-server.ts';
import { openExample } from '../../support/open-example.ts';

async function upstream({ url }: UpstreamRequest) {
  if (url.includes('GetFeatureInfo')) {
    return { headers: { 'Content-Type': 'application/json' }, body: `{"from":["${url.split('?')[0]}"]}` };
  }
  const size = Number(new URL(url, 'http://upstream').searchParams.get('WIDTH') ?? 10);
  return { headers: { 'Content-Type': 'image/png' }, body: await solidPng(size, size, [1, 2, 3]) };
}

async function open(t: TestContext, example: string): Promise<{ get: Get; server: MapServer }> {
  const { app, server } = await openExample(t, example, upstream);
  return { get: getThrough(app), server };
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
