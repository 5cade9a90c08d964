import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sharp, { type JpegOptions } from 'sharp';
import { SourceError } from '../../../src/http/errors.ts';
import { pixels } from '../../../src/image/pixels.ts';
import { configureLogging } from '../../../src/log.ts';
import { solidPng } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { filesIn } from '../../support/stores.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

const TILE = 256;
/** What meta tiles have around them by default. */
const BUFFER = 80;
/** Sides in pixels of a meta tile of 2 x 2. */
const SIDE = 2 * TILE + 2 * BUFFER;

const GREEN = await solidPng(SIDE, SIDE, [0, 255, 0]);

/** A picture of a map server that never shows green. */
function picture(options: JpegOptions = {}, side = SIDE): Promise<Buffer> {
  const data = new Uint8Array(side * side * 3);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    data[pixel * 3] = 128 + 100 * Math.sin(x / 13) * Math.cos(y / 17);
    data[pixel * 3 + 2] = 128 + 100 * Math.cos(x / 19) * Math.sin(y / 11);
  }
  const image = sharp(data, { raw: { width: side, height: side, channels: 3 } });
  return image.jpeg({ chromaSubsampling: '4:2:0', quality: 75, ...options }).toBuffer();
}

/** A cache of a source that answers with a picture; another source, `green`, is of one colour. */
function open(test: TestContext, body: Buffer, cache: string, source = '') {
  const yaml = `
sources:
  photo: {type: wms, req: {url: SERVER/wms, layers: photo}, ${source}}
  green: {type: wms, req: {url: SERVER/wms, layers: green}}
caches:
  map: {grids: [GLOBAL_WEBMERCATOR], meta_size: [2, 2], ${cache}}
layers: [{name: map, title: Map, sources: [map]}]
`;
  return openMap(test, yaml, ({ url }) =>
    url.includes('green')
      ? { headers: { 'Content-Type': 'image/png' }, body: GREEN }
      : { headers: { 'Content-Type': 'image/jpeg' }, body },
  );
}

const JPEG = 'sources: [photo], format: image/jpeg';

async function tileOf(test: TestContext, ...how: [body: Buffer, cache: string, source?: string]): Promise<Buffer> {
  const { tileSet } = await open(test, ...how);
  return (await tileSet('map').getTile([4, 6, 4], { signal }))?.body ?? assert.fail('no tile');
}

/** Largest difference of a sample between a tile and its place in a picture, two pixels from the tile's edges. */
async function difference(tile: Buffer, body: Buffer, buffer = BUFFER): Promise<number> {
  const inside = { left: 2, top: 2, width: TILE - 4, height: TILE - 4 };
  const place = { ...inside, left: inside.left + buffer, top: inside.top + buffer };
  const [one, other] = await Promise.all([
    sharp(tile).toColourspace('srgb').extract(inside).raw().toBuffer(),
    sharp(body).extract(place).raw().toBuffer(),
  ]);
  return one.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (other[i] ?? 0))), 0);
}

describe('JPEG tiles of a JPEG picture', () => {
  // Without the addon they are made of its pixels.
  const most = pixels.implementation === 'native' ? 0 : 20;

  for (const [kind, cache] of [
    ['JPEG', JPEG],
    ['mixed', 'sources: [photo], format: mixed, request_format: image/vnd.jpeg-png'],
  ] as const) {
    it(`IMG-06, IMG-07: are cut out of it and keep its pixels where it is of no more quality: ${kind}`, async (test) => {
      const body = await picture();
      const tile = await tileOf(test, body, cache);
      const { width, height, format } = await sharp(tile).metadata();
      assert.deepEqual([width, height, format], [TILE, TILE, 'jpeg']);
      assert.ok((await difference(tile, body)) <= most);
    });
  }

  for (const [kind, options, buffer] of [
    ['progressive', { progressive: true }, BUFFER],
    ['of colours at full resolution', { chromaSubsampling: '4:4:4' }, BUFFER],
    ['cut between its blocks', {}, BUFFER - 1],
  ] as const) {
    it(`IMG-06: are made of its pixels where it is ${kind}`, async (test) => {
      const body = await picture(options, 2 * TILE + 2 * buffer);
      const tile = await tileOf(test, body, `${JPEG}, meta_buffer: ${buffer}`);
      const { width, height, format } = await sharp(tile).metadata();
      assert.deepEqual([width, height, format], [TILE, TILE, 'jpeg']);
      assert.ok((await difference(tile, body, buffer)) < 20);
    });
  }

  for (const [what, cache, source] of [
    ['IMG-20: a watermark', `${JPEG}, watermark: {text: Watermark, opacity: 255, font_size: 60}`],
    ['IMG-13: opacity', JPEG, 'image: {opacity: 0.3}'],
    ['TILE-01: another source', 'sources: [photo, green], format: image/jpeg'],
    ['IMG-15: bands', 'sources: {r: [{source: photo, band: 0}], g: [{source: photo, band: 0}]}, format: image/jpeg'],
    ['IMG-01: grey', `${JPEG}, image: {mode: L}`],
  ] as const) {
    it(`${what} shows in them`, async (test) => {
      const body = await picture();
      const changed = await difference(await tileOf(test, body, cache, source), body);
      assert.ok(changed > 80, `${changed}`);
    });
  }

  it('TILE-21: are not made of half a file', async (test) => {
    const { tileSet, folder } = await open(test, (await picture()).subarray(0, 9000), JPEG);
    await assert.rejects(async () => tileSet('map').getTile([4, 6, 4], { signal }), SourceError);
    assert.deepEqual(await filesIn(join(folder, 'cache_data')), []);
  });
});
