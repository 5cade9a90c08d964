import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LimitedMapLayer } from '../../../../src/layer/limited-layer.ts';
import { configureLogging } from '../../../../src/log.ts';
import type { AuthorizationResult, Authorize } from '../../../../src/service/authorization.ts';
import wms from '../../../../src/service/wms/index.ts';
import { getFrom } from '../../../support/build-service.ts';
import { changedLayers, FakeInfoSource, FakeLegendSource } from '../../../support/fake-info.ts';
import { FakeRenderer } from '../../../support/fake-services.ts';
import { solidPng } from '../../../support/map-server.ts';

configureLogging({ level: 'silent' });

const WEST = { geometry: [5, 50, 7, 55], srs: 'EPSG:4326' } as const;

async function rig(result: AuthorizationResult) {
  const calls: Parameters<Authorize>[] = [];
  const renderer = new FakeRenderer();
  const info = new FakeInfoSource('text/plain', 'here');
  const legend = new FakeLegendSource({ body: await solidPng(1, 1, [0, 0, 0]), contentType: 'image/png' });
  const changes = { infoSources: [info], legendSources: [legend] };
  const get = getFrom(
    wms,
    {},
    {
      renderer,
      mapLayers: changedLayers({ osm: changes, photo: changes }),
      authorize: (...call) => {
        calls.push(call);
        return result;
      },
    },
  );
  return { calls, renderer, get };
}

const AREA = 'VERSION=1.1.1&SRS=EPSG:4326&BBOX=5,50,10,55&WIDTH=20&HEIGHT=10&STYLES=&FORMAT=image/png';
const map = (layers: string) => `/service?SERVICE=WMS&REQUEST=GetMap&LAYERS=${layers}&${AREA}`;
const point = (layers: string, x = 1) =>
  `/service?SERVICE=WMS&REQUEST=GetFeatureInfo&LAYERS=osm&QUERY_LAYERS=${layers}&X=${x}&Y=1&${AREA}`;
const LEGEND = '/service?SERVICE=WMS&REQUEST=GetLegendGraphic&VERSION=1.1.1&LAYER=osm&FORMAT=image/png';
const CAPABILITIES = '/service?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1';

