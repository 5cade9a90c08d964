import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { globalOptions } from '../../../src/config/options/globals.ts';
import { imageSettings } from '../../../src/image/options.ts';
import type { Tile } from '../../../src/layer/contract.ts';
import type { AuthorizationResult, Authorize } from '../../../src/service/authorization.ts';
import type { ServiceDefinition } from '../../../src/service/contract.ts';
import type { Decorate } from '../../../src/service/decoration.ts';
import kml from '../../../src/service/kml/index.ts';
import tms from '../../../src/service/tms/index.ts';
import wmts from '../../../src/service/wmts/index.ts';
import { predefinedGrid } from '../../support/fake-grids.ts';
import { FakeInfoSource } from '../../support/fake-info.ts';
import { type FakeRequestOptions, fakeRequest } from '../../support/fake-request.ts';
import { FakeRenderer, fakeContext, fakeTileLayer, fakeTileSet } from '../../support/fake-services.ts';
import { solidPng } from '../../support/map-server.ts';

const GRID = predefinedGrid('webmercator');
/** The upper left tile of level 1. */
const TILE_BBOX = GRID.tileBbox([0, 0, 1]);
const BLANK = Buffer.from('blank');

interface Hooks {
  readonly result?: AuthorizationResult;
  readonly decorate?: Decorate;
  readonly tile?: Partial<Tile>;
}

/** A service over layers `one` and `two` of blue JPEG tiles. What the authorisation hook is asked is kept. */
async function rig<Options>(definition: ServiceDefinition<Options>, { result, decorate, tile }: Hooks) {
  const calls: Parameters<Authorize>[] = [];
  const body = await sharp(await solidPng(256, 256, [0, 0, 255]))
    .jpeg()
    .toBuffer();
  const tileSet = fakeTileSet(GRID, {
    format: 'jpeg',
    mimeType: 'image/jpeg',
    image: imageSettings(globalOptions.parse({}).image, 'image/jpeg'),
    getTile: () => ({ body, mimeType: 'image/jpeg', timestamp: 1.7e9, cacheable: true, ...tile }),
  });
  const infoSources = new Map([[tileSet, [new FakeInfoSource('text/plain', 'here')]]]);
  const renderer = new FakeRenderer();
  renderer.answer = { body: BLANK, mimeType: 'image/png', cacheable: true };
  const context = fakeContext({
    tileLayers: ['one', 'two'].map((name) => fakeTileLayer(name, [tileSet], { infoSources })),
    renderer,
    encode: ({ data, width, height }) =>
      sharp(data, { raw: { width, height, channels: 4 } })
        .png()
        .toBuffer(),
    decorate,
    authorize:
      result &&
      ((...call) => {
        calls.push(call);
        return result;
      }),
  });
  const options = { featureinfo_formats: [{ mimetype: 'text/plain', suffix: 'txt' }] };
  const service = definition.build(definition.options.parse(options), context);
  const application = createMapProxyApp({ services: [service], accessControlAllowOrigin: undefined });
  const get = async (target: string, request: FakeRequestOptions = {}) => {
    const { status, headers, body: answer } = await application(fakeRequest(target, request));
    const bytes = typeof answer === 'string' || Buffer.isBuffer(answer) ? Buffer.from(answer) : Buffer.alloc(0);
    return { status, headers, type: headers['Content-Type'], cacheControl: headers['Cache-Control'], bytes };
  };
  return { calls, get, body };
}

const SERVICES = {
  tms: {
    definition: tms,
    tile: '/tms/1.0.0/one/EPSG3857/0/0/1.jpeg',
    outside: '/tms/1.0.0/one/EPSG3857/0/0/2.jpeg',
  },
  wmts: {
    definition: wmts,
    tile: '/wmts/one/webmercator/01/0/0.jpeg',
    outside: '/wmts/one/webmercator/01/0/2.jpeg',
  },
  kml: { definition: kml, tile: '/kml/one/EPSG3857/1/0/1.jpeg', outside: '/kml/one/EPSG3857/1/0/2.jpeg' },
} as const;
const NAMES = ['tms', 'wmts', 'kml'] as const;

