import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fcgiRequest } from '@mapgate/fastcgi-kit';
import { Sandbox } from '../front/sandbox.ts';
import { blockPng, MapServer } from '../support/map-server.ts';
import { Mapgate } from '../support/mapgate.ts';
import { childrenOf } from '../support/processes.ts';

const CLIENTS = 100;

const CACHES = {
  file: 'cache: {type: file}',
  MBTiles: 'cache: {type: mbtiles}',
};

for (const [kind, cache] of Object.entries(CACHES)) {
  test(`TILE-11: ${CLIENTS} clients of several processes on a cold tile make one request (${kind})`, async (t) => {
    const sandbox = new Sandbox(t);
    const server = await MapServer.start(async () => {
      // Long enough for the others to come: they must wait for this answer, not ask themselves.
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { headers: { 'Content-Type': 'image/png' }, body: await blockPng(1024, 1024) };
    });
    t.after(() => server.stop());
    writeFileSync(
      sandbox.path('mapproxy.yaml'),
      `
services: {tms: {}}
sources: {wms: {type: wms, req: {url: "${server.url}", layers: roads}}}
caches: {osm: {sources: [wms], grids: [GLOBAL_WEBMERCATOR], meta_buffer: 0, ${cache}}}
layers: [{name: osm, title: OSM, sources: [osm]}]
`,
    );
    // Two programs that share a cache, of two workers each.
    const sockets = ['one', 'two'].map((name) => sandbox.path(name));
    for (const socket of sockets) {
      const mapgate = new Mapgate(t, ['serve', 'mapproxy.yaml', '--fastcgi', socket, '--workers', '2'], {
        cwd: sandbox.folder,
      });
      await mapgate.says('"msg":"serving"');
      assert.equal(childrenOf(mapgate.pid).length, 2);
    }
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, index) => {
        const uri = `/tms/1.0.0/osm/EPSG3857/3/${4 + (index % 4)}/${4 + ((index >> 2) % 4)}.png`;
        const answer = await fcgiRequest(
          { path: sockets[index % sockets.length] ?? '' },
          { params: { REQUEST_METHOD: 'GET', REQUEST_URI: uri, SCRIPT_NAME: '', PATH_INFO: uri, QUERY_STRING: '' } },
        );
        return answer.parse();
      }),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(server.requests.length, 1);
  });
}
