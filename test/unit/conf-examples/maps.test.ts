import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import type { Application } from '../../../src/http/application.ts';
import { decodeImage } from '../../../src/image/raster.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { solidPng, type UpstreamRequest } from '../../support/map-server.ts';
import { openExample } from '../../support/open-example.ts';

type Pixel = readonly number[];

/** A picture that is served, with its colours by column and row. */
async function picture(app: Application, path: string): Promise<(x: number, y: number) => Pixel> {
  const { status, body } = await app(fakeRequest(path));
  assert.equal(status, 200, `${path}: ${body}`);
  assert.ok(Buffer.isBuffer(body));
  const { data, width } = await decodeImage(body);
  return (x, y) => [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

/** JPEG is near to what was drawn. */
function assertNear(found: Pixel, [red, green, blue]: Pixel): void {
  for (const [at, value] of [red, green, blue].entries()) {
    assert.ok(Math.abs((found[at] ?? 0) - (value ?? 0)) <= 4, `${found} instead of ${[red, green, blue]}`);
  }
}

const GET_MAP = '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&STYLES=&WIDTH=200&HEIGHT=200&FORMAT=image/png';
const RED = [255, 0, 0, 255];
const BLUE = [0, 0, 255, 255];

/** Tiles of a web map that is red west of 9 degrees east and blue beyond. */
async function halves({ url }: UpstreamRequest) {
  const [, level = 0, column = 0] = /(\d+)\/(\d+)\/\d+\.png$/.exec(url)?.map(Number) ?? [];
  const border = Math.round(((9 + 180) / 360) * 256 * 2 ** level - column * 256);
  const data = Buffer.alloc(256 * 256 * 3);
  for (let at = 0; at < 256 * 256; at++) data[at * 3 + (at % 256 < border ? 0 : 2)] = 255;
  const body = await sharp(data, { raw: { width: 256, height: 256, channels: 3 } })
    .png()
    .toBuffer();
  return { headers: { 'Content-Type': 'image/png' }, body };
}

describe('examples of maps', () => {
  it('national-grid: tiles of a web map in the grid of a country', async (t) => {
    const { app, server } = await openExample(t, 'national-grid', halves);
    // 9 degrees east are at 500000 m: with 200 metres in a pixel, 226 pixels into the fifth column.
    const tile = await picture(app, '/wmts/country/national/3/4/8.png');
    assert.deepEqual([tile(222, 100), tile(230, 100)], [RED, BLUE]);
    assert.deepEqual([tile(222, 250), tile(230, 5)], [RED, BLUE], 'a straight line');
    assert.ok(server.urls.length > 0 && server.urls.every((url) => /^\/tiles\/9\//.test(url)), server.urls.join());
  });

  it('national-grid: maps in the system of the country before', async (t) => {
    const { app } = await openExample(t, 'national-grid', halves);
    const map = await picture(app, `${GET_MAP}&LAYERS=country&SRS=EPSG:31467&BBOX=3480000,5500000,3520000,5540000`);
    assert.deepEqual([map(95, 100), map(105, 100)], [RED, BLUE]);
  });

  it('merged: a city within its boundary, under a shading', async (t) => {
    const colors = { topography: [0, 200, 0], plan: [200, 0, 0], shading: [0, 0, 0] } as const;
    const { app } = await openExample(t, 'merged', async ({ url }) => {
      const query = new URL(url, 'http://upstream').searchParams;
      const [width, height] = [Number(query.get('WIDTH')), Number(query.get('HEIGHT'))];
      const layer = query.get('LAYERS') ?? '';
      const color = Object.entries(colors).find(([name]) => name === layer)?.[1];
      const roads = sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
      const body = color === undefined ? await roads.png().toBuffer() : await solidPng(width, height, color);
      return { headers: { 'Content-Type': 'image/png' }, body };
    });
    const map = await picture(app, `${GET_MAP}&LAYERS=region&SRS=EPSG:4326&BBOX=8.6,53.1,8.64,53.14`);
    assertNear(map(100, 100), [120, 0, 0]);
    const edge = await picture(app, `${GET_MAP}&LAYERS=region&SRS=EPSG:4326&BBOX=8.1,53.18,8.3,53.38`);
    assertNear(edge(10, 100), [0, 120, 0]);
    const wide = await picture(app, `${GET_MAP}&LAYERS=region&SRS=EPSG:4326&BBOX=5,50,12,57`);
    assertNear(wide(100, 100), [0, 120, 0]);
  });

  it('cascaded-caches: one request for all that is made of a tile, and finer ones than the server has', async (t) => {
    const { app, server } = await openExample(t, 'cascaded-caches', halves);
    // The tile of level 15 with the border in it, and one within it two levels finer.
    const tile = await picture(app, '/wmts/photo/web/15/17203/10000.jpeg');
    assertNear(tile(10, 100), RED);
    const finer = await picture(app, '/wmts/photo/web/17/68813/40001.jpeg');
    assertNear(finer(250, 100), BLUE);
    assert.ok(
      server.urls.every((url) => url.startsWith('/photo/15/')),
      server.urls.join(),
    );
    const asked = server.urls.length;
    const marked = await picture(app, '/wmts/preview/web/15/17203/10000.jpeg');
    const isDifferent = Array.from({ length: 256 }, (_, x) => marked(x, 128)).some(([, green = 0]) => green > 60);
    assert.ok(isDifferent, 'the watermark');
    assert.equal(server.urls.length, asked, 'the preview is made of what is there');
  });
});