const rigOf = (name: (typeof NAMES)[number], hooks: Hooks) => {
  if (name === 'tms') return rig(tms, hooks);
  return name === 'kml' ? rig(kml, hooks) : rig(wmts, hooks);
};

const only = (layer: object): AuthorizationResult => ({ authorized: 'partial', layers: { one: layer } });
const TEXT = 'text/plain; charset=utf-8';

for (const name of NAMES) {
  const { tile, outside } = SERVICES[name];

  describe(`authorisation of ${name}`, () => {
    it('AUTH-01, AUTH-02, AUTH-07: the hook is told which tile is asked for, and by whom', async () => {
      const { calls, get } = await rigOf(name, { result: { authorized: 'full' } });
      assert.equal((await get(tile, { headers: { Cookie: 'a=b' } })).status, 200);
      assert.deepEqual(calls, [[name, ['one'], { HTTP_COOKIE: 'a=b' }, ['EPSG:3857', TILE_BBOX]]]);
    });

    const outcomes = [
      [{ authorized: 'unauthenticated' }, 401, 'unauthorized'],
      [{ authorized: 'none' }, 403, 'forbidden'],
      [{ authorized: 'partial', layers: { two: { tile: true } } }, 403, 'forbidden'],
      [{ authorized: 'partial', layers: { one: { map: true } } }, 403, 'forbidden'],
      [{ authorized: 'partial' }, 403, 'forbidden'],
    ] as const;
    for (const [result, expected, message] of outcomes) {
      it(`AUTH-03: ${JSON.stringify(result)} is ${expected} in plain text`, async () => {
        const { status, type, bytes, cacheControl } = await (await rigOf(name, { result })).get(tile);
        assert.deepEqual([status, type, bytes.toString()], [expected, TEXT, message]);
        assert.equal(cacheControl, 'no-cache, no-store');
      });
    }

    it('AUTH-06: a tile that lies within the area goes out as it is, for the client alone', async () => {
      const result = only({ tile: true, limited_to: { geometry: [-180, 0, 0, 85.06], srs: 'EPSG:4326' } });
      const { get, body } = await rigOf(name, { result });
      const { type, bytes, cacheControl, headers } = await get(tile);
      assert.deepEqual([type, bytes.equals(body)], ['image/jpeg', true]);
      assert.equal(cacheControl, 'private, max-age=259200');
      assert.equal((await get(tile, { headers: { 'If-None-Match': String(headers.ETag) } })).status, 304);
    });

    it('AUTH-06: a tile across the edge of the area is a PNG, transparent outside', async () => {
      const { get } = await rigOf(name, {
        result: only({ tile: true, limited_to: { geometry: [-180, -90, -90, 90], srs: 'EPSG:4326' } }),
      });
      const { status, type, bytes, headers, cacheControl } = await get(tile);
      assert.deepEqual([status, type, cacheControl], [200, 'image/png', 'private, max-age=259200']);
      const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      const alphaAt = (x: number) => data[(128 * info.width + x) * 4 + 3];
      assert.deepEqual([info.width, info.height, info.channels], [256, 256, 4]);
      assert.deepEqual([0, 126, 130, 255].map(alphaAt), [255, 255, 0, 0]);
      assert.equal(headers['Last-Modified'], undefined, 'a tile of the same age may look different');
      assert.equal((await get(tile, { headers: { 'If-None-Match': String(headers.ETag) } })).status, 304);
      assert.equal((await get(tile, { headers: { 'If-Modified-Since': new Date().toUTCString() } })).status, 200);
    });

    it('AUTH-06: a tile outside of the area is blank', async () => {
      const result = only({ tile: true, limited_to: { geometry: [10, 10, 20, 20], srs: 'EPSG:4326' } });
      const { type, bytes } = await (await rigOf(name, { result })).get(tile);
      assert.deepEqual([type, bytes], ['image/png', BLANK]);
    });

    it('AUTH-06: the area of the whole request counts too', async () => {
      const limits = { geometry: 'POLYGON((10 10, 20 10, 20 20, 10 10))', srs: 'EPSG:4326' };
      const result = { ...only({ tile: true }), limited_to: limits };
      assert.deepEqual((await (await rigOf(name, { result })).get(tile)).bytes, BLANK);
    });

    it('AUTH-07: a tile outside of the grid has no extent to ask about', async () => {
      const { calls, get } = await rigOf(name, { result: { authorized: 'none' } });
      const { bytes } = await get(outside);
      assert.match(bytes.toString(), /The requested tile is outside the bounding box of the tile map\./);
      assert.equal(calls.length, 0);
    });
  });
}

