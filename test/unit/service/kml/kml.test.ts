import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceError } from '../../../../src/http/errors.ts';
import type { TileSet } from '../../../../src/layer/contract.ts';
import kml from '../../../../src/service/kml/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { predefinedGrid } from '../../../support/fake-grids.ts';
import { fakeContext, fakeTileLayer, fakeTileSet } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

const get = getFrom(kml);
const KML = 'application/vnd.google-earth.kml+xml';

function getOne(grid: string, tileSet: Partial<TileSet> = {}, options: unknown = {}) {
  return getFrom(kml, options, { tileLayers: [fakeTileLayer('one', [fakeTileSet(predefinedGrid(grid), tileSet)])] });
}

/** All texts of an element, in the order of the document. */
function all(text: string, element: string): string[] {
  return [...text.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map((match) => match[1] ?? '');
}

describe('documents', () => {
  const sameAs = [
    ['/kml/osm', 'EPSG4326', 'KML-01, KML-03: the layer alone is the first document in degrees'],
    ['/kml/osm/', 'EPSG4326', 'KML-01: a slash at the end'],
    ['/kml/osm/EPSG900913', 'EPSG900913', 'KML-01: a spec'],
    ['/kml/osm/EPSG900913/', 'EPSG900913', 'KML-01: a spec and a slash at the end'],
    ['/kml/osm_EPSG900913', 'EPSG900913', 'KML-01: layer and spec in one word'],
    ['/kml/photo', 'EPSG900913', 'KML-03: 900913 where there is no 4326'],
  ] as const;
  for (const [path, spec, title] of sameAs) {
    it(title, async () => {
      const { status, type, text } = await get(path);
      const [, , layer] = path.split('/');
      const first = await get(`/kml/${layer?.replace('_EPSG900913', '')}/${spec}/0/0/0.kml`);
      assert.deepEqual([status, type, text], [200, KML, first.text]);
    });
  }

  it('KML-02: a super-overlay as MapProxy writes it', async () => {
    const { text } = await getOne('utm32')('/kml/one/EPSG25832/3/6/3.kml');
    const link = (x: number, y: number) => `http://maps.example/kml/one/EPSG25832/4/${x}/${y}`;
    assert.deepEqual(all(text, 'name'), ['one', 'one - (12, 7, 4)', 'one - (12, 6, 4)', '(12, 7, 4)', '(12, 6, 4)']);
    assert.deepEqual(all(text, 'href'), [
      `${link(12, 7)}.kml`,
      `${link(12, 6)}.kml`,
      `${link(12, 7)}.png`,
      `${link(12, 6)}.png`,
    ]);
    assert.deepEqual(all(text, 'minLodPixels'), ['128', '128', '128', '128']);
    assert.deepEqual(all(text, 'maxLodPixels'), ['-1', '-1', '768', '768']);
    assert.deepEqual(
      [all(text, 'minFadeExtent'), all(text, 'maxFadeExtent')],
      [
        ['8', '8'],
        ['8', '8'],
      ],
    );
    assert.deepEqual(all(text, 'drawOrder'), ['4', '4']);
    assert.deepEqual(all(text, 'viewRefreshMode'), ['onRegion', 'onRegion']);
  });

  it('KML-02: the document of a tile of the last level, whole', async () => {
    const { text } = await getOne('geodeticNorth', {}, { use_grid_names: true })('/kml/one/geodeticNorth/18/5/0.kml');
    assert.equal(
      text,
      `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
  <Document>
    <name>one</name>
    <Region>
        <LatLonAltBox>
          <north>-89.999313</north><south>-90.000000</south>
          <east>-179.995880</east><west>-179.996567</west>
        </LatLonAltBox>
    </Region>
  </Document>
</kml>
`,
    );
  });

  it('KML-02: the mercator edge is the pole', async () => {
    const { text } = await get('/kml/osm/EPSG900913/1/0/1.kml');
    assert.deepEqual(all(text, 'north').slice(0, 3), ['90.000000', '90.000000', '90.000000']);
    assert.deepEqual(all(text, 'south').slice(0, 3), ['0.000000', '66.513260', '66.513260']);
    const south = await get('/kml/osm/EPSG900913/0/0/0.kml');
    assert.deepEqual(all(south.text, 'south').slice(0, 3), ['-90.000000', '0.000000', '0.000000']);
  });

  it('KML-02: rows count from the south in every grid', async () => {
    const [south, north] = [await get('/kml/osm/EPSG900913/1/0/1.kml'), await get('/kml/osm/EPSG3857/1/0/1.kml')];
    assert.equal(north.text.replaceAll('EPSG3857', 'EPSG900913'), south.text);
  });

  it('KML-02: a tile hangs below the one document that its lower left corner is in', async () => {
    const found = new Set<string>();
    for (const x of [0, 1]) {
      for (const y of [0, 1]) {
        const { text } = await getOne('sqrt2')(`/kml/one/EPSG900913/1/${x}/${y}.kml`);
        for (const href of all(text, 'href')) {
          assert.ok(!found.has(href), href);
          found.add(href);
        }
      }
    }
    assert.equal(found.size, 2 * 16);
  });

  it('KML-02 FIX: the last level ends the tree, where MapProxy answers 500', async () => {
    const { status, text } = await get('/kml/osm/EPSG900913/19/0/0.kml');
    assert.equal(status, 200);
    assert.doesNotMatch(text, /href/);
  });

  it('KML-02: the entity tag is made of the document', async () => {
    const [one, other] = [await get('/kml/osm'), await get('/kml/photo')];
    assert.match(String(one.headers.ETag), /^[\da-f]{32}$/);
    assert.notEqual(one.headers.ETag, other.headers.ETag);
    assert.equal(one.headers['Last-Modified'], undefined);
    assert.equal(one.headers['Cache-Control'], 'public, max-age=259200, s-maxage=259200');
    const again = await get('/kml/osm', { headers: { 'If-None-Match': String(one.headers.ETag) } });
    assert.deepEqual([again.status, again.text], [304, '']);
  });

  it('KML-03: use_grid_names calls grids by their names, in links too', async () => {
    const getNamed = getFrom(kml, { use_grid_names: true });
    const { status, text } = await getNamed('/kml/osm/webmercator');
    assert.equal(status, 200);
    assert.ok(all(text, 'href').every((href) => href.startsWith('http://maps.example/kml/osm/webmercator/1/')));
    assert.equal((await getNamed('/kml/osm/EPSG900913')).status, 404);
  });

  it('APP-09: links have the public address', async () => {
    const { text } = await get('/kml/osm', { mount: '/maps' });
    assert.match(text, /<href>http:\/\/maps\.example\/maps\/kml\/osm\//);
  });

  for (const path of [
    '/kml/osm',
    '/kml/osm/EPSG900913/3/5/5.kml',
    '/kml/photo/EPSG25832',
    '/kml/osm/EPSG4326/19/0/0.kml',
  ]) {
    it(`KML-02: ${path} is valid by the schema`, async (t) => {
      const found = await complaints(t, (await get(path)).text, 'kml/2.2.0/ogckml22.xsd');
      if (found !== undefined) assert.equal(found, '');
    });
  }
});

describe('tiles', () => {
  const cases = [
    ['KML-02: every level counts', '/kml/osm/EPSG900913/1/1/0.png', '1/0/1'],
    ['KML-02: rows from the south', '/kml/osm/EPSG3857/1/1/0.png', '1/1/1'],
    ['KML-02: every second level of square root grids', '/kml/photo/EPSG900913/2/3/3.jpeg', '3/3/4'],
    ['KML-03: 4326 without a spec', '/kml/osm/0/0/0.png', '0/0/0'],
  ] as const;
  for (const [title, target, body] of cases) {
    it(title, async () => {
      const { status, text, headers } = await get(target);
      assert.deepEqual([status, text], [200, body]);
      assert.equal(headers['Cache-Control'], 'public, max-age=259200, s-maxage=259200');
    });
  }

  it('TMS-09: nothing there is a transparent PNG, for JPEG layers too', async () => {
    const getEmpty = getOne('utm32', { format: 'jpeg', mimeType: 'image/jpeg', getTile: () => null });
    const { status, type } = await getEmpty('/kml/one/EPSG25832/0/0/0.jpeg');
    assert.deepEqual([status, type], [200, 'image/png']);
  });
});

describe('errors', () => {
  const OUTSIDE = 'The requested tile is outside the bounding box of the tile map.';
  const cases = [
    ['/kml/nope', 'unknown layer: nope'],
    ['/kml/osm/EPSG1234/0/0/0.kml', 'unknown layer: osm'],
    ['/kml/osm/EPSG900913/0/9/9.kml', OUTSIDE],
    ['/kml/osm/EPSG900913/20/0/0.kml', OUTSIDE],
    ['/kml/osm/EPSG900913/-1/0/0.kml', OUTSIDE],
    ['/kml/osm/EPSG900913/0/9/9.png', OUTSIDE],
    ['/kml/osm/EPSG900913/0/0/0.jpeg', 'invalid format (jpeg). this tile set only supports (png)'],
    ['/kml', 'invalid request (/kml)'],
    ['/kml/', 'invalid request (/kml/)'],
    ['/kml/osm/EPSG900913/0/0/0', 'invalid request (/kml/osm/EPSG900913/0/0/0)'],
  ] as const;
  for (const [path, message] of cases) {
    it(`TMS-08: ${path} is 404 in plain text`, async () => {
      const { status, type, text } = await get(path);
      assert.deepEqual([status, type, text], [404, 'text/plain; charset=utf-8', message]);
    });
  }

  it('TMS-08: a source that fails is 500', async () => {
    const getFailing = getOne('utm32', { getTile: () => Promise.reject(new SourceError('No response from URL')) });
    const { status, text } = await getFailing('/kml/one/EPSG25832/0/0/0.png');
    assert.deepEqual([status, text], [500, 'No response from URL']);
  });
});

describe('the demo pages', () => {
  it('DEMO-01: link to the documents of each layer', async () => {
    const context = fakeContext({
      tileLayers: [
        fakeTileLayer('one', [fakeTileSet(predefinedGrid('utm32')), fakeTileSet(predefinedGrid('GLOBAL_GEODETIC'))]),
      ],
    });
    const links = kml.demo?.({}, context)?.layerLinks?.('one') ?? [];
    assert.deepEqual(
      links.map(({ label, path }) => [label, path]),
      [
        ['utm32', '/kml/one/EPSG25832'],
        ['GLOBAL_GEODETIC', '/kml/one/EPSG4326'],
      ],
    );
    const answer = getFrom(kml, {}, context);
    for (const { path } of links) assert.equal((await answer(path)).status, 200);
    assert.deepEqual(kml.demo?.({}, context)?.layerLinks?.('two'), []);
  });
});
