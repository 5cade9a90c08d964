import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceError } from '../../../../src/http/errors.ts';
import wmts from '../../../../src/service/wmts/index.ts';
import type { InfoSource } from '../../../../src/source/contract.ts';
import { getFrom } from '../../../support/build-service.ts';
import { predefinedGrid } from '../../../support/fake-grids.ts';
import { FakeInfoSource } from '../../../support/fake-info.ts';
import { fakeTileLayer, fakeTileSet } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

const FORMATS = [
  { mimetype: 'application/json', suffix: 'geojson' },
  { mimetype: 'text/plain', suffix: 'txt' },
];

/** Layers `one`, which the sources know in UTM but not in Mercator, and `mute`, which nobody knows. */
function rig(sources: readonly InfoSource[], options: Readonly<Record<string, unknown>> = {}) {
  const utm = fakeTileSet(predefinedGrid('utm32'));
  const tileSets = [utm, fakeTileSet(predefinedGrid('webmercator')), fakeTileSet(predefinedGrid('GLOBAL_MERCATOR'))];
  const infoSources = new Map([[utm, sources], ...tileSets.slice(2).map((tileSet) => [tileSet, sources] as const)]);
  const tileLayers = [fakeTileLayer('one', tileSets, { infoSources }), fakeTileLayer('mute', tileSets.slice(0, 1))];
  return getFrom(wmts, { featureinfo_formats: FORMATS, ...options }, { tileLayers });
}

function kvp(changes: Readonly<Record<string, string>> = {}): string {
  const parameters = {
    SERVICE: 'WMTS',
    REQUEST: 'GetFeatureInfo',
    VERSION: '1.0.0',
    LAYER: 'one',
    STYLE: '',
    TILEMATRIXSET: 'utm32',
    TILEMATRIX: '00',
    TILECOL: '0',
    TILEROW: '0',
    FORMAT: 'image/png',
    INFOFORMAT: 'text/plain',
    I: '17',
    J: '250',
    ...changes,
  };
  return `/service?${new URLSearchParams(parameters)}`;
}

describe('feature info', () => {
  const ways = [
    ['WMTS-06: by KVP', kvp()],
    ['WMTS-06: by KVP with a suffix for the type', kvp({ INFOFORMAT: 'txt' })],
    ['WMTS-06: by REST', '/wmts/one/utm32/00/0/0/17/250.txt'],
  ] as const;
  for (const [title, target] of ways) {
    it(title, async () => {
      const source = new FakeInfoSource('text/plain', 'a house');
      const { status, type, text } = await rig([source])(target);
      assert.deepEqual([status, type, text], [200, 'text/plain; charset=utf-8', 'a house']);
      const [query] = source.queries;
      const grid = predefinedGrid('utm32');
      assert.deepEqual(
        [query?.bbox, query?.size, query?.srs.code, query?.position, query?.infoFormat, query?.featureCount],
        [grid.tileBbox([0, 0, 0]), [256, 256], 'EPSG:25832', [17, 250], 'text/plain', undefined],
      );
    });
  }

  it('WMTS-06: FEATURE_COUNT goes to the source', async () => {
    const source = new FakeInfoSource('text/plain', '');
    await rig([source])(kvp({ FEATURE_COUNT: '3' }));
    assert.equal(source.queries[0]?.featureCount, 3);
  });

  it('WMTS-06, WMTS-10: rows count from the north in every grid', async () => {
    const source = new FakeInfoSource('text/plain', '');
    await rig([source])('/wmts/one/GLOBAL_MERCATOR/01/0/0/1/1.txt');
    const [, south] = source.queries[0]?.bbox ?? [];
    assert.equal(south, 0);
  });

  it('WMTS-06, WMS-39: what several sources say is one document', async () => {
    const sources = [
      new FakeInfoSource('application/json', '{"features": [1]}'),
      new FakeInfoSource(null),
      new FakeInfoSource('application/json', '{"features": [2]}'),
    ];
    const { type, text } = await rig(sources)(kvp({ INFOFORMAT: 'application/json' }));
    assert.deepEqual([type, text], ['application/json', '{"features":[1,2]}']);
  });

  it('WMTS-06: nothing there is an empty document of the type asked for', async () => {
    const { status, type, text } = await rig([new FakeInfoSource(null)])(kvp());
    assert.deepEqual([status, type, text], [200, 'text/plain; charset=utf-8', '']);
  });

  for (const option of ['restful_featureinfo_template', 'restful_fi_template']) {
    it(`WMTS-06: ${option} is what it is asked by`, async () => {
      const template = '/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}-{TileRow}/{I}-{J}';
      const source = new FakeInfoSource('application/json', '{}');
      const getOwn = rig([source], { [option]: template });
      const { status, type } = await getOwn('/wmts/one/utm32/00/0-0/17-250');
      assert.deepEqual([status, type], [200, 'application/json'], 'the first format');
      assert.equal((await getOwn('/wmts/one/utm32/00/0/0/17/250.txt')).status, 404);
    });
  }
});