const draw: Decorate = (picture) => {
  picture.data.fill(Buffer.from([255, 0, 0, 255]));
  return picture;
};

async function colourOf(bytes: Buffer): Promise<string> {
  const [red = 0, green = 0, blue = 0] = await sharp(bytes).raw().toBuffer();
  return red > 200 && green < 50 && blue < 50 ? 'red' : blue > 200 ? 'blue' : `${red} ${green} ${blue}`;
}

describe('decoration of tiles', () => {
  for (const name of ['tms', 'wmts'] as const) {
    const { tile } = SERVICES[name];

    it(`AUTH-07, AUTH-08: the hook of ${name} is given the picture and told whose it is`, async () => {
      const calls: unknown[] = [];
      const decorate: Decorate = (image, ...told) => {
        calls.push([image.width, image.height, ...told]);
        return image;
      };
      const { get } = await rigOf(name, { decorate });
      await get(tile, { headers: { Cookie: 'a=b' } });
      assert.deepEqual(calls, [[256, 256, name, ['one'], { HTTP_COOKIE: 'a=b' }, ['EPSG:3857', TILE_BBOX]]]);
    });

    it(`AUTH-08: a picture of another size from the hook of ${name} is not sent`, async () => {
      const decorate: Decorate = () => ({ data: Buffer.alloc(4), width: 1, height: 1, opaque: false });
      const { get } = await rigOf(name, { decorate });
      await assert.rejects(async () => get(tile), /no picture of 256 x 256/);
    });

    it(`AUTH-08: what the hook of ${name} draws goes out in the format of the cache, for the client alone`, async () => {
      const { type, bytes, cacheControl } = await (await rigOf(name, { decorate: draw })).get(tile);
      assert.deepEqual([type, await colourOf(bytes), cacheControl], ['image/jpeg', 'red', 'private, max-age=259200']);
    });

    it(`AUTH-06, AUTH-08: what the hook of ${name} draws is cut too`, async () => {
      const result = only({ tile: true, limited_to: { geometry: [-180, -90, -90, 90], srs: 'EPSG:4326' } });
      const { type, bytes } = await (await rigOf(name, { decorate: draw, result })).get(tile);
      const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([type, [...data.subarray(0, 4)], data[255 * 4 + 3]], ['image/png', [255, 0, 0, 255], 0]);
    });

    it(`APP-07, AUTH-08: a tile of ${name} that was made in part is not kept, drawn on or not`, async () => {
      const { get } = await rigOf(name, { decorate: draw, tile: { cacheable: false } });
      assert.equal((await get(tile)).cacheControl, 'no-cache, no-store');
    });

    it(`AUTH-08: a tile of ${name} that cannot be read is an error of the service`, async () => {
      const { get } = await rigOf(name, { decorate: draw, tile: { body: Buffer.from('broken') } });
      const { status, bytes } = await get(tile);
      assert.equal(status, 500);
      assert.match(bytes.toString(), /a tile cannot be read/);
    });
  }

  it('AUTH-08: pictures of KML are not drawn on', async () => {
    const { bytes, cacheControl } = await (await rigOf('kml', { decorate: draw })).get(SERVICES.kml.tile);
    assert.deepEqual([await colourOf(bytes), cacheControl], ['blue', 'public, max-age=259200, s-maxage=259200']);
  });
});

