import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceError } from '../../../../src/http/errors.ts';
import type { TileSet } from '../../../../src/layer/contract.ts';
import tms from '../../../../src/service/tms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { predefinedGrid } from '../../../support/fake-grids.ts';
import { FakeRenderer, FULL_METADATA, fakeTile, fakeTileLayer, fakeTileSet } from '../../../support/fake-services.ts';

const get = getFrom(tms);
const XML = 'text/xml; charset=utf-8';
const OUTSIDE = 'The requested tile is outside the bounding box of the tile map.';

/** One layer `one` in a grid, with what its tiles should do. */
function getOne(grid: string, tileSet: Partial<TileSet> = {}, options: unknown = {}) {
  const tileLayers = [fakeTileLayer('one', [fakeTileSet(predefinedGrid(grid), tileSet)])];
  return getFrom(tms, options, { tileLayers });
}

describe('tiles', () => {
  // Bodies of fake tiles are x/y/z in the grid's own origin; GLOBAL_MERCATOR counts from the south, webmercator not.
  const cases = [
    ['TMS-05: global-mercator leaves out the first level', '/tms/1.0.0/osm/EPSG900913/1/3/0.png', '3/0/2'],
    ['TMS-05: global-geodetic leaves out the first level', '/tms/1.0.0/osm/EPSG4326/0/1/0.png', '1/0/1'],
    ['TMS-05: local counts every level', '/tms/1.0.0/photo/EPSG25832/0/0/0.jpeg', '0/0/0'],
    ['TMS-05: square root grids show every second level', '/tms/1.0.0/photo/EPSG900913/0/1/1.jpeg', '1/1/2'],
    ['TMS-04: rows count from the south in every grid', '/tms/1.0.0/osm/EPSG3857/0/1/0.png', '1/1/1'],
    [
      'TMS-04: rows count from the south whatever `origin` says',
      '/tms/1.0.0/osm/EPSG900913/0/1/0.png?origin=nw',
      '1/0/1',
    ],
    ['TMS-04: layer and spec in one word', '/tms/1.0.0/osm_EPSG4326/0/1/0.png', '1/0/1'],
    ['TMS-04: 900913 without a spec', '/tms/1.0.0/photo/0/0/1.jpeg', '0/1/2'],
    ['TMS-04: the version may be left out', '/tms/osm/EPSG900913/0/0/1.png', '0/1/1'],
    ['TMS-04: levels with leading zeros', '/tms/1.0.0/osm/EPSG900913/00/0/1.png', '0/1/1'],
    ['TMS-06: /tiles counts every level', '/tiles/osm/EPSG900913/1/1/0.png', '1/0/1'],
    ['TMS-06: /tiles takes the version too', '/tiles/1.0.0/osm/EPSG900913/1/1/0.png', '1/0/1'],
    ["TMS-06: /tiles counts from the grid's own origin", '/tiles/osm/EPSG3857/1/1/0.png', '1/0/1'],
    ['TMS-06: /tiles?origin=nw', '/tiles/osm/EPSG900913/1/1/0.png?origin=nw', '1/1/1'],
    ['TMS-06: /tiles?origin=sw', '/tiles/osm/EPSG3857/1/1/0.png?origin=sw', '1/1/1'],
    ['TMS-06: /tiles takes an unknown origin for none', '/tiles/osm/EPSG900913/1/1/0.png?origin=xx', '1/0/1'],
    ['TMS-06: /tiles shows every second level of square root grids', '/tiles/photo/EPSG900913/2/3/3.jpeg', '3/3/4'],
  ] as const;
  for (const [title, target, body] of cases) {
    it(title, async () => {
      const { status, text } = await get(target);
      assert.deepEqual([status, text], [200, body]);
    });
  }

  it('TMS-04: 4326 without a spec where there is no 900913', async () => {
    assert.equal((await getOne('GLOBAL_GEODETIC')('/tms/1.0.0/one/0/0/0.png')).text, '0/0/1');
  });

  it("TMS-06: the option `origin` is /tiles' default", async () => {
    const getNorth = getFrom(tms, { origin: 'nw' });
    assert.equal((await getNorth('/tiles/osm/EPSG900913/1/1/0.png')).text, '1/1/1');
    assert.equal((await getNorth('/tiles/osm/EPSG900913/1/1/0.png?origin=sw')).text, '1/0/1');
    assert.equal((await getNorth('/tms/1.0.0/osm/EPSG900913/0/1/0.png')).text, '1/0/1');
  });

  it('TMS-07: use_grid_names calls grids by their names', async () => {
    const getNamed = getFrom(tms, { use_grid_names: true });
    assert.equal((await getNamed('/tms/1.0.0/osm/webmercator/0/0/0.png')).status, 200);
    assert.equal((await getNamed('/tms/1.0.0/osm/EPSG900913/0/0/0.png')).status, 404);
  });

  it('APP-06: tiles have validators and the configured time', async () => {
    const { headers } = await getFrom(tms, {}, { tileMaxAge: 60 })('/tms/1.0.0/osm/EPSG900913/0/0/0.png');
    assert.equal(headers['Cache-Control'], 'public, max-age=60, s-maxage=60');
    assert.equal(headers['Last-Modified'], 'Tue, 14 Nov 2023 22:13:20 GMT');
    assert.match(String(headers.ETag), /^[\da-f]{32}$/);
    assert.equal(headers.Vary, undefined);
  });

  it('APP-08: a tile that the client has is 304', async () => {
    const target = '/tms/1.0.0/osm/EPSG900913/0/0/0.png';
    const { headers } = await get(target);
    const again = await get(target, { headers: { 'If-None-Match': String(headers.ETag) } });
    assert.deepEqual([again.status, again.text, again.type], [304, '', '']);
  });

  it('APP-07: tiles made in part are not kept', async () => {
    const getPart = getOne('utm32', { getTile: (coord) => fakeTile(coord, { cacheable: false }) });
    const { status, headers } = await getPart('/tms/1.0.0/one/EPSG25832/0/0/0.png');
    assert.equal(status, 200);
    assert.equal(headers['Cache-Control'], 'no-cache, no-store');
    assert.equal(headers.ETag, undefined);
  });

  it('has the type of the bytes, not of the configuration', async () => {
    const getMixed = getOne('utm32', {
      format: 'mixed',
      mimeType: 'image/png',
      getTile: async (coord) => fakeTile(coord, { mimeType: 'image/jpeg' }),
    });
    for (const extension of ['png', 'jpeg']) {
      const { status, type } = await getMixed(`/tms/1.0.0/one/EPSG25832/0/0/0.${extension}`);
      assert.deepEqual([status, type], [200, 'image/jpeg']);
    }
  });

  it('TMS-09: nothing there is a transparent PNG of the tile size, for JPEG layers too', async () => {
    const renderer = new FakeRenderer();
    const tileSet = fakeTileSet(predefinedGrid('utm32'), {
      format: 'jpeg',
      mimeType: 'image/jpeg',
      getTile: () => null,
    });
    const tileLayers = [fakeTileLayer('one', [tileSet])];
    const getEmpty = getFrom(tms, {}, { tileLayers, renderer });
    const { status, type } = await getEmpty('/tms/1.0.0/one/EPSG25832/0/0/0.jpeg');
    await getEmpty('/tms/1.0.0/one/EPSG25832/1/0/0.jpeg');
    assert.deepEqual([status, type], [200, 'image/png']);
    assert.equal(renderer.calls.length, 1, 'made once');
    const [call] = renderer.calls;
    assert.deepEqual([call?.layers, call?.query.size, call?.output.transparent], [[], [256, 256], true]);
  });
});

