import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { BboxCoverage } from '../../../src/coverage/bbox-coverage.ts';
import type { Coverage } from '../../../src/coverage/contract.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { withCommonOptions } from '../../../src/source/common.ts';
import type { MapSource, SourceContext, SourceImage, SourceQuery } from '../../../src/source/contract.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import { rasterOf } from '../../../src/source/image-answer.ts';
import { partWithin } from '../../../src/source/server-map.ts';
import wms from '../../../src/source/wms/index.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { solidPng } from '../../support/map-server.ts';
import { folderWith } from '../../support/temporary.ts';
import { lastQuery, sourceContext, startUpstream } from './build.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const degrees = srsByCode('EPSG:4326');
const QUERY: SourceQuery = { bbox: [8, 50, 9, 51], size: [100, 80], srs: degrees, format: 'image/png', signal };
const UTM: SourceQuery = { ...QUERY, bbox: [400000, 5500000, 500000, 5600000], srs: srsByCode('EPSG:25832') };

/** As the configuration builds it, with all that is common to sources around it. */
function build(pool: HttpPool, options: object, more: Partial<SourceContext> = {}): MapSource {
  const own = wms.options.parse({ type: 'wms', ...options });
  const source = withCommonOptions(wms.build(own, sourceContext(pool, [], more)), own, more.coverage);
  assert.ok(source.kind === 'map');
  return source;
}

async function startWms(test: TestContext, options: (url: string) => object, more?: Partial<SourceContext>) {
  const { server, pool } = await startUpstream(test);
  return { server, pool, source: build(pool, options(`${server.url}/wms`), more) };
}

/** Red, green, blue and alpha at a pixel. */
async function pixelAt(image: SourceImage | null, column: number, row: number): Promise<number[]> {
  assert.ok(image);
  const raster = await rasterOf(image);
  return [...raster.data.subarray((row * raster.width + column) * 4, (row * raster.width + column) * 4 + 4)];
}

describe('style descriptions', () => {
  it('SRC-22: a file is sent itself, by POST; layers may be missing', async (test) => {
    const folder = await folderWith(test, { 's.sld': '<sld>ü</sld>' });
    const { server, source } = await startWms(test, (url) => ({ req: { url, sld: 'file://s.sld' } }), {
      resolvePath: (path) => `${folder}/${path}`,
    });
    await source.getMap(QUERY);
    assert.equal(server.requests[0]?.method, 'POST');
    assert.equal(server.requests[0]?.url, '/wms');
    assert.equal(lastQuery(server).SLD_BODY, '<sld>ü</sld>');
    assert.equal(lastQuery(server).SLD, undefined);
  });

  it('SRC-22: one that cannot be read is told at the start', () => {
    const options = { req: { url: 'http://localhost', sld: 'file:///nowhere/s.sld' } };
    assert.throws(() => build(new HttpPool(), options), ConfigError);
  });

  it('GLB-11: GET where the configuration says so, though there is a body', async (test) => {
    const { server, source } = await startWms(test, (url) => ({
      req: { url, layers: 'l', sld_body: '<a/>' },
      http: { method: 'GET' },
    }));
    await source.getMap(QUERY);
    assert.equal(server.requests[0]?.method, 'GET');
    assert.equal(lastQuery(server).SLD_BODY, '<a/>');
  });
});

describe('formats', () => {
  const CASES: readonly [options: object, format: string][] = [
    [{ req: { format: 'image/png; mode=24bit' } }, 'image/png; mode=24bit'],
    [{ req: { format: 'png8' } }, 'image/png8'],
    [{ image: { format: 'image/tiff' } }, 'image/tiff'],
    [{ supported_formats: ['image/jpeg', 'image/gif'] }, 'image/jpeg'],
    [{ supported_formats: ['image/jpeg', 'image/png'] }, 'image/png'],
    [{}, 'image/png'],
  ];
  for (const [options, format] of CASES) {
    it(`SRC-30: ${JSON.stringify(options)} asks for ${format}`, async (test) => {
      const { server, source } = await startWms(test, (url) => ({
        ...options,
        req: { url, layers: 'l', ...('req' in options ? (options.req as object) : {}) },
      }));
      await source.getMap(QUERY);
      assert.equal(lastQuery(server).FORMAT, format);
    });
  }
});