describe('documents under authorisation', () => {
  const documents = [
    ['tms', '/tms/1.0.0/'],
    ['wmts', '/wmts/1.0.0/WMTSCapabilities.xml'],
    ['wmts', '/service?SERVICE=WMTS&REQUEST=GetCapabilities'],
  ] as const;
  for (const [name, target] of documents) {
    it(`AUTH-01, AUTH-07: ${target} shows the layers that are permitted, and asks without an extent`, async () => {
      const { calls, get } = await rigOf(name, { result: only({ tile: true }) });
      const { status, bytes, cacheControl } = await get(target);
      assert.deepEqual([status, cacheControl], [200, 'private']);
      assert.match(bytes.toString(), /\bone\b/);
      assert.doesNotMatch(bytes.toString(), /\btwo\b/);
      assert.deepEqual(calls, [[name, ['one', 'two'], {}, undefined]]);
    });

    it(`AUTH-03: ${target} is refused`, async () => {
      const { get } = await rigOf(name, { result: { authorized: 'none' } });
      const { status, type } = await get(target);
      assert.deepEqual([status, type], [403, TEXT]);
    });
  }

  it('AUTH-01: capabilities of WMTS have no matrix set that no layer shown has', async () => {
    const { get } = await rigOf('wmts', { result: { authorized: 'partial', layers: {} } });
    assert.doesNotMatch((await get('/wmts/1.0.0/WMTSCapabilities.xml')).bytes.toString(), /<TileMatrixSet>/);
  });

  it('AUTH-01, AUTH-03: a tile map of TMS is for those who may see the layer', async () => {
    const { get } = await rigOf('tms', { result: only({ tile: true }) });
    const statuses = [(await get('/tms/1.0.0/one/EPSG3857')).status, (await get('/tms/1.0.0/two/EPSG3857')).status];
    assert.deepEqual(statuses, [200, 403]);
  });

  it('AUTH-01, AUTH-03, AUTH-07: so is a document of KML, which is asked about as its tile', async () => {
    const { calls, get } = await rigOf('kml', { result: only({ tile: true }) });
    const { status, cacheControl } = await get('/kml/one/EPSG3857/1/0/1.kml');
    assert.deepEqual([status, cacheControl], [200, 'private, max-age=259200']);
    assert.deepEqual(calls, [['kml', ['one'], {}, ['EPSG:3857', TILE_BBOX]]]);
    const refused = await get('/kml/two/EPSG3857');
    assert.deepEqual([refused.status, refused.type], [403, TEXT]);
  });
});

describe('authorisation of feature info by WMTS', () => {
  const point = (column: number) => `/wmts/one/webmercator/01/0/0/${column}/128.txt`;

  it('AUTH-01, AUTH-02, AUTH-07: the hook is asked about wmts.featureinfo', async () => {
    const { calls, get } = await rigOf('wmts', { result: only({ featureinfo: true }) });
    const { bytes, cacheControl } = await get(point(1));
    assert.deepEqual([bytes.toString(), cacheControl], ['here', 'private']);
    assert.deepEqual(calls, [['wmts.featureinfo', ['one'], {}, ['EPSG:3857', TILE_BBOX]]]);
  });

  it('AUTH-03: a layer whose tiles alone are permitted is refused', async () => {
    const { status, type } = await (await rigOf('wmts', { result: only({ tile: true }) })).get(point(1));
    assert.deepEqual([status, type], [403, TEXT]);
  });

  it('AUTH-06: outside of the area there is nothing', async () => {
    const area = { geometry: [-180, -90, -90, 90] as const, srs: 'EPSG:4326' };
    const { get } = await rigOf('wmts', { result: only({ featureinfo: true, limited_to: area }) });
    assert.deepEqual([(await get(point(1))).bytes.toString(), (await get(point(250))).bytes.toString()], ['here', '']);
  });
});

it('a tile at hand is answered without a promise where there is no hook', async () => {
  for (const name of NAMES) {
    const { definition, tile } = SERVICES[name];
    const tileLayers = [fakeTileLayer('one', [fakeTileSet(GRID, { format: 'jpeg' })])];
    const context = fakeContext({ tileLayers });
    const service =
      definition === tms
        ? tms.build({}, context)
        : definition === kml
          ? kml.build({}, context)
          : wmts.build({}, context);
    assert.ok(!(service.application(fakeRequest(tile)) instanceof Promise), name);
  }
});
