import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import type { MapSource, TiledSource } from '../../../src/source/contract.ts';
import debug from '../../../src/source/debug/index.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import tile from '../../../src/source/tile/index.ts';
import wms from '../../../src/source/wms/index.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { mercator, sourceContext, startUpstream } from './build.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

function wmsSource(pool: HttpPool, options: object): MapSource {
  const source = wms.build(wms.options.parse({ type: 'wms', ...options }), sourceContext(pool));
  assert.ok(source.kind === 'map');
  return source;
}

function tileSource(pool: HttpPool, options: object): TiledSource {
  const source = tile.build(tile.options.parse({ type: 'tile', grid: 'g', ...options }), sourceContext(pool));
  assert.ok(source.kind === 'tiles');
  return source;
}

const QUERY = {
  bbox: [8, 50, 9, 51],
  size: [100, 80],
  srs: srsByCode('EPSG:4326'),
  format: 'image/png',
  signal,
} as const;

describe('wms sources', () => {
  it('SRC-20, SRC-21, SRC-23: a GetMap request of 1.1.1', async (test) => {
    const { server, pool } = await startUpstream(test);
    const req = { url: `${server.url}/wms?map=/a.map`, layers: 'roads', transparent: true };
    await wmsSource(pool, { req }).getMap(QUERY);
    assert.deepEqual(server.urls, [
      '/wms?STYLES=&MAP=%2Fa.map&LAYERS=roads&TRANSPARENT=True&SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap' +
        '&SRS=EPSG%3A4326&BBOX=8,50,9,51&WIDTH=100&HEIGHT=80&FORMAT=image%2Fpng',
    ]);
  });

  it('SRC-23: 1.3.0 has CRS and the axes of the registry', async (test) => {
    const { server, pool } = await startUpstream(test);
    const options = { req: { url: server.url, layers: 'a' }, wms_opts: { version: '1.3.0' } };
    await wmsSource(pool, options).getMap(QUERY);
    const query = new URL(server.urls[0] ?? '', server.url).searchParams;
    assert.equal(query.get('CRS'), 'EPSG:4326');
    assert.equal(query.get('BBOX'), '50,8,51,9');
    assert.equal(query.has('SRS'), false);
  });

  it('SRC-23: 1.0.0 has its own words', async (test) => {
    const { server, pool } = await startUpstream(test);
    const options = { req: { url: server.url, layers: 'a' }, wms_opts: { version: '1.0.0' } };
    await wmsSource(pool, options).getMap(QUERY);
    const query = new URL(server.urls[0] ?? '', server.url).searchParams;
    assert.deepEqual(
      ['WMTVER', 'REQUEST', 'FORMAT'].map((name) => query.get(name)),
      ['1.0.0', 'map', 'PNG'],
    );
  });

  it('SRC-20: other parameters are passed on, numbers and booleans as Python writes them', async (test) => {
    const { server, pool } = await startUpstream(test);
    const req = { url: server.url, layers: 0, styles: 'red', dpi: 90.5, tiled: false, time: '2020' };
    await wmsSource(pool, { req }).getMap(QUERY);
    const query = new URL(server.urls[0] ?? '', server.url).searchParams;
    const names = ['LAYERS', 'STYLES', 'DPI', 'TILED', 'TIME'];
    assert.deepEqual(
      names.map((name) => query.get(name)),
      ['0', 'red', '90.5', 'False', '2020'],
    );
  });

  it('TRAP-07: the configured name of an SRS is sent', async (test) => {
    const { server, pool } = await startUpstream(test);
    const options = { req: { url: server.url, layers: 'a' }, supported_srs: ['EPSG:3857'] };
    await wmsSource(pool, options).getMap({ ...QUERY, srs: srsByCode('EPSG:900913') });
    assert.match(server.urls[0] ?? '', /SRS=EPSG%3A3857/);
  });

  it('SRC-30: an unsupported format is replaced by the first supported one', async (test) => {
    const { server, pool } = await startUpstream(test);
    const options = { req: { url: server.url, layers: 'a' }, supported_formats: ['image/jpeg', 'image/gif'] };
    await wmsSource(pool, options).getMap(QUERY);
    assert.match(server.urls[0] ?? '', /FORMAT=image%2Fjpeg/);
  });

  it('GLB-11: POST sends the query as the body', async (test) => {
    const { server, pool } = await startUpstream(test);
    const options = { req: { url: `${server.url}/wms?`, layers: 'a' }, http: { method: 'POST' } };
    await wmsSource(pool, options).getMap(QUERY);
    assert.equal(server.requests[0]?.method, 'POST');
    assert.equal(server.requests[0]?.url, '/wms');
    assert.match(server.requests[0]?.body ?? '', /^STYLES=&LAYERS=a&SERVICE=WMS&/);
  });

  it('SRC-09: an answer that is no image is an error, without the URL', async (test) => {
    const exception = '<ServiceExceptionReport>layer missing</ServiceExceptionReport>';
    const { server, pool } = await startUpstream(test, () => ({
      headers: { 'Content-Type': 'text/xml' },
      body: exception,
    }));
    await assert.rejects(wmsSource(pool, { req: { url: server.url, layers: 'a' } }).getMap(QUERY), (error) => {
      assert.ok(error instanceof SourceError);
      assert.equal(error.message, 'no image returned from source WMS');
      assert.ok(error.detail?.includes('layer missing'));
      return true;
    });
  });

  it('SRC-07: a selection of layers', () => {
    const options = wms.options.parse({ type: 'wms', req: { url: 'http://localhost', layers: 'a,b,c' } });
    const selected = wms.selectLayers?.(options, ['c', 'a']);
    assert.equal(selected?.req.layers, 'c,a');
    assert.throws(() => wms.selectLayers?.(options, ['d']), /layers \(d\) not supported by source \(a, b, c\)/);
  });

  it('SRC-24: map: false is a source that draws no maps', () => {
    const options = { type: 'wms', req: { url: 'http://localhost', layers: 'a' }, wms_opts: { map: false } };
    assert.equal(wms.drawsMaps?.(wms.options.parse(options)), false);
  });

  it('missing layers are told', () => {
    const warnings: string[] = [];
    const options = wms.options.parse({ type: 'wms', req: { url: 'http://localhost' } });
    wms.build(options, sourceContext(new HttpPool(), warnings));
    assert.deepEqual(warnings, ['req.layers is missing']);
  });
});

