import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { buildMapApp } from '../../../src/config/build/map-app.ts';
import { loadConfiguration } from '../../../src/config/index.ts';
import { configureLogging } from '../../../src/log.ts';
import { getThrough } from '../../support/build-service.ts';
import { blockPng, MapServer } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { filesIn } from '../../support/stores.ts';
import { folderWith } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const SOURCES = `
sources:
  roads: {type: wms, req: {url: SERVER/wms, layers: roads}, wms_opts: {featureinfo: true}, forward_req_params: [time]}
  cities: {type: wms, req: {url: SERVER/wms, layers: cities}, wms_opts: {featureinfo: true}}
  info: {type: wms, req: {url: SERVER/info, layers: i}, wms_opts: {map: false, featureinfo: true}}
  debug: {type: debug}
caches:
  roads: {sources: [roads], grids: [GLOBAL_WEBMERCATOR], meta_size: [1, 1], meta_buffer: 0}
  cities: {sources: [cities], grids: [GLOBAL_GEODETIC]}
  packed: {sources: [roads], grids: [GLOBAL_WEBMERCATOR], cache: {type: mbtiles}}
`;

/** A layer of the sources above. */
async function layerOf(test: TestContext, layer: string, services = '') {
  const { tileLayers } = await openMap(test, `${services}${SOURCES}layers: [{name: a, title: A, ${layer}}]`);
  return tileLayers[0];
}

describe('whom to ask about a tile', () => {
  const cases = [
    ['the sources of the cache', 'sources: [roads]', [['roads']]],
    ['and those beside it', 'sources: [roads, info, debug]', [['roads', 'info']]],
    [
      'of each cache its own with tile_sources',
      'sources: [info], tile_sources: [roads, cities]',
      [['roads'], ['cities']],
    ],
    ['not what only explains', 'sources: [debug], tile_sources: [packed]', [['roads']]],
  ] as const;
  for (const [title, layer, expected] of cases) {
    it(`LYR-13, WMTS-06: ${title}`, async (test) => {
      const built = await layerOf(test, layer);
      const asked = built?.tileSets.map((tileSet) => built.infoSources.get(tileSet)?.map(({ name }) => name));
      assert.deepEqual(asked, expected);
    });
  }
});

describe('where the legend of tiles is', () => {
  const WMS = 'services: {wms: }\n';
  const byWms = (version: string) =>
    `{base_url}/service?service=WMS&request=GetLegendGraphic&version=${version}&sld_version=1.1.0&format=image%2Fpng&layer={layer_name}`;
  const cases = [
    ['LYR-08: nowhere without legendurl', '', WMS, undefined, undefined],
    ['LYR-08: at the WMS', 'legendurl: "SERVER/l.png"', WMS, byWms('1.3.0'), byWms('1.3.0')],
    [
      'LYR-08: in the highest version that is offered',
      'legendurl: "SERVER/l.png"',
      'services: {wms: {versions: [1.1.1, 1.0.0]}}\n',
      byWms('1.1.1'),
      byWms('1.1.1'),
    ],
    [
      'LYR-08: nowhere where WMS is too old',
      'legendurl: "SERVER/l.png"',
      'services: {wms: {versions: [1.1.0]}}\n',
      undefined,
      undefined,
    ],
    ['LYR-08: nowhere without a WMS', 'legendurl: "SERVER/l.png"', '', undefined, undefined],
    [
      'LYR-09: where it is said to be, by each way',
      'legendurl: "SERVER/l.png", wmts_kvp_legendurl: "{base_url}/k?a=1&amp;b=2"',
      WMS,
      '{base_url}/k?a=1&b=2',
      byWms('1.3.0'),
    ],
    [
      'LYR-09: without a WMS too',
      'wmts_rest_legendurl: "{base_url}/{layer_name}.png"',
      '',
      undefined,
      '{base_url}/{layer_name}.png',
    ],
  ] as const;
  for (const [title, layer, services, kvp, rest] of cases) {
    it(title, async (test) => {
      const built = await layerOf(test, `sources: [roads]${layer === '' ? '' : `, ${layer}`}`, services);
      assert.deepEqual(built?.legendUrls, { kvp, rest });
    });
  }
});

describe('dimensions of tile layers', () => {
  const DIMENSIONS = 'dimensions: {Time: {values: ["2020", "2021"]}}';

  it('LYR-11: a cache that cannot tell them apart is refused, also under tile_sources', async (test) => {
    await assert.rejects(
      layerOf(test, `sources: [debug], tile_sources: [packed], ${DIMENSIONS}`),
      /caching of dimension layer \(packed\) is not supported yet/,
    );
  });

  it('WMTS-14, CCH-09: tiles of each value have their own place, and are asked of the source by it', async (test) => {
    const server = await MapServer.start(async () => ({
      headers: { 'Content-Type': 'image/png' },
      body: await blockPng(256, 256),
    }));
    test.after(() => server.stop());
    const services =
      'services: {tms: , kml: , wmts: {restful_template: "/{Layer}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}"}}';
    const yaml = `${services}\n${SOURCES}layers: [{name: a, title: A, sources: [roads], ${DIMENSIONS}}]`;
    const folder = await folderWith(test, { 'mapproxy.yaml': yaml.replaceAll('SERVER', server.url) });
    const app = buildMapApp(await loadConfiguration(`${folder}/mapproxy.yaml`));
    test.after(() => app.close());
    const get = getThrough(createMapProxyApp({ services: app.services, accessControlAllowOrigin: undefined }));
    const kvp = 'SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=a&STYLE=&FORMAT=image/png';
    for (const target of [
      '/wmts/a/2020/GLOBAL_WEBMERCATOR/01/0/0.png',
      `/service?${kvp}&TIME=2020&TILEMATRIXSET=GLOBAL_WEBMERCATOR&TILEMATRIX=01&TILECOL=0&TILEROW=0`,
      '/wmts/a/default/GLOBAL_WEBMERCATOR/01/0/0.png',
      // These have no place for a value: it is the default.
      '/tms/1.0.0/a/EPSG3857/0/0/1.png',
      '/kml/a/EPSG3857/1/0/1.png',
    ]) {
      assert.equal((await get(target)).status, 200, target);
    }
    const stored = (await filesIn(`${folder}/cache_data`)).filter((file) => file.endsWith('.png'));
    assert.deepEqual(stored.sort(), [
      'roads_EPSG3857/time-2020/01/000/000/000/000/000/000.png',
      'roads_EPSG3857/time-2021/01/000/000/000/000/000/000.png',
    ]);
    assert.deepEqual(
      server.requests.map(({ url }) => /[?&]time=(\d+)/i.exec(url)?.[1]),
      ['2020', '2021'],
    );
  });
});
