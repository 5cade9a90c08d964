// What router, TMS and WMTS cost for a tile that is at hand: everything between the gateway and the cache. No sockets,
// no disk; the tile set answers at once with the same 8 kB.
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { Request } from '../../../src/http/request.ts';
import type { Response } from '../../../src/http/response.ts';
import tms from '../../../src/service/tms/index.ts';
import wmts from '../../../src/service/wmts/index.ts';
import { predefinedGrid } from '../../support/fake-grids.ts';
import { fakeForwarding } from '../../support/fake-request.ts';
import { fakeContext, fakeTileLayer, fakeTileSet } from '../../support/fake-services.ts';

const BODY = Buffer.alloc(8192);
const WARM_UP = 200_000;
const REQUESTS = 1_000_000;

/** Tiles of an hour, so that few share their validators. */
function tileSet(grid: string) {
  let count = 0;
  return fakeTileSet(predefinedGrid(grid), {
    getTile: () => ({ body: BODY, mimeType: 'image/png', timestamp: 1.7e9 + (count++ % 3600) + 0.25, cacheable: true }),
  });
}

const tileSets = [tileSet('GLOBAL_MERCATOR'), tileSet('webmercator')];
const tileLayers = [fakeTileLayer('osm', tileSets)];
const context = fakeContext({ tileLayers });
const services = [tms.build(tms.options.parse({}), context), wmts.build(wmts.options.parse({}), context)];
const application = createMapProxyApp({ services, accessControlAllowOrigin: '*' });

const { signal } = new AbortController();

function requestFor(pathInfo: string, queryString: string, header: string | undefined): Request {
  return new Request(
    { method: 'GET', scriptName: '', pathInfo, queryString },
    {
      variable: (name) => (name === 'HTTP_IF_NONE_MATCH' ? header : undefined),
      variables: () => [],
      body: (async function* () {})(),
      signal,
    },
    fakeForwarding({ scheme: 'http', host: 'maps.example', mount: '', base: 'http://maps.example' }),
  );
}

function measure(title: string, target: (index: number) => string, header?: string): void {
  const requests = Array.from({ length: 1024 }, (_, index) => {
    const [path = '', query = ''] = target(index).split('?');
    return requestFor(path, query, header);
  });
  const run = (count: number): number => {
    const start = process.hrtime.bigint();
    for (let index = 0; index < count; index++) {
      const request = requests[index & 1023];
      if (request === undefined) throw new Error('no request');
      const answer = application(request) as Response;
      if (answer.status >= 400) throw new Error(`${title}: ${answer.status} ${answer.body}`);
    }
    return Number(process.hrtime.bigint() - start) / count;
  };
  run(WARM_UP);
  console.log(`${title.padEnd(34)} ${(run(REQUESTS) / 1000).toFixed(2)} us`);
}

const x = (index: number): number => index % 32;
const y = (index: number): number => index >> 5;

measure('TMS /tms/1.0.0/layer/spec', (index) => `/tms/1.0.0/osm/EPSG900913/4/${x(index)}/${y(index)}.png`);
measure('TMS /tiles, flipped', (index) => `/tiles/osm/EPSG900913/5/${x(index)}/${y(index)}.png?origin=nw`);
measure('TMS with If-None-Match', (index) => `/tms/1.0.0/osm/EPSG900913/4/${x(index)}/${y(index)}.png`, 'x');
measure('WMTS REST', (index) => `/wmts/osm/webmercator/05/${x(index)}/${y(index)}.png`);

const KVP =
  'SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=osm&STYLE=&TILEMATRIXSET=webmercator&FORMAT=image%2Fpng&TILEMATRIX=05';
measure('WMTS KVP', (index) => `/service?${KVP}&TILECOL=${x(index)}&TILEROW=${y(index)}`);