describe('tile sources', () => {
  const URLS: readonly [template: string, path: string][] = [
    ['/%(z)s/%(x)s/%(y)05d.%(format)s', '/3/1/00002.png'],
    ['/%(quadkey)s', '/021'],
    ['/%(tc_path)s.png', '/03/000/000/001/000/000/002.png'],
    ['/%(tms_path)s', '/3/1/2'],
    ['/%(arcgiscache_path)s', '/L03/R00000002/C00000001'],
    ['/?bbox=%(bbox)s', '/?bbox=-15028131.25709193,-10018754.17139462,-10018754.17139462,-5009377.08569731'],
  ];
  for (const [template, path] of URLS) {
    it(`SRC-50: ${template}`, async (test) => {
      const { server, pool } = await startUpstream(test);
      await tileSource(pool, { url: server.url + template }).getTile([1, 2, 3], { format: 'image/png', signal });
      assert.deepEqual(server.urls, [path]);
    });
  }

  it('SRC-51: without a grid it is GLOBAL_MERCATOR, with a warning', () => {
    const warnings: string[] = [];
    const options = tile.options.parse({ type: 'tile', url: 'http://localhost/%(z)s' });
    tile.build(options, sourceContext(new HttpPool(), warnings));
    assert.equal(warnings.length, 1);
  });

  it('SRC-09: an answer that is no image', async (test) => {
    const { server, pool } = await startUpstream(test, () => ({
      headers: { 'Content-Type': 'text/html' },
      body: '<p>',
    }));
    const source = tileSource(pool, { url: `${server.url}/%(z)s` });
    await assert.rejects(
      source.getTile([0, 0, 0], { format: 'image/png', signal }),
      /response is not an image: \(text\/html\)/,
    );
  });

  it('SEC-04: tiles of a folder, where the configuration names it', async (test) => {
    const folder = await temporaryFolder(test);
    const source = tileSource(new HttpPool(), { url: `file://${folder}/%(z)s-%(x)s-%(y)s.png` });
    const own = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
    await writeFile(`${folder}/3-1-2.png`, own);
    assert.deepEqual((await source.getTile([1, 2, 3], { format: 'image/png', signal }))?.body, own);
    await assert.rejects(source.getTile([0, 0, 3], { format: 'image/png', signal }), {
      message: 'No response from URL (see logs for URL and reason).',
    });
  });

  it('nothing is asked outside the grid', async (test) => {
    const { server, pool } = await startUpstream(test);
    assert.equal(
      await tileSource(pool, { url: `${server.url}/%(z)s` }).getTile([9, 9, 0], { format: 'image/png', signal }),
      null,
    );
    assert.deepEqual(server.urls, []);
  });

  it('a URL without variables is told', () => {
    const warnings: string[] = [];
    const options = tile.options.parse({ type: 'tile', grid: 'g', url: 'http://localhost/' });
    tile.build(options, sourceContext(new HttpPool(), warnings));
    assert.match(warnings.join(), /the same for every tile/);
  });
});

describe('debug sources', () => {
  it('SRC-63: draw a picture of the size asked for', async () => {
    const source = debug.build(debug.options.parse({ type: 'debug' }), sourceContext(new HttpPool()));
    assert.ok(source.kind === 'map');
    const picture = await source.getMap({ ...QUERY, srs: mercator.srs });
    assert.equal(picture?.body?.readUInt32BE(16), 100);
  });
});
