import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestError, SourceError } from '../../../../src/http/errors.ts';
import { blankRaster } from '../../../../src/image/raster.ts';
import { LimitedMapLayer } from '../../../../src/layer/limited-layer.ts';
import { configureLogging } from '../../../../src/log.ts';
import type { Decorate } from '../../../../src/service/decoration.ts';
import wms from '../../../../src/service/wms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { FakeRenderer } from '../../../support/fake-services.ts';
import { complaints } from '../../../support/schemas.ts';

configureLogging({ level: 'silent' });

type Parameters = Readonly<Record<string, string | null>>;

/** A GetMap request; a parameter set to null is left out. */
function getMap(changes: Parameters = {}, version = '1.1.1'): string {
  const parameters: Record<string, string | null> = {
    SERVICE: 'WMS',
    REQUEST: 'GetMap',
    [version === '1.0.0' ? 'WMTVER' : 'VERSION']: version,
    LAYERS: 'osm',
    STYLES: '',
    [version === '1.3.0' ? 'CRS' : 'SRS']: 'EPSG:4326',
    BBOX: '5,50,10,55',
    WIDTH: '20',
    HEIGHT: '10',
    FORMAT: 'image/png',
    ...changes,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return `/service?${new URLSearchParams(given)}`;
}

function rig(options: unknown = {}) {
  const renderer = new FakeRenderer();
  return { renderer, get: getFrom(wms, options, { renderer }) };
}

/** What the renderer was asked for by one request. */
async function asked(changes: Parameters, version?: string, options?: unknown) {
  const { renderer, get } = rig(options);
  const answer = await get(getMap(changes, version));
  assert.equal(answer.status, 200, answer.text);
  const call = renderer.calls[0];
  assert.ok(call);
  return { ...call, names: call.layers.map((layer) => layer.name) };
}

describe('GetMap', () => {
  it('is drawn with the type that was asked for', async () => {
    const { get } = rig();
    const { status, type, text, headers } = await get(getMap({ FORMAT: 'image/jpeg' }));
    assert.deepEqual([status, type, text], [200, 'image/jpeg', 'map']);
    assert.equal(headers['Cache-Control'], undefined, 'WMS-32: no caching headers');
  });

  it('asks for bbox, size and system', async () => {
    const { query } = await asked({ SRS: 'EPSG:3857', BBOX: '1,2,3,4.5' });
    assert.deepEqual([query.bbox, query.size, query.srs.code], [[1, 2, 3, 4.5], [20, 10], 'EPSG:3857']);
  });

  it('WMS-28: asks for layers in the order of the request', async () => {
    assert.deepEqual((await asked({ LAYERS: 'photo,osm' })).names, ['photo', 'osm']);
  });

  it('LYR-02: a group is drawn as the layers below it', async () => {
    assert.deepEqual((await asked({ LAYERS: 'base' })).names, ['osm', 'photo']);
  });

  it('WMS-03: `map` is GetMap too', async () => {
    assert.equal((await rig().get(getMap({ REQUEST: 'map' }))).status, 200);
  });

  it('WMS-18: fractions of sizes are cut off', async () => {
    assert.deepEqual((await asked({ WIDTH: '20.9', HEIGHT: '10.2' })).query.size, [20, 10]);
  });

  it('WMS-19: default styles are all there is', async () => {
    assert.equal((await rig().get(getMap({ STYLES: ',default,inspire_common:DEFAULT' }))).status, 200);
  });

  it('WMS-20: 1.0.0 has words for formats', async () => {
    assert.equal((await asked({ FORMAT: 'JPEG' }, '1.0.0')).output.mimeType, 'image/jpeg');
  });

  it('WMS-21: systems count in any case', async () => {
    assert.equal((await asked({ SRS: 'epsg:4326' })).query.srs.code, 'EPSG:4326');
  });

  it('WMS-26: is opaque on white by default', async () => {
    const { output } = await asked({});
    assert.deepEqual([output.transparent, output.background], [false, [255, 255, 255]]);
  });

  it('WMS-26: TRANSPARENT and BGCOLOR', async () => {
    const { output } = await asked({ TRANSPARENT: 'TRUE', BGCOLOR: '0x1234ff' });
    assert.deepEqual([output.transparent, output.background], [true, [0x12, 0x34, 0xff]]);
  });

  it('WMS-26: a colour that is none is white', async () => {
    assert.deepEqual((await asked({ BGCOLOR: 'blue' })).output.background, [255, 255, 255]);
  });

  const axes = [
    ['1.1.1', 'EPSG:4326', [5, 50, 10, 55]],
    ['1.3.0', 'EPSG:4326', [50, 5, 55, 10]],
    ['1.3.0', 'CRS:84', [5, 50, 10, 55]],
    ['1.3.0', 'EPSG:3857', [5, 50, 10, 55]],
  ] as const;
  for (const [version, code, bbox] of axes) {
    it(`WMS-27: ${code} in ${version}`, async () => {
      const name = version === '1.3.0' ? 'CRS' : 'SRS';
      assert.deepEqual((await asked({ [name]: code }, version)).query.bbox, bbox);
    });
  }

  it('WMS-09: outside the bbox configured for a system it is blank', async () => {
    const options = { bbox_srs: [{ srs: 'EPSG:4326', bbox: [0, 0, 4, 4] }] };
    assert.deepEqual((await asked({}, '1.1.1', options)).names, []);
    assert.deepEqual((await asked({ BBOX: '3,3,5,5' }, '1.1.1', options)).names, ['osm']);
  });

  it('WMS-09: what reaches beyond the bbox configured for a system is cut at it', async () => {
    const options = { bbox_srs: [{ srs: 'EPSG:4326', bbox: [0, 0, 4, 4] }] };
    const { layers } = await asked({ BBOX: '3,3,5,5' }, '1.1.1', options);
    const [layer] = layers;
    assert.ok(layer instanceof LimitedMapLayer);
    assert.deepEqual(
      layer.limits.map(({ bbox, srs }) => [bbox, srs.code]),
      [[[0, 0, 4, 4], 'EPSG:4326']],
    );
    assert.deepEqual((await asked({ SRS: 'EPSG:3857' }, '1.1.1', options)).names, ['osm'], 'other systems are whole');
  });

  const formats = [
    ['a name stands for the media type of its format', ['photo', 'image/png'], 'image/jpeg', 'photo'],
    ['of two with one media type, the last counts', ['image/jpeg', 'photo'], 'image/jpeg', 'photo'],
    ['a media type keeps its options', ['image/png; mode=24bit'], 'image/png', 'image/png; mode=24bit'],
    ['others are written as their media type says', ['photo', 'image/png'], 'image/png', undefined],
  ] as const;
  for (const [title, image_formats, FORMAT, expected] of formats) {
    it(`WMS-15: ${title}`, async () => {
      const renderer = new FakeRenderer();
      const formatNamed = (name: string) => (name === 'photo' ? 'image/jpeg' : name);
      const get = getFrom(wms, { image_formats }, { renderer, formatNamed });
      const { status, type } = await get(getMap({ FORMAT }));
      assert.deepEqual([status, type], [200, FORMAT]);
      assert.equal(renderer.calls[0]?.output.format, expected);
    });
  }

  it('WMS-45: the hook is given the picture and the layers that are drawn', async () => {
    const calls: unknown[] = [];
    const renderer = new FakeRenderer();
    const decorate: Decorate = (image, ...others) => {
      calls.push(others);
      return image;
    };
    await getFrom(wms, {}, { renderer, decorate })(getMap({ LAYERS: 'base' }));
    await renderer.calls[0]?.output.decorate?.(blankRaster([20, 10]));
    assert.deepEqual(calls, [['wms.map', ['osm', 'photo'], {}, ['EPSG:4326', [5, 50, 10, 55]]]]);
  });

  it('WMS-32: a map made in part is not kept', async () => {
    const { renderer, get } = rig();
    renderer.answer = { body: Buffer.from('part'), mimeType: 'image/png', cacheable: false };
    assert.equal((await get(getMap())).headers['Cache-Control'], 'no-cache, no-store');
  });

  it('lets unexpected errors through', async () => {
    const { renderer, get } = rig();
    renderer.answer = new TypeError('broken');
    await assert.rejects(get(getMap()), TypeError);
  });
});

describe('checks of GetMap', () => {
  const required = "['layers', 'styles', 'srs', 'bbox', 'width', 'height', 'format']";
  const nothing = {
    LAYERS: null,
    STYLES: null,
    SRS: null,
    BBOX: null,
    WIDTH: null,
    HEIGHT: null,
    FORMAT: null,
  };
  const cases: readonly (readonly [title: string, changes: Parameters, code: string | null, message: string])[] = [
    ['WMS-16: nothing', nothing, null, `missing parameters ${required}`],
    ['WMS-16: no version', { VERSION: null, SRS: null }, null, "missing parameters ['version', 'crs']"],
    ['WMS-16: no format', { FORMAT: null }, null, "missing parameters ['format']"],
    ['WMS-17: an upside down bbox', { BBOX: '2,2,1,1' }, null, 'invalid bbox 2,2,1,1'],
    ['WMS-17: an empty bbox', { BBOX: '1,1,1,2' }, null, 'invalid bbox 1,1,1,2'],
    ['WMS-17 FIX: no numbers, 500 in MapProxy', { BBOX: 'a,b,c,d' }, null, 'invalid bbox a,b,c,d'],
    ['WMS-17 FIX: too few numbers', { BBOX: '1,2,3' }, null, 'invalid bbox 1,2,3'],
    ['WMS-17 FIX: five numbers', { BBOX: '1,2,3,4,5' }, null, 'invalid bbox 1,2,3,4,5'],
    ['WMS-17 FIX: an empty number', { BBOX: '0,0,,1' }, null, 'invalid bbox 0,0,,1'],
    ['WMS-17 FIX: infinite', { BBOX: '0,0,1,Infinity' }, null, 'invalid bbox 0,0,1,Infinity'],
    ['WMS-18 FIX: no width, 500 in MapProxy', { WIDTH: '' }, null, 'invalid size x10'],
    ['WMS-18 FIX: zero', { WIDTH: '0' }, null, 'invalid size 0x10'],
    ['WMS-18 FIX: negative', { HEIGHT: '-3' }, null, 'invalid size 20x-3'],
    ['WMS-18 FIX: no number', { HEIGHT: 'x' }, null, 'invalid size 20xx'],
    ['WMS-19', { STYLES: 'a,b' }, 'StyleNotDefined', 'unsupported styles: a,b'],
    ['WMS-20', { FORMAT: 'image/foo' }, 'InvalidFormat', 'unsupported image format: image/foo'],
    ['WMS-20: words are for 1.0.0', { FORMAT: 'PNG' }, 'InvalidFormat', 'unsupported image format: PNG'],
    ['WMS-21', { SRS: 'EPSG:99999' }, 'InvalidSRS', 'unsupported srs: EPSG:99999'],
    ['WMS-22', { LAYERS: 'osm,x' }, 'LayerNotDefined', 'unknown layer: x'],
    ['WMS-22: no layer', { LAYERS: '' }, 'LayerNotDefined', 'unknown layer: '],
    ['WMS-23', { WIDTH: '4000', HEIGHT: '4001' }, null, 'image size too large'],
    ['first bbox', { BBOX: '', STYLES: 'a', LAYERS: 'x' }, null, 'invalid bbox '],
    ['styles before size', { STYLES: 'a', WIDTH: '99999' }, 'StyleNotDefined', 'unsupported styles: a'],
    ['size before layers', { WIDTH: '9999', HEIGHT: '9999', LAYERS: 'x' }, null, 'image size too large'],
    ['layers before format', { LAYERS: 'x', FORMAT: 'x' }, 'LayerNotDefined', 'unknown layer: x'],
    ['format before system', { FORMAT: 'x', SRS: 'x' }, 'InvalidFormat', 'unsupported image format: x'],
    ['SEC-01: markup is escaped', { LAYERS: '<b>' }, 'LayerNotDefined', 'unknown layer: &lt;b&gt;'],
  ];
  for (const [title, changes, code, message] of cases) {
    it(`${title}: ${message}`, async () => {
      const { status, text, headers } = await rig().get(getMap(changes));
      assert.equal(status, 500, 'TRAP-05');
      assert.equal(headers['Cache-Control'], 'no-cache, no-store');
      const attribute = code === null ? '' : ` code="${code}"`;
      const escaped = message.replaceAll("'", '&#39;');
      assert.ok(text.includes(`<ServiceException${attribute}>${escaped}</ServiceException>`), text);
    });
  }

  it('WMS-21: 1.3.0 speaks of a CRS', async () => {
    const { text } = await rig().get(getMap({ CRS: 'EPSG:99999' }, '1.3.0'));
    assert.match(text, /<ServiceException code="InvalidCRS">unsupported crs: EPSG:99999</);
  });

  it('WMS-16: 1.0.0 needs WMTVER or VERSION', async () => {
    const { get } = rig({ versions: ['1.0.0'] });
    assert.match((await get(getMap({ WMTVER: null }, '1.0.0'))).text, /missing parameters \[&#39;wmtver&#39;\]/);
    assert.equal((await get(getMap({ WMTVER: null, VERSION: '1.0.0' }, '1.0.0'))).status, 200);
  });

  const limits = [
    ['a number', 400],
    ['width and height', [20, 20]],
  ] as const;
  for (const [title, max_output_pixels] of limits) {
    it(`WMS-23: max_output_pixels as ${title}`, async () => {
      const { get } = rig({ max_output_pixels });
      assert.equal((await get(getMap({ WIDTH: '40', HEIGHT: '10' }))).status, 200);
      assert.equal((await get(getMap({ WIDTH: '41', HEIGHT: '10' }))).status, 500);
    });
  }
});

describe('exceptions', () => {
  const types = [
    ['1.0.0', 'text/xml; charset=utf-8'],
    ['1.1.0', 'application/vnd.ogc.se_xml'],
    ['1.1.1', 'application/vnd.ogc.se_xml'],
    ['1.3.0', 'text/xml; charset=utf-8'],
  ] as const;
  for (const [version, type] of types) {
    it(`WMS-03, WMS-25: an unknown request in the format of ${version}`, async () => {
      const answer = await rig().get(`/service?SERVICE=WMS&REQUEST=GetFoo&VERSION=${version}`);
      assert.deepEqual([answer.status, answer.type], [500, type]);
      assert.match(answer.text, /unknown WMS request type &#39;getfoo&#39;/);
      assert.ok(answer.text.includes(`version="${version}"`));
      assert.equal(/<!DOCTYPE/.test(answer.text), version.startsWith('1.1'));
    });
  }

  it('WMS-03: no request', async () => {
    assert.match((await rig().get('/wms')).text, /unknown WMS request type &#39;None&#39;/);
  });

  const schemas = [
    ['1.1.0', 'wms/1.1.0/exception_1_1_0.dtd'],
    ['1.1.1', 'wms/1.1.1/exception_1_1_1.dtd'],
    ['1.3.0', 'wms/1.3.0/exceptions_1_3_0.xsd'],
  ] as const;
  for (const [version, schema] of schemas) {
    it(`WMS-25: of ${version} are valid`, async (t) => {
      const { text } = await rig().get(getMap({ LAYERS: 'x' }, version));
      const found = await complaints(t, text, schema);
      if (found !== undefined) assert.equal(found, '');
    });
  }

  const errors = [
    new RequestError('Request too large or invalid BBOX. (too many tiles)'),
    new SourceError('No response from URL (see logs for URL and reason).'),
  ];
  for (const error of errors) {
    it(`WMS-31: a ${error.name} of the renderer is an exception`, async () => {
      const { renderer, get } = rig();
      renderer.answer = error;
      const { status, text } = await get(getMap());
      assert.equal(status, 500);
      assert.ok(text.includes(`<ServiceException>${error.message}</ServiceException>`), text);
    });
  }

  const images = [
    ['WMS-24: blank is an empty image', 'application/vnd.ogc.se_blank'],
    ['WMS-24: a message in an image is one', 'application/vnd.ogc.se_inimage'],
  ] as const;
  for (const [title, EXCEPTIONS] of images) {
    it(`${title} of the size and format asked for, with status 200`, async () => {
      const { get } = rig();
      const { status, type, text, headers } = await get(getMap({ LAYERS: 'x', FORMAT: 'image/jpeg', EXCEPTIONS }));
      assert.deepEqual([status, type, text], [200, 'image/jpeg', 'picture 20 x 10']);
      assert.equal(headers['Cache-Control'], 'no-cache, no-store');
    });
  }

  it('WMS-24: blank is 256 by 256 and png where nothing is said', async () => {
    const { type, text } = await rig().get('/service?SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&EXCEPTIONS=blank');
    assert.deepEqual([type, text], ['image/png', 'picture 256 x 256']);
  });

  it('WMS-30, WMS-33: how errors are told and whose the map is goes to the renderer, but not for tiles', async () => {
    const options = { on_source_errors: 'raise', attribution: { text: 'City' } };
    const { output } = await asked({}, '1.1.1', options);
    assert.deepEqual([output.onSourceErrors, output.attribution], ['raise', 'City']);
    assert.equal((await asked({ LAYERS: 'direct', TILED: 'true' }, '1.1.1', options)).output.attribution, undefined);
  });

  it('WMS-23: an image that is too large is answered as XML, though blank was asked for', async () => {
    const { type } = await rig().get(getMap({ WIDTH: '9999', HEIGHT: '9999', EXCEPTIONS: 'blank' }));
    assert.equal(type, 'application/vnd.ogc.se_xml');
  });

  it('WMS-37: no layer can be queried', async () => {
    const { text } = await rig().get(getMap({ REQUEST: 'GetFeatureInfo', QUERY_LAYERS: 'osm', X: '1', Y: '1' }));
    assert.match(text, /layer osm is not queryable/);
  });

  it('WMS-37 FIX: an unknown layer in QUERY_LAYERS is LayerNotDefined, not 500 as in MapProxy', async () => {
    const { text } = await rig().get(getMap({ REQUEST: 'GetFeatureInfo', QUERY_LAYERS: 'x', X: '1', Y: '1' }));
    assert.match(text, /code="LayerNotDefined">unknown layer: x</);
  });

  it('WMS-42: no layer has a legend: 404', async () => {
    const { status, text } = await rig().get(
      '/service?SERVICE=WMS&REQUEST=GetLegendGraphic&VERSION=1.1.1&LAYER=osm&FORMAT=image/png',
    );
    assert.equal(status, 404);
    assert.match(text, /layer osm has no legend graphic/);
  });

  it('WMS-03: versions before 1.1.1 have no legends', async () => {
    const { text } = await rig().get('/service?SERVICE=WMS&REQUEST=GetLegendGraphic&VERSION=1.1.0&LAYER=osm');
    assert.match(text, /unknown WMS request type &#39;getlegendgraphic&#39;/);
  });
});
