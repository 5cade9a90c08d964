import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { BboxCoverage } from '../../../src/coverage/bbox-coverage.ts';
import { ConfigError, SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { withInfoCoverage } from '../../../src/source/common.ts';
import type { InfoQuery, InfoSource, LegendSource, SourceContext } from '../../../src/source/contract.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import wms from '../../../src/source/wms/index.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import type { AnswerUpstream } from '../../support/map-server.ts';
import { folderWith } from '../../support/temporary.ts';
import { lastQuery, sourceContext, startUpstream } from './build.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const QUERY: InfoQuery = {
  bbox: [8, 50, 9, 51],
  size: [100, 80],
  srs: srsByCode('EPSG:4326'),
  position: [20, 30],
  infoFormat: 'text/plain',
  featureCount: undefined,
  signal,
};

const TEXT: AnswerUpstream = () => ({ headers: { 'Content-Type': 'Text/Plain; charset=utf-8' }, body: 'info' });

interface Options {
  readonly [key: string]: unknown;
  readonly req?: object;
  readonly wms_opts?: object;
}

async function startInfo(test: TestContext, { req, wms_opts, ...others }: Options = {}, more?: Partial<SourceContext>) {
  const { server, pool } = await startUpstream(test, TEXT);
  const own = wms.options.parse({
    type: 'wms',
    ...others,
    req: { url: `${server.url}/wms?map=1`, layers: 'l1,l2', ...req },
    wms_opts: { featureinfo: true, ...wms_opts },
  });
  const source = wms.buildInfo?.(own, sourceContext(pool, [], more));
  assert.ok(source);
  return { server, source };
}