describe('errors', () => {
  const cases = [
    ['/1.0.0/nope/EPSG900913/0/0/0.png', 'unknown layer: nope'],
    ['/1.0.0/osm/EPSG1234/0/0/0.png', 'unknown layer: osm'],
    ['/1.0.0/osm/EPSG900913/0/0/0.jpeg', 'invalid format (jpeg). this tile set only supports (png)'],
    ['/1.0.0/photo/EPSG25832/0/0/0.jpg', 'invalid format (jpg). this tile set only supports (jpeg)'],
    ['/1.0.0/osm/EPSG900913/0/9/9.png', OUTSIDE],
    ['/1.0.0/osm/EPSG900913/-1/0/0.png', OUTSIDE],
    ['/1.0.0/osm/EPSG900913/99/0/0.png', OUTSIDE],
    ['/1.0.0/osm/EPSG900913/0/99999999999999999999/0.png', OUTSIDE],
    ['/1.0.0/osm/EPSG900913/0/0/0', null],
    ['/1.0.0/osm/EPSG900913/a/0/0.png', null],
    ['/2.0.0/<osm>', null],
  ] as const;
  for (const [path, message] of cases) {
    it(`TMS-08: /tms${path} is 404 in XML`, async () => {
      const { status, type, text, headers } = await get(`/tms${path}`);
      assert.deepEqual([status, type], [404, XML]);
      assert.equal(headers['Cache-Control'], 'no-cache, no-store');
      const expected = message ?? `invalid request (/tms${path.replace('<osm>', '&lt;osm&gt;')})`;
      assert.ok(text.includes(`<TileMapServerError>\n  <Message>${expected}</Message>`), text);
    });
    it(`TMS-08: /tiles${path} is 404 in plain text`, async () => {
      const { status, type, text } = await get(`/tiles${path}`);
      assert.deepEqual([status, type], [404, 'text/plain; charset=utf-8']);
      assert.equal(text, message ?? `invalid request (/tiles${path})`);
    });
  }

  it('TMS-08: a source that fails is 500', async () => {
    const fails = async () => {
      throw new SourceError('No response from URL (see logs for URL and reason).');
    };
    const getFailing = getOne('utm32', { getTile: fails });
    const asXml = await getFailing('/tms/1.0.0/one/EPSG25832/0/0/0.png');
    const asText = await getFailing('/tiles/one/EPSG25832/0/0/0.png');
    assert.deepEqual([asXml.status, asXml.type], [500, XML]);
    assert.deepEqual([asText.status, asText.text], [500, 'No response from URL (see logs for URL and reason).']);
  });

  it('lets unexpected errors through', async () => {
    const getBroken = getOne('utm32', { getTile: () => assert.fail('broken') });
    await assert.rejects(getBroken('/tms/1.0.0/one/EPSG25832/0/0/0.png'), /broken/);
  });
});

