import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Coverage } from '../../../src/coverage/contract.ts';
import { limitedTo } from '../../../src/coverage/limited-to.ts';
import type { Bbox } from '../../../src/grid/types.ts';
import { coverage, MERCATOR, UTM, WGS84 } from './support.ts';

/** A square with a hole, in degrees. */
const RING = 'POLYGON((0 40, 20 40, 20 60, 0 60, 0 40), (8 48, 12 48, 12 52, 8 52, 8 48))';

const WORLD: Bbox = [-20037508.342789244, -20037508.342789244, 20037508.342789244, 20037508.342789244];

async function rectangle(): Promise<Coverage> {
  return coverage({ bbox: [0, 40, 20, 60], srs: 'EPSG:4326' });
}

describe('what a coverage answers', () => {
  it('COV-10: contains and intersects of a rectangle', async () => {
    const area = await rectangle();
    assert.equal(area.contains([1, 41, 2, 42], WGS84), true);
    assert.equal(area.contains([0, 40, 20, 60], WGS84), true);
    assert.equal(area.contains([19, 41, 21, 42], WGS84), false);
    assert.equal(area.intersects([19, 41, 21, 42], WGS84), true);
    assert.equal(area.intersects([20, 40, 22, 60], WGS84), false, 'only touches');
  });

  it('COV-10: contains and intersects of polygons, holes left out', async () => {
    const area = await limitedTo(RING, WGS84);
    assert.equal(area.contains([1, 41, 2, 42], WGS84), true);
    assert.equal(area.contains([0, 40, 8, 48], WGS84), true, 'touches outline and hole');
    assert.equal(area.contains([1, 41, 19, 59], WGS84), false, 'has the hole in it');
    assert.equal(area.intersects([9, 49, 11, 51], WGS84), false, 'in the hole');
    assert.equal(area.intersects([7, 49, 11, 51], WGS84), true);
    assert.equal(area.intersects([-10, 30, 30, 70], WGS84), true, 'around all of it');
    assert.equal(area.intersects([30, 30, 40, 40], WGS84), false);
    assert.equal(area.intersects([20, 40, 22, 60], WGS84), false, 'only touches');
  });

  it('COV-10: asked in another SRS', async () => {
    for (const area of [await rectangle(), await limitedTo(RING, WGS84)]) {
      assert.equal(area.contains([500000, 4600000, 600000, 4700000], UTM), true);
      assert.equal(area.intersects(WORLD, MERCATOR), true);
      assert.equal(area.contains(WORLD, MERCATOR), false);
    }
  });

  it('a map of the world meets an area in a local system', async () => {
    const local: Bbox = [400000, 5200000, 600000, 5600000];
    for (const area of [
      await coverage({ bbox: local, srs: 'EPSG:25832' }),
      await coverage({ union: [{ bbox: local, srs: 'EPSG:25832' }] }),
    ]) {
      assert.equal(area.intersects(WORLD, MERCATOR), true);
      assert.equal(area.contains(WORLD, MERCATOR), false);
      assert.equal(area.intersects([-8e6, 4e6, -7e6, 5e6], MERCATOR), false, 'America');
    }
  });

  it('points: on the outline counts, in the hole does not', async () => {
    const area = await limitedTo(RING, WGS84);
    assert.equal(area.containsPoint([1, 41], WGS84), true);
    assert.equal(area.containsPoint([10, 50], WGS84), false);
    assert.equal(area.containsPoint([500000, 4600000], UTM), true);
    assert.equal((await rectangle()).containsPoint([0, 40], WGS84), true);
    assert.equal((await rectangle()).containsPoint([-1, 40], WGS84), false);
  });

  it('an intersection with a bbox is a coverage, or nothing', async () => {
    for (const area of [await rectangle(), await limitedTo(RING, WGS84)]) {
      assert.deepEqual(area.intersection([-5, 45, 5, 65], WGS84)?.bbox, [0, 45, 5, 60]);
      assert.equal(area.intersection([30, 30, 40, 40], WGS84), undefined);
    }
  });

  it('GeoJSON geometries and lists of bounds limit too', async () => {
    const coordinates = [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
      ],
    ];
    assert.deepEqual((await limitedTo({ type: 'Polygon', coordinates }, WGS84)).bbox, [0, 0, 1, 1]);
    assert.deepEqual((await limitedTo([0, 0, 1, 1], WGS84)).bbox, [0, 0, 1, 1]);
    assert.equal((await limitedTo([0, 0, 1, 1], WGS84)).clip, true);
  });
});

describe('IMG-16: masks', () => {
  it('of a rectangle from pole to pole, which has no place in Mercator as a whole', async () => {
    const area = await coverage({ bbox: [-180, -90, -90, 90], srs: 'EPSG:4326' });
    const [polygon] = area.maskPolygons([WORLD[0], 0, 0, WORLD[3]], MERCATOR, [256, 256]);
    const xs = polygon?.[0].map(([x]) => x) ?? [];
    assert.ok(Math.abs(Math.max(...xs) - 127.9) < 1e-3, String(xs));
  });

  it('are in pixels from the upper left, a tenth of a pixel inside', async () => {
    const [polygon] = (await rectangle()).maskPolygons([-10, 30, 30, 70], WGS84, [40, 40]);
    const xs = polygon?.[0].map(([x]) => x) ?? [];
    const ys = polygon?.[0].map(([, y]) => y) ?? [];
    assert.deepEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], [10.1, 10.1, 29.9, 29.9]);
  });

  it('of polygons too, with holes a tenth of a pixel larger', async () => {
    const area = await limitedTo(RING, WGS84);
    const [polygon, ...others] = area.maskPolygons([-10, 30, 30, 70], WGS84, [40, 40]);
    assert.equal(others.length, 0);
    const bounds = polygon?.map((ring) => [Math.min(...ring.map(([x]) => x)), Math.max(...ring.map(([, y]) => y))]);
    assert.deepEqual(
      bounds?.map((numbers) => numbers.map((number) => number.toFixed(3))),
      [
        ['10.100', '29.900'],
        ['17.900', '22.100'],
      ],
    );
  });

  it('cover the whole map inside of the area, and nothing outside', async () => {
    for (const area of [await rectangle(), await limitedTo(RING, WGS84)]) {
      const [polygon] = area.maskPolygons([1, 41, 2, 42], WGS84, [256, 256]);
      const xs = polygon?.[0].map(([x]) => x) ?? [];
      assert.ok(Math.min(...xs) <= 0 && Math.max(...xs) >= 256);
      assert.deepEqual(area.maskPolygons([30, 30, 40, 40], WGS84, [256, 256]), []);
    }
  });

  it('follow the curve of a parallel in a projected system', async () => {
    const area = await limitedTo('POLYGON((0 40, 20 40, 20 60, 0 60, 0 40))', WGS84);
    const transformed = area.transformTo(UTM);
    // On the central meridian (9 degrees) the 40th parallel lies far south of the line between its ends.
    const [, south] = WGS84.transformPoint(UTM, [9, 40]);
    assert.ok(Math.abs(transformed.bbox[1] - south) < 500, `${transformed.bbox[1]} and ${south}`);
  });
});
