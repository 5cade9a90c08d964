import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import wms from '../../../../src/service/wms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { changedLayers, FakeLegendSource } from '../../../support/fake-info.ts';
import { solidPng } from '../../../support/map-server.ts';

async function picture(width: number, height: number) {
  return { body: await solidPng(width, height, [1, 2, 3]), contentType: 'image/png' };
}

function rig(legends: Readonly<Record<string, FakeLegendSource>>, options: unknown = {}) {
  const changes = Object.entries(legends).map(([name, legend]) => [name, { legendSources: [legend] }]);
  return getFrom(wms, options, { mapLayers: changedLayers(Object.fromEntries(changes)) });
}

function ask(changes: Readonly<Record<string, string>> = {}): string {
  const parameters = { VERSION: '1.1.1', LAYER: 'osm', FORMAT: 'image/png', ...changes };
  return `/service?SERVICE=WMS&REQUEST=GetLegendGraphic&${new URLSearchParams(parameters)}`;
}

describe('GetLegendGraphic', () => {
  it('WMS-42: pictures of a layer are put below each other', async () => {
    const get = rig({ osm: new FakeLegendSource(await picture(10, 20), await picture(30, 5)) });
    const { status, type, text } = await get(ask());
    assert.deepEqual([status, type, text], [200, 'image/png', 'picture 30 x 25']);
  });

  it('WMS-42: a group shows those of the layers below it', async () => {
    const get = rig({
      osm: new FakeLegendSource(await picture(10, 20)),
      photo: new FakeLegendSource(await picture(1, 2)),
    });
    assert.equal((await get(ask({ LAYER: 'base' }))).text, 'picture 10 x 22');
  });

  it('WMS-42: format and scale are passed on', async () => {
    const legend = new FakeLegendSource(await picture(1, 1));
    const { type } = await rig({ osm: legend })(ask({ FORMAT: 'image/jpeg', SCALE: '25000', VERSION: '1.3.0' }));
    assert.equal(type, 'image/jpeg');
    assert.deepEqual([legend.queries[0]?.format, legend.queries[0]?.scale], ['image/jpeg', 25000]);
  });

  it('WMS-42: JSON lists the entries of all', async () => {
    const json = (entry: string) => ({ body: Buffer.from(`{"Legend":["${entry}"]}`), contentType: 'application/json' });
    const get = rig({ osm: new FakeLegendSource(json('a'), json('b')) });
    const { type, text } = await get(ask({ FORMAT: 'application/json' }));
    assert.deepEqual([type, text], ['application/json', '{"Legend":["a","b"]}']);
  });

  const wrong = [
    ['WMS-42: no legend', { LAYER: 'photo' }, 404, /layer photo has no legend graphic/],
    ['WMS-42: an unknown layer', { LAYER: 'x' }, 500, /"LayerNotDefined">unknown layer: x/],
    ['WMS-42: another SLD', { SLD_VERSION: '1.0.0' }, 500, /invalid sld_version 1.0.0/],
    [
      'WMS-42 FIX: another format, 500 without exception in MapProxy',
      { FORMAT: 'x' },
      500,
      /unsupported image format: x/,
    ],
    ['WMS-42 FIX: no scale, 500 without exception in MapProxy', { SCALE: 'x' }, 500, /invalid scale x/],
  ] as const;
  for (const [title, changes, expected, message] of wrong) {
    it(title, async () => {
      const get = rig({ osm: new FakeLegendSource(await picture(1, 1)) });
      const { status, text } = await get(ask(changes));
      assert.equal(status, expected);
      assert.match(text, message);
    });
  }

  it('WMS-34: strict needs the SLD version', async () => {
    const get = rig({ osm: new FakeLegendSource(await picture(1, 1)) }, { strict: true });
    assert.match((await get(ask())).text, /missing parameters \[&#39;sld_version&#39;\]/);
    assert.equal((await get(ask({ SLD_VERSION: '1.1.0' }))).status, 200);
  });

  it('a source without a picture in the end is an exception', async () => {
    const { status, text } = await rig({ osm: new FakeLegendSource() })(ask());
    assert.equal(status, 500);
    assert.match(text, /no source could deliver its legend/);
  });
});

describe('legends in capabilities', () => {
  for (const version of ['1.1.1', '1.3.0']) {
    it(`WMS-12: ${version} has their address and size`, async () => {
      const get = rig({ osm: new FakeLegendSource(await picture(10, 20)) });
      const { text } = await get(`/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=${version}`);
      assert.match(text, /<LegendURL width="10" height="20">/);
      const [, address = ''] = /<LegendURL[\s\S]*?xlink:href="([^"]*)"/.exec(text) ?? [];
      const target = address.replaceAll('&amp;', '&').replace('http://maps.example', '');
      assert.deepEqual((await get(target)).text, 'picture 10 x 20');
    });
  }

  it('WMS-12: one that cannot be had is left out, and asked for again', async () => {
    const legend = new FakeLegendSource();
    const get = rig({ osm: legend });
    for (const _ of [1, 2]) {
      assert.doesNotMatch((await get('/service?SERVICE=WMS&REQUEST=GetCapabilities')).text, /LegendURL/);
    }
    assert.equal(legend.queries.length, 2);
  });
});
