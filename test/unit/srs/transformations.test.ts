import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { srsByCode } from '../../../src/srs/srs.ts';

/** What PROJ 9.1 made of them without grid files; by test/support/reference/transformations.py. */
interface Reference {
  readonly code: number;
  readonly northFirst: boolean;
  /** Metres (or radians) in a map unit. */
  readonly unit: number;
  /** Longitude and latitude of WGS 84, x and y in the system. */
  readonly points: readonly (readonly [x: number, y: number, toX: number, toY: number])[];
}

const fixture = new URL('../../fixtures/proj-transformations.json', import.meta.url);
const references = JSON.parse(readFileSync(fixture, 'utf8')) as Reference[];

const wgs84 = srsByCode('EPSG:4326');

const METRES_PER_DEGREE = 111319.49;

/** Metres; nearly all are far below a millimetre away. */
const TOLERANCE = 0.1;

/** Degrees of the French system from Paris are grads in the registry, and degrees here. */
const GRADS = new Set([4807]);

describe('transformations of PROJ without grid files, over the area of use', () => {
  for (const { code, unit, points } of references.filter((one) => !GRADS.has(one.code))) {
    it(`EPSG:${code}`, () => {
      const srs = srsByCode(`EPSG:${code}`);
      const metres = srs.isGeographic ? METRES_PER_DEGREE : unit;
      for (const [x, y, toX, toY] of points) {
        const there = wgs84.transformPoint(srs, [x, y]);
        const off = Math.hypot(there[0] - toX, there[1] - toY) * metres;
        assert.ok(off < TOLERANCE, `${x}, ${y} is ${there} and not ${toX}, ${toY}: ${off} m`);
        const back = srs.transformPoint(wgs84, there);
        const offBack = Math.hypot(back[0] - x, back[1] - y) * METRES_PER_DEGREE;
        assert.ok(offBack < TOLERANCE, `${there} is ${back} and not ${x}, ${y}: ${offBack} m`);
      }
    });
  }

  for (const { code, northFirst } of references) {
    it(`TRAP-06: EPSG:${code} has its axis order from the registry`, () => {
      assert.equal(srsByCode(`EPSG:${code}`).northFirst, northFirst);
    });
  }

  it('nothing shifts between systems of one datum', () => {
    const zone2 = srsByCode('EPSG:31466');
    const zone3 = srsByCode('EPSG:31467');
    const [x, y] = zone3.transformPoint(srsByCode('EPSG:4314'), [3400000, 5600000]);
    const there = zone3.transformPoint(zone2, [3400000, 5600000]);
    const [backX, backY] = zone2.transformPoint(srsByCode('EPSG:4314'), there);
    assert.ok(Math.abs(backX - x) < 1e-9 && Math.abs(backY - y) < 1e-9);
  });
});

describe('many points at once', () => {
  const mercator = srsByCode('EPSG:3857');
  const utm = srsByCode('EPSG:25832');

  it('are what they are one by one, in place', () => {
    const points = Float64Array.of(900000, 6500000, 1000000, 7000000, 1100000, 7500000);
    const expected = [0, 2, 4].flatMap((index) =>
      mercator.transformPoint(utm, [points[index] ?? 0, points[index + 1] ?? 0]),
    );
    mercator.transformPoints(utm, points);
    assert.deepEqual([...points], expected);
  });

  it('without a place there are NaN, and the others stay', () => {
    const points = Float64Array.of(0, 90, 9, 50, Number.POSITIVE_INFINITY, 0);
    wgs84.transformPoints(mercator, points);
    assert.deepEqual(
      [...points].map((number) => (Number.isNaN(number) ? 'none' : Math.round(number))),
      ['none', 'none', 1001875, 6446276, 'none', 'none'],
    );
  });

  it('stay as they are in the same system', () => {
    const points = Float64Array.of(1, 2);
    mercator.transformPoints(srsByCode('EPSG:900913'), points);
    assert.deepEqual([...points], [1, 2]);
  });
});

describe('at the ends of the world', () => {
  it('the antimeridian is reached from both sides', () => {
    const mercator = srsByCode('EPSG:3857');
    for (const [longitude, x] of [
      [-180, -20037508.342789244],
      [180, 20037508.342789244],
    ] as const) {
      assert.ok(Math.abs(wgs84.transformPoint(mercator, [longitude, 0])[0] - x) < 1e-6);
      assert.ok(Math.abs(mercator.transformPoint(wgs84, [x, 0])[0] - longitude) < 1e-9);
    }
  });

  it('the poles have a place in polar systems, and none in Mercator', () => {
    assert.deepEqual(wgs84.transformPoint(srsByCode('EPSG:3413'), [0, 90]).map(Math.round), [0, 0]);
    assert.deepEqual(wgs84.transformPoint(srsByCode('EPSG:3031'), [0, -90]).map(Math.abs).map(Math.round), [0, 0]);
    assert.throws(() => wgs84.transformPoint(srsByCode('EPSG:3857'), [0, 90]), RangeError);
  });
});
