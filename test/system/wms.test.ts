import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sharp from 'sharp';
import { freePort } from '../front/sandbox.ts';
import { type ClientAnswer, collect, valuesOf } from '../support/clients/client.ts';
import { FastcgiClient } from '../support/clients/fastcgi.ts';
import { HttpClient } from '../support/clients/http.ts';
import { MapServer, solidPng, type UpstreamRequest } from '../support/map-server.ts';
import { Mapgate } from '../support/mapgate.ts';
import { folderWith } from '../support/temporary.ts';

const YAML = `
services: {wms: {srs: ['EPSG:4326', 'EPSG:3857']}}
sources:
  roads: {type: wms, req: {url: SERVER/roads, layers: 'roads,names'}, wms_opts: {featureinfo: true, legendgraphic: true}}
  rivers: {type: wms, req: {url: SERVER/rivers, layers: rivers}, wms_opts: {featureinfo: true}, forward_req_params: [time]}
caches:
  river_tiles: {sources: [rivers], grids: [GLOBAL_WEBMERCATOR], cache: {type: file, directory_layout: tms}}
layers:
  - {name: roads, title: Roads, sources: [roads]}
  - {name: direct, title: Direct, sources: [rivers], max_res: 100}
  - name: rivers
    title: Rivers
    sources: [river_tiles]
    dimensions: {time: {values: ['2020-01-01T00:00:00Z/2020-01-03T00:00:00Z/P1D']}}
`;

async function upstream({ url }: UpstreamRequest) {
  const query = new URL(url, 'http://upstream').searchParams;
  if (query.get('REQUEST') === 'GetFeatureInfo') {
    return { headers: { 'Content-Type': 'application/json' }, body: `{"features":["${query.get('LAYERS')}"]}` };
  }
  const [width, height] = query.get('REQUEST') === 'GetMap' ? [query.get('WIDTH'), query.get('HEIGHT')] : ['30', '12'];
  return { headers: { 'Content-Type': 'image/png' }, body: await solidPng(Number(width), Number(height), [9, 9, 9]) };
}

interface Rig {
  readonly folder: string;
  readonly server: MapServer;
  /** Asks over HTTP and over FastCGI in turn; both answer the same. */
  ask(parameters: string): Promise<{ readonly status: number; readonly type: string; readonly body: Buffer }>;
}

async function start(t: TestContext): Promise<Rig> {
  const server = await MapServer.start(upstream);
  t.after(() => server.stop());
  const folder = await folderWith(t, { 'mapproxy.yaml': YAML.replaceAll('SERVER', server.url) });
  const [http, fastcgi] = [await freePort(), await freePort()];
  const addresses = ['--http', `127.0.0.1:${http}`, '--fastcgi', `127.0.0.1:${fastcgi}`];
  const mapgate = new Mapgate(t, ['serve', 'mapproxy.yaml', ...addresses, '--workers', '1'], { cwd: folder });
  await mapgate.says('serving');
  const clients = [
    new HttpClient({ host: '127.0.0.1', port: http }),
    new FastcgiClient({ host: '127.0.0.1', port: fastcgi }),
  ];
  return {
    folder,
    server,
    async ask(parameters) {
      const answers = [];
      for (const client of clients) {
        answers.push(await read(await client.ask({ target: `/service?SERVICE=WMS&VERSION=1.1.1&${parameters}` })));
      }
      const [first, second] = answers;
      assert.ok(first);
      assert.deepEqual(second, first);
      return first;
    },
  };
}

async function read(answer: ClientAnswer) {
  const [type = ''] = valuesOf(answer, 'content-type');
  return { status: answer.status, type, body: await collect(answer.body) };
}

const AREA = 'SRS=EPSG:4326&BBOX=5,50,10,55&WIDTH=100&HEIGHT=100&STYLES=&FORMAT=image/png';