describe('documents', () => {
  for (const path of ['/tms', '/tms/']) {
    it(`TMS-01: ${path} lists the service under the public URL`, async () => {
      const { type, text } = await getFrom(tms, { md: FULL_METADATA })(path, { mount: '/maps' });
      assert.equal(type, XML);
      assert.match(
        text,
        /<TileMapService title="City maps" version="1.0.0" href="http:\/\/maps.example\/maps\/tms\/1.0.0\/" \/>/,
      );
    });
  }

  for (const path of ['/tms/1.0.0', '/tms/1.0.0/']) {
    it(`TMS-02: ${path} lists the tile maps`, async () => {
      const { text } = await get(path);
      const entries = [
        ...text.matchAll(/<TileMap title="([^"]*)" srs="([^"]*)" profile="([^"]*)" href="([^"]*)" \/>/g),
      ];
      const base = 'http://maps.example/tms/1.0.0';
      assert.deepEqual(
        entries.map((entry) => entry.slice(1)),
        [
          ['Streets &amp; &lt;houses&gt;', 'OSGEO:41001', 'global-mercator', `${base}/osm/EPSG900913`],
          ['Streets &amp; &lt;houses&gt;', 'EPSG:4326', 'global-geodetic', `${base}/osm/EPSG4326`],
          ['Streets &amp; &lt;houses&gt;', 'OSGEO:41001', 'global-mercator', `${base}/osm/EPSG3857`],
          ['Aerial photos', 'EPSG:25832', 'local', `${base}/photo/EPSG25832`],
          ['Aerial photos', 'OSGEO:41001', 'global-mercator', `${base}/photo/EPSG900913`],
        ],
      );
    });
  }

  it('TMS-02: has contact and keywords', async () => {
    const { text } = await getFrom(tms, { md: FULL_METADATA })('/tms/1.0.0');
    assert.match(text, /<KeywordList>Orthophoto Photo Map<\/KeywordList>/);
    assert.match(text, /<ContactOrganization>City &amp; Co<\/ContactOrganization>/);
    assert.match(text, /<PostCode>12345<\/PostCode>/);
  });

  it('TMS-10: falls back to the md of the WMS', async () => {
    const defaultMetadata = { ...tms.options.parse({ md: FULL_METADATA }).md } as never;
    const { text } = await getFrom(tms, {}, { defaultMetadata })('/tms/1.0.0');
    assert.match(text, /<Title>City maps<\/Title>/);
    const own = await getFrom(tms, { md: { title: 'Own' } }, { defaultMetadata })('/tms/1.0.0');
    assert.match(own.text, /<Title>Own<\/Title>\s*<Abstract>All &lt;the&gt; maps &amp; more<\/Abstract>/);
  });

  it('TMS-03: describes a tile map with its levels', async () => {
    const { type, text } = await get('/tms/1.0.0/osm/EPSG4326');
    assert.equal(type, XML);
    assert.match(text, /<SRS>EPSG:4326<\/SRS>/);
    assert.match(text, /<BoundingBox minx="-180" miny="-90" maxx="180" maxy="90" \/>/);
    assert.match(text, /<Origin x="-180" y="-90" \/>/);
    assert.match(text, /<TileFormat width="256" height="256" mime-type="image\/png" extension="png" \/>/);
    assert.match(text, /<TileSets profile="global-geodetic">/);
    const href = 'http://maps.example/tms/1.0.0/osm/EPSG4326/0';
    assert.ok(text.includes(`<TileSet href="${href}" units-per-pixel="0.703125" order="0" />`));
    assert.equal(text.match(/<TileSet /g)?.length, 19, 'all levels but the first');
  });

  it('TMS-05: lists every second level of a square root grid', async () => {
    const { text } = await get('/tms/1.0.0/photo');
    assert.equal(text.match(/<TileSet /g)?.length, 19);
    assert.match(text, /units-per-pixel="78271\.5169\d+" order="0"/);
  });

  for (const path of ['/tms/1.0.0/osm', '/tms/1.0.0/osm_EPSG900913', '/tms/1.0.0/osm/EPSG900913']) {
    it(`TMS-03: ${path} is the same tile map`, async () => {
      assert.match((await get(path)).text, /<SRS>OSGEO:41001<\/SRS>/);
    });
  }
});
