import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fcgiRequest } from '@mapgate/fastcgi-kit';
import sharp from 'sharp';
import { Program } from '../front/program.ts';
import { freePort, Sandbox } from '../front/sandbox.ts';
import { findProgram, requirePrograms } from '../support/debian.ts';
import { Mapgate } from '../support/mapgate.ts';
import { type MapserverProject, mapserverProject, serveMapserver } from '../support/mapserver.ts';

const PACKAGES = { mapserv: 'cgi-mapserver', 'mapproxy-util': 'mapproxy' };

/** MapServer is started for each request; on a machine under load that takes its time. */
const OPTIONS = { timeout: 120_000 };

const WMS_OPTIONS = 'wms_opts: {featureinfo: true, legendgraphic: true}';

/** MapProxy before MapServer. @returns the URL of its WMS */
async function serveMapproxy(sandbox: Sandbox, { map, program }: MapserverProject): Promise<string> {
  const port = await freePort();
  writeFileSync(
    sandbox.path('mapproxy-1.15.yaml'),
    `
globals: {mapserver: {binary: '${program}'}}
services: {wms: {srs: ['EPSG:4326', 'EPSG:3857'], md: {title: areas}}}
sources: {areas: {type: mapserver, req: {map: '${map}', layers: areas}, ${WMS_OPTIONS}}}
layers: [{name: areas, title: Areas, sources: [areas]}]
`,
  );
  const address = `127.0.0.1:${port}`;
  const command = [findProgram('mapproxy-util') ?? '', 'serve-develop', '-b', address, 'mapproxy-1.15.yaml'];
  await new Program(sandbox, command).accepts({ host: '127.0.0.1', port });
  return `http://${address}/service`;
}

function configuration({ map, program }: MapserverProject, mapserver: string, mapproxy: string): string {
  const wms = `{url: '${mapserver}?map=${map}', layers: areas}`;
  return `
globals: {mapserver: {binary: '${program}'}}
services:
  wms: {srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:25832'], md: {title: areas}}
  tms: {}
sources:
  program: {type: mapserver, req: {map: '${map}', layers: areas}, ${WMS_OPTIONS}}
  server: {type: wms, req: ${wms}, ${WMS_OPTIONS}}
  mercator: {type: wms, req: ${wms}, supported_srs: ['EPSG:3857'], ${WMS_OPTIONS}}
  part: {type: wms, req: {url: '${mapserver}', map: '${map}', layers: areas, transparent: true},
         coverage: {bbox: [8.25, 50.5, 8.75, 51], srs: 'EPSG:4326'}}
  mapproxy: {type: wms, req: {url: '${mapproxy}', layers: areas}, wms_opts: {version: '1.3.0', featureinfo: true}}
caches:
  tiles: {sources: [server], grids: [GLOBAL_WEBMERCATOR]}
layers:
  - {name: program, title: Program, sources: [program]}
  - {name: server, title: Server, sources: [server]}
  - {name: mercator, title: Mercator, sources: [mercator]}
  - {name: part, title: Part, sources: [part]}
  - {name: mapproxy, title: MapProxy, sources: [mapproxy]}
  - {name: tiles, title: Tiles, sources: [tiles]}
`;
}