describe('WMS of the built program', () => {
  it('WMS-37, WMS-39, LYR-13: feature info through caches and sources', { timeout: 60_000 }, async (t) => {
    const { ask, server } = await start(t);
    const point = `REQUEST=GetFeatureInfo&QUERY_LAYERS=roads,rivers&LAYERS=roads&X=10&Y=20&FEATURE_COUNT=3&${AREA}`;
    const { type, body } = await ask(`${point}&INFO_FORMAT=application/json`);
    assert.deepEqual([type, body.toString()], ['application/json', '{"features":["roads,names","rivers"]}']);
    assert.equal(
      server.urls[0],
      '/roads?STYLES=&LAYERS=roads,names&SERVICE=WMS&VERSION=1.1.1&REQUEST=GetFeatureInfo&SRS=EPSG%3A4326' +
        '&BBOX=5,50,10,55&WIDTH=100&HEIGHT=100&FORMAT=image%2Fpng&QUERY_LAYERS=roads,names&X=10&Y=20' +
        '&INFO_FORMAT=application%2Fjson&FEATURE_COUNT=3',
    );
  });

  it('WMS-42, CCH-21: legends are put together once and kept', { timeout: 60_000 }, async (t) => {
    const { ask, server, folder } = await start(t);
    const { type, body } = await ask('REQUEST=GetLegendGraphic&LAYER=roads&FORMAT=image/png&SCALE=1000');
    const { width, height } = await sharp(body).metadata();
    assert.deepEqual([type, width, height], ['image/png', 30, 24]);
    const legend = 'SERVICE=WMS&VERSION=1.1.1&REQUEST=GetLegendGraphic&SLD_VERSION=1.1.0';
    assert.deepEqual(server.urls, [
      `/roads?STYLES=&${legend}&LAYER=roads&FORMAT=image%2Fpng&SCALE=1000`,
      `/roads?STYLES=&${legend}&LAYER=names&FORMAT=image%2Fpng&SCALE=1000`,
    ]);
    assert.match(readdirSync(join(folder, 'cache_data/legends')).join(), /^[\da-f]{32}\.png$/);
  });

  it('LYR-11, WMS-36: dimensions reach the source and the path of the cache', { timeout: 60_000 }, async (t) => {
    const { ask, server, folder } = await start(t);
    const map = `REQUEST=GetMap&LAYERS=rivers&${AREA}`;
    await ask(`${map}&TIME=2020-01-02T00:00:00Z&DIM_OTHER=x`);
    await ask(map);
    const times = server.urls.map((url) => new URL(url, 'http://upstream').searchParams.get('TIME'));
    assert.deepEqual([...new Set(times)], ['2020-01-02T00:00:00Z', '2020-01-03T00:00:00Z']);
    const kept = readdirSync(join(folder, 'cache_data/river_tiles_EPSG3857')).filter((name) => name.startsWith('time'));
    assert.deepEqual(kept.sort(), ['time-2020-01-02T00:00:00Z', 'time-2020-01-03T00:00:00Z']);
  });

  it('SRC-31: without a cache what is to be forwarded is, as the client said it', { timeout: 60_000 }, async (t) => {
    const { ask, server } = await start(t);
    const area = 'SRS=EPSG:4326&BBOX=5,50,5.2,50.2&WIDTH=10&HEIGHT=10&STYLES=&FORMAT=image/png';
    await ask(`REQUEST=GetMap&LAYERS=direct&${area}&Time=now&DIM_OTHER=x`);
    const query = new URL(server.urls[0] ?? '', 'http://upstream').searchParams;
    assert.deepEqual([query.get('TIME'), query.get('DIM_OTHER')], ['now', null]);
  });

  it('LYR-06: finer than its limit a layer is empty, and its source not asked', { timeout: 60_000 }, async (t) => {
    const { ask, server } = await start(t);
    const area = 'SRS=EPSG:3857&BBOX=0,0,100,100&WIDTH=10&HEIGHT=10&STYLES=&FORMAT=image/png';
    assert.equal((await ask(`REQUEST=GetMap&LAYERS=direct&${area}`)).status, 200);
    assert.deepEqual(server.urls, []);
  });
});