describe('feature info of WMS sources', () => {
  const WORDS: readonly [version: string, words: Record<string, string>][] = [
    ['1.0.0', { WMTVER: '1.0.0', REQUEST: 'feature_info', SRS: 'EPSG:4326', BBOX: '8,50,9,51', X: '20', Y: '30' }],
    ['1.1.0', { VERSION: '1.1.0', SERVICE: 'WMS', REQUEST: 'GetFeatureInfo', SRS: 'EPSG:4326', X: '20', Y: '30' }],
    ['1.1.1', { VERSION: '1.1.1', SERVICE: 'WMS', REQUEST: 'GetFeatureInfo', BBOX: '8,50,9,51', X: '20', Y: '30' }],
    ['1.3.0', { VERSION: '1.3.0', CRS: 'EPSG:4326', BBOX: '50,8,51,9', I: '20', J: '30' }],
  ];
  const COMMON = { LAYERS: 'l1,l2', QUERY_LAYERS: 'l1,l2', INFO_FORMAT: 'text/plain', FORMAT: 'image/png', STYLES: '' };
  for (const [version, words] of WORDS) {
    it(`SRC-23, SRC-25: in the words of ${version}`, async (test) => {
      const { server, source } = await startInfo(test, { wms_opts: { version } });
      await source.getFeatureInfo(QUERY);
      const sent = lastQuery(server);
      for (const [name, value] of Object.entries({ X: '', Y: '', ...COMMON, ...words, WIDTH: '100', HEIGHT: '80' })) {
        assert.equal(sent[name] ?? '', value, name);
      }
    });
  }

  it('SRC-25: the answer comes with its own type', async (test) => {
    const { source } = await startInfo(test);
    const answer = await source.getFeatureInfo({ ...QUERY, infoFormat: 'text/html' });
    assert.deepEqual([answer?.body.toString(), answer?.contentType], ['info', 'text/plain']);
  });

  it('SRC-25: only where it is switched on', () => {
    const own = wms.options.parse({ type: 'wms', req: { url: 'http://localhost', layers: 'l' } });
    assert.equal(wms.buildInfo?.(own, sourceContext(new HttpPool())), undefined);
  });

  it('SRC-26: a format of the configuration is asked for, and believed', async (test) => {
    const { server, source } = await startInfo(test, { wms_opts: { featureinfo_format: 'application/json' } });
    const answer = await source.getFeatureInfo(QUERY);
    assert.equal(lastQuery(server).INFO_FORMAT, 'application/json');
    assert.equal(answer?.contentType, 'application/json');
  });

  it('SRC-27: query_layers of the configuration', async (test) => {
    const { server, source } = await startInfo(test, { req: { query_layers: 'l2' } });
    await source.getFeatureInfo({ ...QUERY, featureCount: 5 });
    const { LAYERS, QUERY_LAYERS, FEATURE_COUNT } = lastQuery(server);
    assert.deepEqual([LAYERS, QUERY_LAYERS, FEATURE_COUNT], ['l1,l2', 'l2', '5']);
  });

  it('a place between pixels stays one', async (test) => {
    const { server, source } = await startInfo(test);
    await source.getFeatureInfo({ ...QUERY, position: [20.5, 30.25] });
    assert.deepEqual([lastQuery(server).X, lastQuery(server).Y], ['20.5', '30.25']);
  });

  /** As Debian's MapProxy 1.15 asks for the same. */
  const REPROJECTED: readonly [supported: string[], asked: Record<string, string>][] = [
    [['EPSG:4326'], { SRS: 'EPSG:4326', WIDTH: '100', HEIGHT: '64', X: '21', Y: '24' }],
    [['EPSG:3857', 'EPSG:4326'], { SRS: 'EPSG:3857', WIDTH: '100', HEIGHT: '100', X: '21', Y: '38' }],
  ];
  for (const [supported, asked] of REPROJECTED) {
    it(`SRC-36: outside of supported_srs: ${supported}`, async (test) => {
      const { server, source } = await startInfo(test, { supported_srs: supported });
      const utm = { bbox: [400000, 5500000, 500000, 5600000], srs: srsByCode('EPSG:25832') } as const;
      await source.getFeatureInfo({ ...QUERY, ...utm });
      const sent = lastQuery(server);
      assert.deepEqual(Object.fromEntries(Object.keys(asked).map((name) => [name, sent[name]])), asked);
    });
  }

  it('SRC-36: what has no place there is not asked for', async (test) => {
    const { server, source } = await startInfo(test, { supported_srs: ['EPSG:3857'] });
    assert.equal(await source.getFeatureInfo({ ...QUERY, bbox: [0, -90, 10, -89] }), null);
    assert.deepEqual(server.urls, []);
  });

  it('SRC-37: nothing is asked for outside of the coverage', async (test) => {
    const { server, source } = await startInfo(test);
    const coverage = new BboxCoverage([8.5, 50.5, 10, 52], srsByCode('EPSG:4326'), false);
    const limited: InfoSource = withInfoCoverage(source, coverage);
    assert.equal(await limited.getFeatureInfo(QUERY), null);
    assert.notEqual(await limited.getFeatureInfo({ ...QUERY, position: [70, 10] }), null);
    assert.equal(server.urls.length, 1);
  });

  const TRANSFORMED: readonly [options: object, type: string][] = [
    [{}, 'text/xml'],
    [{ featureinfo_format: 'application/vnd.ogc.gml' }, 'application/vnd.ogc.gml'],
    [{ featureinfo_format: 'text/xml', featureinfo_out_format: 'text/html' }, 'text/html'],
  ];
  for (const [options, type] of TRANSFORMED) {
    it(`SRC-26: a stylesheet with ${JSON.stringify(options)} makes ${type}`, async (test) => {
      const files: string[] = [];
      const { source } = await startInfo(
        test,
        { wms_opts: { ...options, featureinfo_xslt: 'a.xsl' } },
        {
          resolvePath: (path) => `/conf/${path}`,
          stylesheet: (file) => {
            files.push(file);
            return async (document) => Buffer.from(`<${document.toString()}/>`);
          },
        },
      );
      const answer = await source.getFeatureInfo(QUERY);
      assert.deepEqual([answer?.body.toString(), answer?.contentType], ['<info/>', type]);
      assert.deepEqual(files, ['/conf/a.xsl']);
    });
  }

  it('SRC-26: a stylesheet without a processor is told at the start', async (test) => {
    await assert.rejects(startInfo(test, { wms_opts: { featureinfo_xslt: 'a.xsl' } }), ConfigError);
  });
});

const LEGEND = { format: 'image/png', scale: undefined, signal };
const PNG = Buffer.from('\x89PNG\r\n', 'latin1');

function legendSource(pool: HttpPool, req: object, options: object, more?: Partial<SourceContext>): LegendSource {
  const own = wms.options.parse({ type: 'wms', req, wms_opts: options });
  const source = wms.buildLegend?.(own, sourceContext(pool, [], more));
  assert.ok(source);
  return source;
}