test('MapServer and MapProxy as sources', OPTIONS, async (t) => {
  if (!(await requirePrograms(t, PACKAGES))) return;
  const sandbox = new Sandbox(t);
  const project = mapserverProject(sandbox);
  const text = configuration(project, await serveMapserver(sandbox, project), await serveMapproxy(sandbox, project));
  writeFileSync(sandbox.path('mapproxy.yaml'), text);
  const socket = sandbox.path('socket');
  const mapgate = new Mapgate(t, ['serve', 'mapproxy.yaml', '--fastcgi', socket, '--workers', '1'], {
    cwd: sandbox.folder,
  });
  await mapgate.says('"msg":"serving"');

  const get = async (path: string, query = '') => {
    const uri = query === '' ? path : `${path}?${query}`;
    const params = { REQUEST_METHOD: 'GET', REQUEST_URI: uri, SCRIPT_NAME: '', PATH_INFO: path, QUERY_STRING: query };
    const { status, body } = (await fcgiRequest({ path: socket }, { params })).parse();
    assert.equal(status, 200, `${body.toString('latin1', 0, 400)}\n${mapgate.log}`);
    return body;
  };
  const DEGREES = 'SRS=EPSG:4326&BBOX=8,50,9,51&WIDTH=100&HEIGHT=80';
  const wms = (request: string, layer: string, more = DEGREES) =>
    get('/service', `SERVICE=WMS&VERSION=1.1.1&REQUEST=${request}&LAYERS=${layer}&STYLES=&FORMAT=image/png&${more}`);
  const colorsOf = async (body: Buffer, places: readonly (readonly [x: number, y: number])[]) => {
    const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return places.map(([x, y]) => {
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray((y * info.width + x) * 4);
      if (alpha < 128) return 'nothing';
      if (red > 200 && green > 200 && blue > 200) return 'white';
      return red > 200 && blue < 60 ? 'red' : blue > 200 && red < 60 ? 'blue' : `${[red, green, blue]}`;
    });
  };

  for (const layer of ['program', 'server', 'mercator', 'mapproxy']) {
    await t.test(`SRC-20, SRC-61: a map of ${layer}`, async () => {
      const colors = await colorsOf(await wms('GetMap', layer), [
        [5, 5],
        [45, 70],
        [55, 5],
        [95, 75],
      ]);
      assert.deepEqual(colors, ['red', 'red', 'blue', 'blue']);
    });

    await t.test(`SRC-25, SRC-36: what is at a point of ${layer}`, async () => {
      const question = `${DEGREES}&QUERY_LAYERS=${layer}&INFO_FORMAT=text/plain&Y=40`;
      assert.match((await wms('GetFeatureInfo', layer, `${question}&X=20`)).toString(), /name = 'west'/);
      assert.match((await wms('GetFeatureInfo', layer, `${question}&X=80`)).toString(), /name = 'east'/);
    });
  }

  await t.test('SRC-29: reprojected from MapServer’s SRS', async () => {
    // The meridian of 8.5 degrees lies 35 km west of the central one: at these latitudes at about 464 km east.
    const utm = 'SRS=EPSG:25832&BBOX=430000,5560000,500000,5630000&WIDTH=70&HEIGHT=70';
    const body = await wms('GetMap', 'mercator', utm);
    assert.deepEqual(
      await colorsOf(body, [
        [25, 40],
        [45, 40],
      ]),
      ['red', 'blue'],
    );
  });

  await t.test('SRC-01: only the part within a coverage', async () => {
    const body = await wms('GetMap', 'part', `${DEGREES}&TRANSPARENT=true`);
    assert.deepEqual(
      await colorsOf(body, [
        [20, 20],
        [30, 20],
        [70, 20],
        [80, 20],
        [30, 60],
      ]),
      ['nothing', 'red', 'blue', 'nothing', 'nothing'],
    );
  });

  await t.test('TILE-08: tiles of a cache', async () => {
    // The tile lies between 5.6 and 8.4 degrees east. TMS counts rows from the south, and levels from one with four tiles.
    const body = await get('/tms/1.0.0/tiles/EPSG3857/6/66/84.png');
    assert.deepEqual(await colorsOf(body, [[250, 50]]), ['red']);
  });

  await t.test('SRC-28: a legend', async () => {
    const query = 'SERVICE=WMS&VERSION=1.1.1&REQUEST=GetLegendGraphic&LAYER=server&FORMAT=image/png';
    const { width = 0, height = 0 } = await sharp(await get('/service', query)).metadata();
    assert.ok(width > 20 && height > 20, `${width} x ${height}`);
  });
});