describe('exceptions of feature info', () => {
  const OUTSIDE = 'The requested tile is outside the bounding box of the tile map.';
  const cases = [
    ['unknown layer', kvp({ LAYER: 'x' }), 400, 'InvalidParameterValue', 'unknown layer: x'],
    ['unknown set', kvp({ TILEMATRIXSET: 'x' }), 400, 'InvalidParameterValue', 'unknown tilematrixset: x'],
    ['type', kvp({ INFOFORMAT: 'text/html' }), 400, 'InvalidParameterValue', 'unknown infoformat: text/html'],
    ['suffix', '/wmts/one/utm32/00/0/0/1/1.xml', 400, 'InvalidParameterValue', 'unknown infoformat: xml'],
    ['layer', kvp({ LAYER: 'mute' }), 501, 'OperationNotSupported', 'layer mute not queryable'],
    [
      'layer in this grid',
      kvp({ TILEMATRIXSET: 'webmercator' }),
      501,
      'OperationNotSupported',
      'layer one not queryable',
    ],
    ['tile', kvp({ TILEROW: '99' }), 400, 'TileOutOfRange', OUTSIDE],
    ['column that is no number', kvp({ I: 'a' }), 400, 'InvalidParameterValue', 'invalid i: a'],
    ['pixel outside', kvp({ I: '256' }), 400, 'PointIJOutOfRange', 'pixel 256, 250 is outside of the tile'],
    ['pixel outside', kvp({ J: '-1' }), 400, 'PointIJOutOfRange', 'pixel 17, -1 is outside of the tile'],
  ] as const;
  for (const [title, target, status, code, text] of cases) {
    it(`WMTS-08, WMTS-09: ${title}: ${text}`, async () => {
      const answer = await rig([new FakeInfoSource('text/plain', '')])(target);
      assert.deepEqual([answer.status, answer.type], [status, 'text/xml; charset=utf-8']);
      assert.ok(answer.text.includes(`<ows:Exception exceptionCode="${code}"`), answer.text);
      assert.ok(answer.text.includes(`<ows:ExceptionText>${text}</ows:ExceptionText>`), answer.text);
    });
  }

  it('WMTS-08: a source that fails is 500', async () => {
    const { status, text } = await rig([new FakeInfoSource('', new SourceError('No response from URL'))])(kvp());
    assert.equal(status, 500);
    assert.match(text, /No response from URL/);
  });
});

describe('capabilities with feature info', () => {
  const KVP = '/service?SERVICE=WMTS&REQUEST=GetCapabilities';
  const REST = '/wmts/1.0.0/WMTSCapabilities.xml';
  const get = rig([new FakeInfoSource('text/plain', '')]);

  for (const target of [KVP, REST]) {
    it(`WMTS-13: ${target} offers the formats, for layers that can be asked alone`, async () => {
      const { text } = await get(target);
      const [, one, mute] = text.split('<Layer>');
      const formats = (layer = '') => [...layer.matchAll(/<InfoFormat>([^<]*)</g)].map((match) => match[1]);
      assert.deepEqual([formats(one), formats(mute)], [['application/json', 'text/plain'], []]);
      assert.match(text, /<ows:Operation name="GetFeatureInfo">/);
    });

    it(`WMTS-11: ${target} is valid by the schema`, async (t) => {
      const found = await complaints(t, (await get(target)).text, 'wmts/1.0/wmtsGetCapabilities_response.xsd');
      if (found !== undefined) assert.equal(found, '');
    });
  }

  it('WMTS-06: by REST have the address of each format', async () => {
    const { text } = await get(REST);
    const url = 'http://maps.example/wmts/one/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}/{I}/{J}';
    for (const [type, suffix] of [
      ['application/json', 'geojson'],
      ['text/plain', 'txt'],
    ]) {
      const element = `<ResourceURL format="${type}" resourceType="FeatureInfo" template="${url}.${suffix}"/>`;
      assert.ok(text.includes(element), element);
    }
    assert.equal(text.match(/resourceType="FeatureInfo"/g)?.length, 2);
  });

  it('WMTS-13: without a format do not speak of it', async () => {
    const { text } = await rig([new FakeInfoSource('text/plain', '')], { featureinfo_formats: [] })(REST);
    assert.doesNotMatch(text, /GetFeatureInfo|InfoFormat|FeatureInfo"/);
  });
});