describe('legends of WMS sources', () => {
  it('SRC-28: a request for each layer', async (test) => {
    const { server, pool } = await startUpstream(test, () => ({ headers: { 'Content-Type': 'image/png' }, body: PNG }));
    const req = { url: `${server.url}/wms?map=1`, layers: 'l1,l2', transparent: true };
    const { legends, complete } = await legendSource(pool, req, { legendgraphic: true }).getLegends({
      ...LEGEND,
      scale: 1000,
    });
    assert.equal(complete, true);
    assert.deepEqual(
      legends.map(({ contentType }) => contentType),
      ['image/png', 'image/png'],
    );
    const asked = server.urls.map((url) => Object.fromEntries(new URL(url, server.url).searchParams));
    const common = {
      STYLES: '',
      MAP: '1',
      TRANSPARENT: 'True',
      SERVICE: 'WMS',
      VERSION: '1.1.1',
      REQUEST: 'GetLegendGraphic',
      SLD_VERSION: '1.1.0',
      FORMAT: 'image/png',
      SCALE: '1000',
    };
    assert.deepEqual(
      asked.sort((a, b) => (String(a.LAYER) < String(b.LAYER) ? -1 : 1)),
      [
        { ...common, LAYER: 'l1' },
        { ...common, LAYER: 'l2' },
      ],
    );
  });

  it('SRC-28: one that fails is missing, and that is told', async (test) => {
    const { server, pool } = await startUpstream(test, ({ url }) =>
      url.includes('LAYER=l1') ? { status: 500 } : { headers: { 'Content-Type': 'image/png' }, body: PNG },
    );
    const source = legendSource(pool, { url: server.url, layers: 'l1,l2' }, { legendgraphic: true });
    const { legends, complete } = await source.getLegends(LEGEND);
    assert.deepEqual([legends.length, complete], [1, false]);
  });

  it('WMS-42: JSON where that is asked for', async (test) => {
    const { server, pool } = await startUpstream(test, () => ({
      headers: { 'Content-Type': 'application/json' },
      body: '{"Legend":[]}',
    }));
    const source = legendSource(pool, { url: server.url, layers: 'l', format: 'image/png' }, { legendgraphic: true });
    const { legends } = await source.getLegends({ ...LEGEND, format: 'application/json' });
    assert.equal(lastQuery(server).FORMAT, 'application/json');
    assert.deepEqual([legends[0]?.contentType, legends[0]?.body.toString()], ['application/json', '{"Legend":[]}']);
  });

  it('SRC-28: legendurl wins, with whatever scale', async (test) => {
    const { server, pool } = await startUpstream(test, () => ({
      headers: { 'Content-Type': 'image/gif' },
      body: 'GIF',
    }));
    const options = { legendgraphic: true, legendurl: `${server.url}/legend.gif` };
    const source = legendSource(pool, { url: 'http://localhost/', layers: 'l' }, options);
    const { legends } = await source.getLegends({ ...LEGEND, scale: 5 });
    assert.deepEqual(server.urls, ['/legend.gif']);
    assert.deepEqual([source.isStatic, legends[0]?.contentType], [true, 'image/gif']);
  });

  it('SRC-28: legendurl may be a file, relative to the configuration', async (test) => {
    const folder = await folderWith(test, { 'legend.png': PNG.toString('latin1') });
    const resolvePath = (path: string) => `${folder}/${path}`;
    for (const legendurl of ['file://legend.png', `file://${folder}/legend.png`]) {
      const source = legendSource(
        new HttpPool(),
        { url: 'http://localhost/', layers: 'l' },
        { legendurl },
        { resolvePath },
      );
      const { legends } = await source.getLegends(LEGEND);
      assert.equal(legends[0]?.contentType, 'image/png');
    }
  });

  it('SRC-28: a file that is gone is an error that does not name it', async () => {
    const options = { legendurl: 'file:///nowhere/legend.png' };
    const source = legendSource(new HttpPool(), { url: 'http://localhost/', layers: 'l' }, options);
    await assert.rejects(source.getLegends(LEGEND), (error) => {
      assert.ok(error instanceof SourceError);
      assert.doesNotMatch(error.message, /nowhere/);
      return true;
    });
  });

  it('CCH-21: layers and servers tell legends apart', () => {
    const [one, two, other] = ['l1', 'l1', 'l2'].map(
      (layers) =>
        legendSource(new HttpPool(), { url: 'http://localhost/', layers }, { legendgraphic: true }).identifier,
    );
    assert.equal(one, two);
    assert.notEqual(one, other);
  });
});