describe('reprojection', () => {
  it('SRC-29: asks in the SRS that is there, keeping square pixels, as MapProxy does', async (test) => {
    const { server, source } = await startWms(test, (url) => ({
      req: { url, layers: 'l' },
      supported_srs: ['EPSG:4326'],
    }));
    const image = await source.getMap(UTM);
    const { BBOX = '', WIDTH, HEIGHT, SRS } = lastQuery(server);
    assert.deepEqual([WIDTH, HEIGHT, SRS], ['124', '80', 'EPSG:4326']);
    const expected = [7.588661229607214, 49.64425686353168, 9, 50.55193238381324];
    for (const [index, value] of BBOX.split(',').entries()) {
      assert.ok(Math.abs(Number(value) - (expected[index] ?? 0)) < 1e-7, BBOX);
    }
    // The east edge is the meridian 9: on the map, every tenth of a degree is about 8.8 columns of blocks of 8.
    assert.deepEqual([image?.raster?.width, image?.raster?.height], [100, 80]);
    assert.equal((await pixelAt(image, 50, 40))[3], 255);
  });

  it('SRC-29: what has no place there is nothing', async (test) => {
    const { server, source } = await startWms(test, (url) => ({
      req: { url, layers: 'l' },
      supported_srs: ['EPSG:3857'],
    }));
    assert.equal(await source.getMap({ ...QUERY, bbox: [0, -90, 10, -86] }), null);
    assert.deepEqual(server.urls, []);
  });
});

const bboxCoverage = (clip = false): Coverage => new BboxCoverage([8.5, 50.5, 10, 52], srsByCode('EPSG:4326'), clip);

describe('coverages', () => {
  it('SRC-01: nothing is asked for outside', async (test) => {
    const { server, source } = await startWms(test, (url) => ({ req: { url, layers: 'l' } }), {
      coverage: bboxCoverage(),
    });
    assert.equal(await source.getMap({ ...QUERY, bbox: [0, 0, 1, 1] }), null);
    assert.deepEqual(server.urls, []);
  });

  it('SRC-01: where a part lies inside, that part is asked for and put in its place', async (test) => {
    const { server, source } = await startWms(test, (url) => ({ req: { url, layers: 'l' } }), {
      coverage: bboxCoverage(),
    });
    const image = await source.getMap(QUERY);
    const { BBOX, WIDTH, HEIGHT } = lastQuery(server);
    assert.deepEqual([BBOX, WIDTH, HEIGHT], ['8.5,50.5,9,51', '50', '40']);
    assert.deepEqual(await pixelAt(image, 50, 0), [0, 0, 200, 255]);
    assert.deepEqual(await pixelAt(image, 99, 39), [6, 4, 200, 255]);
    assert.equal((await pixelAt(image, 49, 0))[3], 0);
    assert.equal((await pixelAt(image, 50, 40))[3], 0);
  });

  it('SRC-01, SRC-29: the part is that of the map in the server’s SRS', async (test) => {
    const { server, source } = await startWms(
      test,
      (url) => ({ req: { url, layers: 'l' }, supported_srs: ['EPSG:4326'] }),
      { coverage: bboxCoverage() },
    );
    await source.getMap(UTM);
    const { WIDTH, HEIGHT } = lastQuery(server);
    assert.deepEqual([WIDTH, HEIGHT], ['44', '4']);
  });

  const PARTS: readonly [extent: [number, number, number, number], part: object | null][] = [
    [[-180, -90, 180, 90], { bbox: [-180, -90, 180, 90], size: [540, 270], left: 30, top: 15 }],
    [[-300, -50, 300, 200], { bbox: [-200, -50, 200, 100], size: [600, 225], left: 0, top: 0 }],
    [[-300, -100, -199.9, 100], null],
  ];
  for (const [extent, part] of PARTS) {
    it(`SRC-10: the part of a map within ${extent}`, () => {
      assert.deepEqual(partWithin(extent, [-200, -100, 200, 100], [600, 300]), part);
    });
  }

  it('COV-07: clip cuts the map at the outline', async (test) => {
    const { source } = await startWms(test, (url) => ({ req: { url, layers: 'l' } }), { coverage: bboxCoverage(true) });
    const image = await source.getMap({ ...QUERY, srs: srsByCode('EPSG:4326'), bbox: [8, 51, 9, 52.5] });
    assert.equal((await pixelAt(image, 80, 60))[3], 255);
    assert.equal((await pixelAt(image, 10, 60))[3], 0);
  });
});

describe('transparent colour', () => {
  for (const [tolerance, alpha] of [
    [10, 0],
    [9, 255],
  ]) {
    it(`IMG-14, SRC-32: within ${tolerance} of it alpha is ${alpha}`, async (test) => {
      const { server, pool } = await startUpstream(test, async () => ({
        headers: { 'Content-Type': 'image/png' },
        body: await solidPng(100, 80, [250, 240, 255]),
      }));
      const image = { transparent_color: '#fffaff', transparent_color_tolerance: tolerance };
      const source = build(pool, { req: { url: server.url, layers: 'l' }, image });
      assert.equal(source.image.transparent, true);
      assert.equal((await pixelAt(await source.getMap(QUERY), 3, 3))[3], alpha);
    });
  }
});

