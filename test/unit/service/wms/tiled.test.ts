import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Raster } from '../../../../src/image/raster.ts';
import wms from '../../../../src/service/wms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { FakeRenderer } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

const SRS = ['EPSG:4326', 'EPSG:3857', 'EPSG:900913'];
const renderer = new FakeRenderer();
const get = getFrom(wms, { srs: SRS }, { renderer });

/** One of the four tiles of the second level of GLOBAL_MERCATOR. */
function tile(changes: Readonly<Record<string, string>> = {}): string {
  const parameters = {
    VERSION: '1.1.1',
    LAYERS: 'osm',
    STYLES: '',
    SRS: 'EPSG:900913',
    BBOX: '0,0,20037508.342789244,20037508.342789244',
    WIDTH: '256',
    HEIGHT: '256',
    FORMAT: 'image/png',
    TILED: 'true',
    ...changes,
  };
  return `/service?SERVICE=WMS&REQUEST=GetMap&${new URLSearchParams(parameters)}`;
}

describe('WMS-C', () => {
  it('WMS-35, WMS-32: a tile goes out as it is, with the headers of tiles', async () => {
    const { status, text, headers } = await get(tile());
    assert.deepEqual([status, text], [200, '1/1/1']);
    assert.equal(headers['Cache-Control'], 'public, max-age=259200, s-maxage=259200');
    assert.ok(headers.ETag);
  });

  const hooks = {
    authorize: () => ({ authorized: 'full' }) as const,
    decorate: (image: Raster) => image,
  };
  for (const name of ['authorize', 'decorate'] as const) {
    it(`WMS-45, AUTH-06: with the hook ${name} a tile is drawn, not sent as it is stored; it must be a tile all the same`, async () => {
      const hooked = getFrom(wms, { srs: SRS }, { renderer, [name]: hooks[name] });
      assert.equal((await hooked(tile())).text, 'map');
      assert.match((await hooked(tile({ WIDTH: '255' }))).text, /invalid tile size/);
    });
  }

  it('WMS-35: clients that have it are told so', async () => {
    const { headers } = await get(tile());
    assert.equal((await get(tile(), { headers: { 'If-None-Match': String(headers.ETag) } })).status, 304);
  });

  const wrong = [
    ['another format', { FORMAT: 'image/jpeg' }, 'invalid tile format, use png'],
    ['another size', { WIDTH: '255' }, 'invalid tile size (use 256x256)'],
    ['a part of a tile', { BBOX: '100000,0,20137508,20037508' }, 'not a single tile'],
    ['beside the grid', { BBOX: '30000000,0,50000000,20000000' }, 'query does not align to tile boundaries'],
    [
      'in another system',
      { SRS: 'EPSG:4326', LAYERS: 'photo', FORMAT: 'image/jpeg', BBOX: '5,50,6,51' },
      'query does not align',
    ],
  ] as const;
  for (const [title, changes, message] of wrong) {
    it(`WMS-35: ${title} is an exception`, async () => {
      const { status, text } = await get(tile(changes));
      assert.equal(status, 500);
      assert.ok(text.includes(`<ServiceException>Invalid request: ${message}`), text);
    });
  }

  it('WMS-35: a layer without tiles is drawn', async () => {
    assert.equal((await get(tile({ LAYERS: 'direct' }))).text, 'map');
  });

  for (const version of ['1.1.0', '1.1.1']) {
    it(`WMS-35: capabilities of ${version} list tile sets when asked`, async (t) => {
      const { text } = await get(`/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=${version}&TILED=true`);
      assert.equal(text.match(/<TileSet>/g)?.length, 5);
      const set = /<TileSet>\s*<SRS>EPSG:900913<\/SRS>[\s\S]*?<\/TileSet>/.exec(text)?.[0] ?? '';
      assert.match(set, /<Resolutions>156543\.03392804097 78271\.5[\d. ]*<\/Resolutions>/);
      assert.match(set, /<Width>256<\/Width>\s*<Height>256<\/Height>\s*<Format>png<\/Format>\s*<Layers>osm<\/Layers>/);
      const found = version === '1.1.1' && (await complaints(t, text, 'wmsc/1.1.1/WMS_MS_Capabilities.dtd'));
      if (found) assert.equal(found, '');
    });
  }

  it('WMS-35: else they do not', async () => {
    const { text } = await get('/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1');
    assert.doesNotMatch(text, /TileSet/);
  });
});