describe('authorisation of the WMS', () => {
  it('AUTH-01, AUTH-07: the hook is told what is asked for', async () => {
    const { calls, get } = await rig({ authorized: 'full' });
    await get(map('base'), { headers: { Cookie: 'a=b' } });
    assert.deepEqual(calls, [['wms.map', ['osm', 'photo'], { HTTP_COOKIE: 'a=b' }, ['EPSG:4326', [5, 50, 10, 55]]]]);
  });

  it('AUTH-01: what is answered is for this client alone', async () => {
    const { get } = await rig({ authorized: 'full' });
    for (const target of [map('osm'), point('osm'), LEGEND, CAPABILITIES]) {
      assert.equal((await get(target)).headers['Cache-Control'], 'private', target);
    }
    assert.equal((await getFrom(wms)(CAPABILITIES)).headers['Cache-Control'], undefined);
  });

  const outcomes = [
    ['unauthenticated', 401, 'unauthorized'],
    ['none', 403, 'forbidden'],
  ] as const;
  for (const [authorized, expected, message] of outcomes) {
    for (const target of [map('osm'), point('osm'), LEGEND, CAPABILITIES]) {
      const name = /REQUEST=(\w+)/.exec(target)?.[1];
      it(`AUTH-03: ${authorized} for ${name} is ${expected} in plain text`, async () => {
        const { status, type, text } = await (await rig({ authorized })).get(target);
        assert.deepEqual([status, type, text], [expected, 'text/plain; charset=utf-8', message]);
      });
    }
  }

  const nonsense = [
    ['nothing', undefined],
    ['true', true],
    ['another word', { authorized: 'yes' }],
    ['no word', { layers: { osm: { map: true } } }],
    ['an area without a system', { authorized: 'full', limited_to: { geometry: [5, 50, 7, 55] } }],
    ['an area in no known system', { authorized: 'full', limited_to: { geometry: [5, 50, 7, 55], srs: 'EPSG:1' } }],
    ['an area of three numbers', { authorized: 'full', limited_to: { geometry: [5, 50, 7], srs: 'EPSG:4326' } }],
    ['an area that is no WKT', { authorized: 'full', limited_to: { geometry: 'HERE', srs: 'EPSG:4326' } }],
    ['layers that are nothing', { authorized: 'partial', layers: { osm: null } }],
  ] as const;
  for (const [title, result] of nonsense) {
    it(`AUTH-01: ${title} instead of an authorisation is denied`, async () => {
      const { get, renderer } = await rig(result as unknown as AuthorizationResult);
      const { status, text } = await get(map('osm'));
      assert.deepEqual([status, text, renderer.calls], [403, 'forbidden', []]);
    });
  }

  it('AUTH-01: only true permits', async () => {
    const layers = { osm: { map: 'yes' } } as unknown as NonNullable<AuthorizationResult['layers']>;
    assert.equal((await (await rig({ authorized: 'partial', layers })).get(map('osm'))).status, 403);
  });

  it('AUTH-01: a hook that throws is nobody\u2019s permission', async () => {
    const authorize = () => Promise.reject(new Error('no database'));
    await assert.rejects(getFrom(wms, {}, { authorize })(map('osm')), /no database/);
  });

  it('AUTH-04: a layer that was asked for and is denied is refused', async () => {
    const { get } = await rig({ authorized: 'partial', layers: { osm: { map: true } } });
    assert.equal((await get(map('osm,photo'))).status, 403);
  });

  it('AUTH-04: denied layers of a group are left out', async () => {
    const { get, renderer } = await rig({ authorized: 'partial', layers: { osm: { map: true } } });
    assert.equal((await get(map('base'))).status, 200);
    assert.deepEqual(
      renderer.calls[0]?.layers.map(({ name }) => name),
      ['osm'],
    );
  });

  it('AUTH-06: maps are cut to the areas of the layer and of the request', async () => {
    const layers = { osm: { map: true, limited_to: WEST } };
    const { get, renderer } = await rig({ authorized: 'partial', layers, limited_to: WEST });
    await get(map('osm'));
    const [layer] = renderer.calls[0]?.layers ?? [];
    assert.ok(layer instanceof LimitedMapLayer);
    assert.deepEqual(
      layer.limits.map(({ bbox }) => bbox),
      [WEST.geometry, WEST.geometry],
    );
  });

  it('AUTH-06: outside of the area there is no feature info', async () => {
    const layers = { osm: { featureinfo: true, limited_to: WEST } };
    const { get } = await rig({ authorized: 'partial', layers });
    assert.deepEqual([(await get(point('osm', 1))).text, (await get(point('osm', 19))).text], ['here', '']);
  });

  it('WMS-42 FIX: a legend is for those who may see the layer, not for everybody as in MapProxy', async () => {
    const { get } = await rig({ authorized: 'partial', layers: { photo: { map: true } } });
    assert.equal((await get(LEGEND)).status, 403);
  });

  it('AUTH-05: capabilities have what may be seen, queryable and as far as it may', async () => {
    const layers = { base: { map: true }, osm: { map: true, limited_to: WEST }, photo: { map: false } };
    const { text } = await (await rig({ authorized: 'partial', layers })).get(CAPABILITIES);
    assert.deepEqual(
      [...text.matchAll(/<Name>(\w+)<\/Name>/g)].map((match) => match[1]),
      ['base', 'osm', 'default'],
    );
    assert.doesNotMatch(text, /<Name>osm<\/Name>[\s\S]*queryable/);
    assert.match(text, /<Name>osm<\/Name>[\s\S]*<LatLonBoundingBox minx="5" miny="50" maxx="7" maxy="55" \/>/);
  });

  it('AUTH-05: layers below a hidden one are hidden', async () => {
    const { text } = await (await rig({ authorized: 'partial', layers: { osm: { map: true } } })).get(CAPABILITIES);
    assert.doesNotMatch(text, /<Name>osm</);
  });
});