describe('parameters of the client', () => {
  it('SRC-31: those named are passed on, in any case of letters, and win', async (test) => {
    const { server, source } = await startWms(test, (url) => ({
      req: { url, layers: 'l', time: 'old' },
      forward_req_params: ['TIME', 'vendor'],
    }));
    await source.getMap({
      ...QUERY,
      dimensions: new Map([
        ['time', '2020'],
        ['vendor', 'x'],
        ['other', '1'],
      ]),
    });
    const { TIME, VENDOR, OTHER } = lastQuery(server);
    assert.deepEqual([TIME, VENDOR, OTHER], ['2020', 'x', undefined]);
  });
});

describe('several sources with one request', () => {
  const lower = { req: { url: 'http://localhost/wms', layers: 'l1', transparent: true } };

  async function combined(test: TestContext, one: object, two: object, query = QUERY) {
    const { server, pool } = await startUpstream(test);
    const [first, second] = [one, two].map((options) =>
      build(pool, JSON.parse(JSON.stringify(options).replaceAll('http://localhost', server.url))),
    );
    assert.ok(first && second);
    const source = first.combineWith?.(second, query);
    await source?.getMap(query);
    return source === undefined ? undefined : lastQuery(server);
  }

  it('SRC-34: layers are joined, the lower first', async (test) => {
    const upper = { req: { ...lower.req, layers: 'l2,l3' } };
    assert.equal((await combined(test, lower, upper))?.LAYERS, 'l1,l2,l3');
  });

  it('SRC-34: each layer keeps its style, which MapProxy mixes up', async (test) => {
    const upper = { req: { ...lower.req, layers: 'l2,l3', styles: ',red' } };
    const asked = await combined(test, lower, upper);
    assert.deepEqual([asked?.LAYERS, asked?.STYLES], ['l1,l2,l3', ',,red']);
  });

  it('SRC-34: an opaque map below makes the whole opaque', async (test) => {
    const opaque = { req: { ...lower.req, transparent: false } };
    assert.equal((await combined(test, opaque, lower))?.TRANSPARENT, 'False');
  });

  const APART: readonly [why: string, other: object][] = [
    ['another URL', { req: { ...lower.req, url: 'http://localhost/other' } }],
    ['another parameter', { req: { ...lower.req, map: 'b' } }],
    ['opacity', { ...lower, image: { opacity: 0.5 } }],
    ['other SRS', { ...lower, supported_srs: ['EPSG:4326'] }],
    ['other formats', { ...lower, supported_formats: ['image/png'] }],
    ['another transparent colour', { ...lower, image: { transparent_color: '#ffffff' } }],
    ['another answer to errors', { ...lower, on_error: { other: { response: 'transparent' } } }],
    ['out of its resolutions', { ...lower, min_res: 1 }],
    ['a style description', { req: { ...lower.req, sld_body: '<sld/>' } }],
  ];
  for (const [why, other] of APART) {
    it(`SRC-34: not with ${why}`, async (test) => {
      assert.equal(await combined(test, lower, other), undefined);
    });
  }

  it('SRC-34: forwarded parameters must be the same', async (test) => {
    const forwarding = { ...lower, forward_req_params: ['time'] };
    const query = { ...QUERY, dimensions: new Map([['time', '2020']]) };
    assert.equal(await combined(test, lower, forwarding, query), undefined);
    assert.notEqual(await combined(test, lower, forwarding), undefined);
  });
});

describe('opaque maps', () => {
  const req = { url: 'http://localhost/wms', layers: 'l' };
  const OPAQUE: readonly [options: object, opaque: boolean][] = [
    [{ req }, true],
    [{ req: { ...req, transparent: true } }, false],
    [{ req, image: { transparent: true } }, false],
    [{ req, image: { opacity: 0.5 } }, false],
    [{ req, image: { opacity: 1 } }, true],
    [{ req, image: { transparent_color: '#ffffff' } }, false],
    [{ req, max_res: 10_000 }, false],
    [{ req, min_res: 10_000 }, true],
    [{ req, seed_only: true }, false],
    [{ req, on_error: { other: { response: '#ffffff' } } }, true],
    [{ req, on_error: { other: { response: 'transparent' } } }, false],
  ];
  for (const [options, opaque] of OPAQUE) {
    it(`SRC-35: ${JSON.stringify(options)}: ${opaque}`, () => {
      assert.equal(build(new HttpPool(), options).isOpaque?.(QUERY), opaque);
    });
  }

  it('SRC-35: only within the coverage', () => {
    const source = build(new HttpPool(), { req }, { coverage: bboxCoverage() });
    assert.equal(source.isOpaque?.(QUERY), false);
    assert.equal(source.isOpaque?.({ ...QUERY, bbox: [8.6, 51, 9, 51.5] }), true);
  });
});
