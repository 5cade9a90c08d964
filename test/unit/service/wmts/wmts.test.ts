import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, SourceError } from '../../../../src/http/errors.ts';
import wmts from '../../../../src/service/wmts/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { predefinedGrid } from '../../../support/fake-grids.ts';
import { FULL_METADATA, fakeContext, fakeTile, fakeTileLayer, fakeTileSet } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

const get = getFrom(wmts, { md: FULL_METADATA });
const OUTSIDE = 'The requested tile is outside the bounding box of the tile map.';

/** A GetTile request for the fake layer `osm`; a parameter set to null is left out. */
function kvp(changes: Readonly<Record<string, string | null>> = {}): string {
  const parameters: Record<string, string | null> = {
    SERVICE: 'WMTS',
    REQUEST: 'GetTile',
    VERSION: '1.0.0',
    LAYER: 'osm',
    STYLE: '',
    TILEMATRIXSET: 'webmercator',
    TILEMATRIX: '01',
    TILECOL: '1',
    TILEROW: '0',
    FORMAT: 'image/png',
    ...changes,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return `/service?${new URLSearchParams(given)}`;
}

function getOne(getTile: ReturnType<typeof fakeTileSet>['getTile']) {
  const tileSets = [fakeTileSet(predefinedGrid('utm32'), { getTile })];
  return getFrom(wmts, {}, { tileLayers: [fakeTileLayer('one', tileSets)] });
}

describe('tiles', () => {
  const cases = [
    ['WMTS-02: by KVP', kvp(), '1/0/1'],
    ['WMTS-02: at /ows', kvp().replace('/service', '/ows'), '1/0/1'],
    ['WMTS-10: rows count from the north in every grid', kvp({ TILEMATRIXSET: 'GLOBAL_MERCATOR' }), '1/1/1'],
    ['WMTS-05: a level by its number', kvp({ TILEMATRIX: '1' }), '1/0/1'],
    ['WMTS-05: a level with more zeros than it has', kvp({ TILEMATRIX: '0001' }), '1/0/1'],
    ['WMTS-03: any style', kvp({ STYLE: 'any' }), '1/0/1'],
    ['WMTS-03: a format without its class', kvp({ FORMAT: 'png' }), '1/0/1'],
    ['WMTS-03: a format with parameters', kvp({ FORMAT: 'image/png; mode=8bit' }), '1/0/1'],
    ['WMTS-05: by REST', '/wmts/osm/webmercator/01/1/0.png', '1/0/1'],
    ['WMTS-05: by REST with a plain level', '/wmts/osm/webmercator/1/1/0.png', '1/0/1'],
    ['WMTS-10: by REST from the north', '/wmts/osm/GLOBAL_MERCATOR/01/1/0.png', '1/1/1'],
  ] as const;
  for (const [title, target, body] of cases) {
    it(title, async () => {
      const { status, text, headers } = await get(target);
      assert.deepEqual([status, text], [200, body]);
      assert.equal(headers['Cache-Control'], 'public, max-age=259200, s-maxage=259200');
    });
  }

  it('WMTS-15: has the type of the bytes', async () => {
    const getJpeg = getOne(async (coord) => fakeTile(coord, { mimeType: 'image/jpeg' }));
    assert.equal((await getJpeg('/wmts/one/utm32/00/0/0.png')).type, 'image/jpeg');
  });

  it('TMS-09: nothing there is a transparent PNG', async () => {
    const { status, type } = await getOne(() => null)('/wmts/one/utm32/00/0/0.png');
    assert.deepEqual([status, type], [200, 'image/png']);
  });

  it('APP-08: a tile that the client has is 304', async () => {
    const { headers } = await get(kvp());
    assert.equal((await get(kvp(), { headers: { 'If-None-Match': String(headers.ETag) } })).status, 304);
  });
});

describe('exceptions', () => {
  const all = "['version', 'layer', 'style', 'tilematrixset', 'tilematrix', 'tilerow', 'tilecol', 'format']";
  const cases = [
    ['WMTS-02: no request', '/service?SERVICE=WMTS', 500, 'NoApplicableCode', "unknown WMTS request type 'None'"],
    [
      'WMTS-02: unknown request',
      kvp({ REQUEST: 'GetFoo' }),
      500,
      'NoApplicableCode',
      "unknown WMTS request type 'None'",
    ],
    [
      'WMTS-03: nothing but the request',
      '/service?SERVICE=WMTS&REQUEST=GetTile',
      500,
      'NoApplicableCode',
      `missing parameters ${all}`,
    ],
    ['WMTS-03: no format', kvp({ FORMAT: null }), 500, 'NoApplicableCode', "missing parameters ['format']"],
    ['unknown layer', kvp({ LAYER: 'x' }), 400, 'InvalidParameterValue', 'unknown layer: x'],
    ['unknown set', kvp({ TILEMATRIXSET: 'x' }), 400, 'InvalidParameterValue', 'unknown tilematrixset: x'],
    [
      'WMTS-10: a grid that cannot count from the north',
      kvp({ TILEMATRIXSET: 'GLOBAL_GEODETIC' }),
      400,
      'InvalidParameterValue',
      'unknown tilematrixset: GLOBAL_GEODETIC',
    ],
    ['unknown matrix', kvp({ TILEMATRIX: 'x' }), 400, 'InvalidParameterValue', 'unknown tilematrix: x'],
    ['a row that is no number', kvp({ TILEROW: 'a' }), 400, 'InvalidParameterValue', 'invalid tilerow: a'],
    [
      'other format',
      kvp({ FORMAT: 'image/jpeg' }),
      400,
      'InvalidParameterValue',
      'invalid format (jpeg). this tile set only supports (png)',
    ],
    ['level outside', kvp({ TILEMATRIX: '99' }), 400, 'TileOutOfRange', OUTSIDE],
    ['row outside', kvp({ TILEROW: '2' }), 400, 'TileOutOfRange', OUTSIDE],
    ['negative row', kvp({ TILEROW: '-1' }), 400, 'TileOutOfRange', OUTSIDE],
    ['REST: unknown layer', '/wmts/x/webmercator/00/0/0.png', 400, 'InvalidParameterValue', 'unknown layer: x'],
    [
      'REST: other format',
      '/wmts/osm/webmercator/00/0/0.jpeg',
      400,
      'InvalidParameterValue',
      'invalid format (jpeg). this tile set only supports (png)',
    ],
    ['REST: outside', '/wmts/osm/webmercator/00/0/5.png', 400, 'TileOutOfRange', OUTSIDE],
    [
      'WMTS-07: a path of another form is 404, not 500 as in MapProxy',
      '/wmts/x/y',
      404,
      'InvalidParameterValue',
      'invalid request (/wmts/x/y)',
    ],
    ['markup is escaped', kvp({ LAYER: '<b>' }), 400, 'InvalidParameterValue', 'unknown layer: &lt;b&gt;'],
    [
      'WMTS-13: no format of feature info is offered by default',
      kvp({ REQUEST: 'GetFeatureInfo', INFOFORMAT: 'text/plain', I: '1', J: '1' }),
      400,
      'InvalidParameterValue',
      'unknown infoformat: text/plain',
    ],
    [
      'WMTS-03: parameters of GetFeatureInfo',
      kvp({ REQUEST: 'GetFeatureInfo' }),
      500,
      'NoApplicableCode',
      "missing parameters ['infoformat', 'i', 'j']",
    ],
  ] as const;
  for (const [title, target, status, code, text] of cases) {
    it(`WMTS-08, WMTS-09: ${title}`, async () => {
      const answer = await get(target);
      assert.deepEqual([answer.status, answer.type], [status, 'text/xml; charset=utf-8']);
      assert.ok(answer.text.includes(`<ows:Exception exceptionCode="${code}"`), answer.text);
      const escaped = text.replaceAll("'", '&#39;');
      assert.ok(answer.text.includes(`<ows:ExceptionText>${escaped}</ows:ExceptionText>`), answer.text);
    });
  }

  it('WMTS-08: a source that fails is 500', async () => {
    const getFailing = getOne(async () => {
      throw new SourceError('No response from URL');
    });
    const { status, text } = await getFailing('/wmts/one/utm32/00/0/0.png');
    assert.equal(status, 500);
    assert.match(text, /No response from URL/);
  });

  it('WMTS-08: is valid by the schema', async (t) => {
    const { text } = await get(kvp({ LAYER: 'x' }));
    const found = await complaints(t, text, 'ows/1.1.0/owsExceptionReport.xsd');
    if (found !== undefined) assert.equal(found, '');
  });
});

describe('ways', () => {
  const cases = [
    ['neither named', {}, true, true],
    ['kvp alone', { kvp: true }, true, false],
    ['restful alone', { restful: true }, false, true],
    ['kvp off', { kvp: false }, false, false],
    ['both', { kvp: true, restful: true }, true, true],
  ] as const;
  for (const [title, options, hasKvp, hasRest] of cases) {
    it(`WMTS-01: ${title}: KVP ${hasKvp}, REST ${hasRest}`, () => {
      const service = wmts.build(wmts.options.parse(options), fakeContext());
      assert.deepEqual([service.ows !== undefined, service.paths.includes('wmts')], [hasKvp, hasRest]);
    });
  }
});

describe('restful_template', () => {
  const template = '/tiles-of/{{Layer}}/{TileMatrixSet}-{{TileMatrix}}/{TileRow}/{TileCol}.{Format}';

  it('WMTS-05: is what tiles are asked by, with the older double braces too', async () => {
    const getOwn = getFrom(wmts, { restful_template: template });
    assert.equal((await getOwn('/wmts/tiles-of/osm/webmercator-01/0/1.png')).text, '1/0/1');
    assert.equal((await getOwn('/wmts/osm/webmercator/01/1/0.png')).status, 404);
  });

  it('WMTS-05: without a format any is right', async () => {
    const getOwn = getFrom(wmts, { restful_template: '/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}/' });
    assert.equal((await getOwn('/wmts/osm/webmercator/01/1/0/')).text, '1/0/1');
  });

  const TILE = '{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}';
  const broken = [
    [
      'WMTS-05: says which variables are missing',
      { restful_template: '/{Layer}/{TileCol}' },
      /TileMatrixSet, TileMatrix, TileRow$/,
    ],
    ['WMTS-05: has each variable once', { restful_template: `/{Layer}/${TILE}` }, /{Layer} stands there twice/],
    ['WMTS-06: needs a pixel for feature info', { restful_featureinfo_template: `/${TILE}` }, /: I, J$/],
  ] as const;
  for (const [title, given, message] of broken) {
    it(title, () => {
      assert.throws(
        () => wmts.build(wmts.options.parse(given), fakeContext()),
        (error) =>
          error instanceof ConfigError && /InvalidWMTSTemplate/.test(error.message) && message.test(error.message),
      );
    });
  }

  it('WMTS-05: nothing may stand before it', async () => {
    assert.equal((await get('/wmts/more/osm/webmercator/01/1/0.png')).status, 404);
  });

  it('WMTS-11: capabilities print it with layer and format filled in', async () => {
    const getOwn = getFrom(wmts, { restful_template: template });
    const { text } = await getOwn('/wmts/1.0.0/WMTSCapabilities.xml', { mount: '/maps' });
    const url = 'http://maps.example/maps/wmts/tiles-of/photo/{TileMatrixSet}-{TileMatrix}/{TileRow}/{TileCol}.jpeg';
    assert.ok(text.includes(`<ResourceURL format="image/jpeg" resourceType="tile" template="${url}"/>`), text);
  });
});

describe('capabilities', () => {
  const ways = [
    ['KVP', '/service?SERVICE=WMTS&REQUEST=GetCapabilities'],
    ['REST', '/wmts/1.0.0/WMTSCapabilities.xml'],
  ] as const;

  for (const [way, target] of ways) {
    it(`WMTS-11: by ${way} are valid by the schema`, async (t) => {
      const { text, type } = await get(target);
      assert.equal(type, 'application/xml');
      const found = await complaints(t, text, 'wmts/1.0/wmtsGetCapabilities_response.xsd');
      if (found !== undefined) assert.equal(found, '');
    });

    it(`WMTS-11: by ${way} without md are valid by the schema`, async (t) => {
      const { text } = await getFrom(wmts)(target);
      const found = await complaints(t, text, 'wmts/1.0/wmtsGetCapabilities_response.xsd');
      if (found !== undefined) assert.equal(found, '');
    });
  }

  it('WMTS-01: `md` goes before that of the WMS, value by value', async () => {
    const defaultMetadata = wmts.options.parse({ md: { title: 'Of the WMS', abstract: 'Too' } }).md ?? undefined;
    const { text } = await getFrom(wmts, { md: { title: 'Own' } }, { defaultMetadata })(ways[0][1]);
    assert.match(text, /<ows:Title>Own<\/ows:Title>\s*<ows:Abstract>Too<\/ows:Abstract>/);
  });

  it('WMTS-11: describe a layer', async () => {
    const { text } = await get(ways[1][1]);
    const [, layer] = /(<Layer>[\s\S]*?<\/Layer>)/.exec(text) ?? [];
    assert.equal(
      layer,
      `<Layer>
      <ows:Title>Streets &amp; &lt;houses&gt;</ows:Title>
      <ows:Abstract>An abstract</ows:Abstract>
      <ows:WGS84BoundingBox>
        <ows:LowerCorner>-180 -85.0511287798066</ows:LowerCorner>
        <ows:UpperCorner>180 85.0511287798066</ows:UpperCorner>
      </ows:WGS84BoundingBox>
      <ows:Identifier>osm</ows:Identifier>
      <Style isDefault="true">
        <ows:Identifier>default</ows:Identifier>
      </Style>
      <Format>image/png</Format>
      <TileMatrixSetLink>
        <TileMatrixSet>GLOBAL_MERCATOR</TileMatrixSet>
      </TileMatrixSetLink>
      <TileMatrixSetLink>
        <TileMatrixSet>webmercator</TileMatrixSet>
      </TileMatrixSetLink>
      <ResourceURL format="image/png" resourceType="tile" template="http://maps.example/wmts/osm/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.png"/>
    </Layer>`,
    );
  });

  it('WMTS-04: are found below any folder', async () => {
    assert.equal((await get('/wmts/osm/1.0.0/WMTSCapabilities.xml')).status, 200);
  });

  it('WMTS-11: by KVP tell of KVP alone', async () => {
    const { text } = await get('/ows?SERVICE=WMTS&REQUEST=GetCapabilities');
    assert.match(text, /<ows:Get xlink:href="http:\/\/maps.example\/ows\?">/);
    assert.match(text, /<ows:Value>KVP<\/ows:Value>/);
    assert.doesNotMatch(text, /ResourceURL|ServiceMetadataURL|RESTful/);
  });

  it('WMTS-11: by REST name their own address', async () => {
    const { text } = await get('/wmts/1.0.0/WMTSCapabilities.xml');
    assert.ok(text.includes('<ServiceMetadataURL xlink:href="http://maps.example/wmts/1.0.0/WMTSCapabilities.xml"/>'));
  });

  it('WMTS-10: leave out grids that cannot count from the north', async () => {
    const { text } = await get(ways[1][1]);
    const sets = [...text.matchAll(/<TileMatrixSet>\s*<ows:Identifier>([^<]*)</g)].map((match) => match[1]);
    assert.deepEqual(sets, ['GLOBAL_MERCATOR', 'webmercator', 'utm32']);
  });

  it('WMTS-12: name the CRS in the form of MapProxy', async () => {
    const { text } = await get(ways[1][1]);
    const names = [...text.matchAll(/<ows:SupportedCRS>([^<]*)</g)].map((match) => match[1]);
    assert.deepEqual(names, ['urn:ogc:def:crs:EPSG:900913', 'urn:ogc:def:crs:EPSG:3857', 'urn:ogc:def:crs:EPSG:25832']);
  });

  it('WMTS-12: have the scale of GoogleMapsCompatible, corner and sizes of a level', async () => {
    const { text } = await get(ways[1][1]);
    const [, first] = text.split('<TileMatrix>');
    assert.deepEqual([...(first ?? '').matchAll(/>([^<\s][^<]*)</g)].map((match) => match[1]).slice(0, 7), [
      '00',
      '559082264.0287178',
      '-20037508.342789244 20037508.342789244',
      '256',
      '256',
      '1',
      '1',
    ]);
  });

  it('WMTS-12: print the corner in the axis order of the CRS', async () => {
    const tileSets = [fakeTileSet(predefinedGrid('geodeticNorth'))];
    const getNorth = getFrom(wmts, {}, { tileLayers: [fakeTileLayer('one', tileSets)] });
    assert.match((await getNorth(ways[1][1])).text, /<TopLeftCorner>90 -180<\/TopLeftCorner>/);
  });
});
