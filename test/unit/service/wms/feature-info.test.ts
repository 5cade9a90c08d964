import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceError } from '../../../../src/http/errors.ts';
import wms from '../../../../src/service/wms/index.ts';
import type { InfoTransform } from '../../../../src/source/contract.ts';
import { getFrom } from '../../../support/build-service.ts';
import { changedLayers, FakeInfoSource } from '../../../support/fake-info.ts';

interface Rig {
  readonly osm?: readonly FakeInfoSource[];
  readonly photo?: readonly FakeInfoSource[];
  readonly options?: unknown;
  readonly stylesheet?: (file: string) => InfoTransform;
}

function rig({ osm = [], photo = [], options = {}, stylesheet }: Rig) {
  const mapLayers = changedLayers({ osm: { infoSources: osm }, photo: { infoSources: photo } });
  return getFrom(wms, options, { mapLayers, ...(stylesheet && { stylesheet }) });
}

/** A GetFeatureInfo request; a parameter set to null is left out. */
function ask(changes: Readonly<Record<string, string | null>> = {}, version = '1.1.1'): string {
  const isNewest = version === '1.3.0';
  const parameters: Record<string, string | null> = {
    SERVICE: 'WMS',
    REQUEST: 'GetFeatureInfo',
    VERSION: version,
    LAYERS: 'osm',
    QUERY_LAYERS: 'osm',
    [isNewest ? 'CRS' : 'SRS']: 'EPSG:4326',
    BBOX: isNewest ? '50,5,55,10' : '5,50,10,55',
    WIDTH: '20',
    HEIGHT: '10',
    [isNewest ? 'I' : 'X']: '3',
    [isNewest ? 'J' : 'Y']: '4.5',
    ...changes,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return `/service?${new URLSearchParams(given)}`;
}

describe('GetFeatureInfo', () => {
  for (const version of ['1.0.0', '1.1.0', '1.1.1', '1.3.0']) {
    it(`WMS-37: ${version} asks about the point`, async () => {
      const source = new FakeInfoSource('text/plain', 'here');
      const get = rig({ osm: [source] });
      const answer = await get(ask({ FEATURE_COUNT: '7', INFO_FORMAT: 'text/plain' }, version));
      assert.deepEqual([answer.status, answer.type, answer.text], [200, 'text/plain; charset=utf-8', 'here']);
      const [query] = source.queries;
      assert.deepEqual(
        [query?.bbox, query?.size, query?.srs.code, query?.position, query?.infoFormat, query?.featureCount],
        [[5, 50, 10, 55], [20, 10], 'EPSG:4326', [3, 4.5], 'text/plain', 7],
      );
    });
  }

  it('WMS-37: a group asks the layers below it, each once', async () => {
    const shared = new FakeInfoSource('text/plain', 'one');
    const get = rig({ osm: [shared], photo: [shared, new FakeInfoSource('text/plain', 'two')] });
    assert.equal((await get(ask({ QUERY_LAYERS: 'base,osm' }))).text, 'one\ntwo');
    assert.equal(shared.queries.length, 1);
  });

  it('WMS-37: nothing there is an empty answer of the type asked for', async () => {
    const get = rig({ osm: [new FakeInfoSource(null)] });
    const { status, type, text } = await get(ask({ INFO_FORMAT: 'application/json' }));
    assert.deepEqual([status, type, text], [200, 'application/json', '']);
  });

  it('WMS-37: what is no media type does not become one', async () => {
    const get = rig({ osm: [new FakeInfoSource(null)] });
    assert.equal((await get(ask({ INFO_FORMAT: 'text/html\r\nX: y' }))).type, 'text/plain; charset=utf-8');
  });

  it('an error of a source is an exception', async () => {
    const get = rig({ osm: [new FakeInfoSource('text/plain', new SourceError('no answer'))] });
    const { status, text } = await get(ask());
    assert.equal(status, 500);
    assert.match(text, /<ServiceException>no answer</);
  });

  const wrong: readonly (readonly [string, Readonly<Record<string, string | null>>, RegExp])[] = [
    ['WMS-37: a layer that nobody can be asked about', { QUERY_LAYERS: 'photo' }, />layer photo is not queryable</],
    ['WMS-37 FIX: an unknown layer, 500 in MapProxy', { QUERY_LAYERS: 'x' }, /"LayerNotDefined">unknown layer: x</],
    ['WMS-22: an unknown layer of the map', { LAYERS: 'x' }, /"LayerNotDefined">unknown layer: x</],
    ['WMS-37: no point', { X: null, Y: null }, />missing parameters \[&#39;x&#39;, &#39;y&#39;\]</],
    ['WMS-37 FIX: a point that is none, 500 in MapProxy', { X: 'a' }, /"InvalidPoint">invalid x a</],
    ['WMS-21: an unknown system', { SRS: 'EPSG:1' }, /"InvalidSRS">unsupported srs: EPSG:1</],
    ['WMS-19: an unknown style', { STYLES: 'x' }, /"StyleNotDefined">unsupported styles: x</],
  ];
  for (const [title, changes, message] of wrong) {
    it(title, async () => {
      const { status, text } = await rig({ osm: [new FakeInfoSource('text/plain')] })(ask(changes));
      assert.equal(status, 500);
      assert.match(text, message);
    });
  }

  it('WMS-34: strict needs format and styles', async () => {
    const get = rig({ osm: [new FakeInfoSource('text/plain')], options: { strict: true } });
    assert.match((await get(ask())).text, /missing parameters \[&#39;styles&#39;, &#39;format&#39;\]/);
    assert.equal((await get(ask({ STYLES: '', FORMAT: 'image/png' }))).status, 200);
  });
});

describe('types of feature info', () => {
  const types = [
    ['1.1.1', 'application/vnd.ogc.gml', 'application/vnd.ogc.gml'],
    ['1.3.0', 'application/vnd.ogc.gml', 'text/xml; charset=utf-8'],
    ['1.3.0', 'text/html', 'text/html; charset=utf-8'],
    ['1.1.1', 'application/json', 'application/json'],
    ['1.1.1', 'image/svg', 'text/plain; charset=utf-8'],
  ] as const;
  for (const [version, given, answered] of types) {
    it(`WMS-38: ${given} in ${version}`, async () => {
      const get = rig({ osm: [new FakeInfoSource(given, '{}')] });
      assert.equal((await get(ask({}, version))).type, answered);
    });
  }

  it('WMS-38: text, HTML and XML are offered by default', async () => {
    const get = rig({ osm: [new FakeInfoSource('text/plain')] });
    const { text } = await get('/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1');
    const [, formats = ''] = /<GetFeatureInfo>([\s\S]*?)<DCP/.exec(text) ?? [];
    assert.deepEqual(formats.match(/[a-z]+\/[a-z.]+/g), ['text/plain', 'text/html', 'application/vnd.ogc.gml']);
  });

  it('WMS-38, WMS-41: those configured are offered', async () => {
    const get = rig({ osm: [new FakeInfoSource('text/plain')], options: { featureinfo_types: ['json', 'xml'] } });
    const { text } = await get('/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0');
    const [, formats = ''] = /<GetFeatureInfo>([\s\S]*?)<DCP/.exec(text) ?? [];
    assert.deepEqual(formats.match(/[a-z]+\/[a-z.]+/g), ['application/json', 'text/xml']);
  });

  const named =
    (file: string): InfoTransform =>
    async (document) =>
      Buffer.from(`${file}: ${document}`);
  const options = { featureinfo_xslt: { html: 'to-html.xsl', xml: 'to-xml.xsl' } };

  it('WMS-40: the stylesheet of the type asked for is applied', async () => {
    const get = rig({ osm: [new FakeInfoSource('text/xml', '<a/>')], options, stylesheet: named });
    const { type, text } = await get(ask({ INFO_FORMAT: 'text/html' }));
    assert.deepEqual([type, text], ['text/html; charset=utf-8', 'to-html.xsl: <a/>']);
  });

  it('WMS-40: XML before HTML where no type is asked for', async () => {
    const get = rig({ osm: [new FakeInfoSource('text/xml', '<a/>')], options, stylesheet: named });
    assert.equal((await get(ask())).text, 'to-xml.xsl: <a/>');
  });

  it('WMS-40: a type without a stylesheet stays as it is', async () => {
    const get = rig({ osm: [new FakeInfoSource('application/json', '{}')], options, stylesheet: named });
    assert.equal((await get(ask({ INFO_FORMAT: 'application/json' }))).text, '{}');
  });
});
