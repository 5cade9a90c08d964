import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import arcgis from '../../../src/source/arcgis/index.ts';
import { exportUrl, identifyUrl } from '../../../src/source/arcgis/request.ts';
import type { InfoQuery, SourceQuery } from '../../../src/source/contract.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import type { AnswerUpstream } from '../../support/map-server.ts';
import { sourceContext, startUpstream } from './build.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const AREA = { bbox: [8, 50, 9, 51], size: [100, 80], srs: srsByCode('EPSG:4326') } as const;
const QUERY: SourceQuery = { ...AREA, format: 'image/png', signal };
const POINT: InfoQuery = {
  ...AREA,
  position: [20, 30],
  infoFormat: 'text/plain',
  featureCount: undefined,
  signal,
};

async function start(test: TestContext, options: object, req: object, answer?: AnswerUpstream) {
  const { server, pool } = await startUpstream(test, answer);
  const url = `${server.url}/arcgis/rest/services/x/MapServer`;
  const own = arcgis.options.parse({ type: 'arcgis', ...options, req: { url, ...req } });
  const context = sourceContext(pool);
  const map = arcgis.build(own, context);
  assert.ok(map.kind === 'map');
  return { server, map, info: arcgis.buildInfo?.(own, context) };
}

function sentTo(path: string, urls: readonly string[]): Record<string, string> {
  const { pathname, searchParams } = new URL(urls.at(-1) ?? '', 'http://localhost');
  assert.equal(pathname, path);
  return Object.fromEntries(searchParams);
}

describe('arcgis sources', () => {
  it('SRC-60: a map, as MapProxy asks for it', async (test) => {
    const { server, map } = await start(test, {}, { layers: 'show:0,1', transparent: true, dpi: 96 });
    await map.getMap(QUERY);
    assert.deepEqual(sentTo('/arcgis/rest/services/x/MapServer/export', server.urls), {
      layers: 'show:0,1',
      transparent: 'True',
      dpi: '96',
      format: 'png',
      bbox: '8,50,9,51',
      size: '100,80',
      bboxSR: '4326',
      imageSR: '4326',
      f: 'image',
    });
  });

  it('SRC-60: in a format and SRS that the service has', async (test) => {
    const options = { supported_srs: ['EPSG:3857'], supported_formats: ['image/jpeg'] };
    const { server, map } = await start(test, options, { format: 'png32' });
    await map.getMap({ ...QUERY, srs: srsByCode('EPSG:900913'), bbox: [0, 0, 1000, 800] });
    const { format, imageSR } = sentTo('/arcgis/rest/services/x/MapServer/export', server.urls);
    assert.deepEqual([format, imageSR], ['jpeg', '3857']);
  });

  it('SRC-60: what is at a point', async (test) => {
    const opts = { featureinfo: true };
    const { server, info } = await start(test, { opts }, { layers: 'show:0' }, () => ({ body: 'info' }));
    const answer = await info?.getFeatureInfo(POINT);
    assert.deepEqual(sentTo('/arcgis/rest/services/x/MapServer/identify', server.urls), {
      layers: 'show:0',
      mapExtent: '8,50,9,51',
      imageDisplay: '100,80,96',
      geometry: '8.200000,50.625000',
      geometryType: 'esriGeometryPoint',
      sr: '4326',
      f: 'json',
      tolerance: '5',
      returnGeometry: 'false',
    });
    assert.equal(answer?.contentType, 'text/plain');
  });

  it('SRC-60: as HTML, with geometries and more tolerance', async (test) => {
    const opts = { featureinfo: true, featureinfo_tolerance: 10, featureinfo_return_geometries: true };
    const { server, info } = await start(test, { opts }, {}, () => ({ body: '<p>' }));
    await info?.getFeatureInfo({ ...POINT, infoFormat: 'text/html' });
    const { f, tolerance, returnGeometry } = sentTo('/arcgis/rest/services/x/MapServer/identify', server.urls);
    assert.deepEqual([f, tolerance, returnGeometry], ['html', '10', 'true']);
  });

  it('SRC-60: feature info only where it is switched on; maps unless switched off', async (test) => {
    const { info } = await start(test, {}, {});
    assert.equal(info, undefined);
    const own = arcgis.options.parse({ type: 'arcgis', req: { url: 'http://localhost' }, opts: { map: false } });
    assert.equal(arcgis.drawsMaps?.(own), false);
  });

  it('SRC-09: errors come with status 200, and are told without the URL', async (test) => {
    const json: AnswerUpstream = () => ({ headers: { 'Content-Type': 'application/json' }, body: '{"error":{}}' });
    const { map } = await start(test, {}, {}, json);
    await assert.rejects(map.getMap(QUERY), (error) => {
      assert.ok(error instanceof SourceError);
      assert.equal(error.message, 'no image returned from source ArcGIS');
      return true;
    });
  });

  const ENDPOINTS: readonly [service: string, map: string, info: string][] = [
    ['http://h/x/MapServer', 'http://h/x/MapServer/export', 'http://h/x/MapServer/identify'],
    ['http://h/x/ImageServer/', 'http://h/x/ImageServer/exportImage', 'http://h/x/ImageServer/identify'],
    ['http://h/x/ImageServer/export', 'http://h/x/ImageServer/exportImage', 'http://h/x/ImageServer/identify'],
    ['http://u:p#@h/x/MapServer/export', 'http://u:p#@h/x/MapServer/export', 'http://u:p#@h/x/MapServer/identify'],
    ['http://h/else', 'http://h/else', 'http://h/else'],
  ];
  for (const [service, map, info] of ENDPOINTS) {
    it(`SRC-60: operations of ${service}`, () => {
      const options = { tolerance: 5, returnGeometry: false };
      const point = { ...AREA, point: [1, 2], isHtml: false } as const;
      assert.equal(exportUrl(service, new Map(), { ...AREA, format: 'png' }).split('?')[0], map);
      assert.equal(identifyUrl(service, new Map(), point, options).split('?')[0], info);
    });
  }

  it('SRC-60: parameters of the address are kept', () => {
    const url = exportUrl('http://h/x/ImageServer?token=9', new Map(), { ...AREA, format: 'png' });
    assert.match(url, /^http:\/\/h\/x\/ImageServer\/exportImage\?token=9&format=png&/);
  });
});
