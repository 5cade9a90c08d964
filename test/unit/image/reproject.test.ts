import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Quad } from '@mapgate/pixels';
import type { Bbox, Size } from '../../../src/grid/types.ts';
import { buildMesh, POINTS_A_TURN } from '../../../src/image/mesh.ts';
import { neededBbox } from '../../../src/image/needed-bbox.ts';
import { CHANNELS, type Raster } from '../../../src/image/raster.ts';
import { locator, reproject } from '../../../src/image/reproject.ts';
import { srsByCode } from '../../../src/srs/srs.ts';

interface ReferenceMap {
  readonly from: string;
  readonly to: string;
  readonly bbox: Bbox;
  readonly size: Size;
  readonly points: readonly (readonly [column: number, row: number, x: number, y: number])[];
}

const FIXTURE = new URL('../../fixtures/proj-reprojections.json', import.meta.url);
const references = JSON.parse(readFileSync(FIXTURE, 'utf8')) as readonly ReferenceMap[];

/** Where the mesh says that a point of the new picture is in the old one. */
function follow(quads: readonly Quad[], x: number, y: number): readonly [number, number] | undefined {
  const quad = quads.find(({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom);
  if (quad === undefined) return undefined;
  const u = (x - quad.left) / (quad.right - quad.left);
  const v = (y - quad.top) / (quad.bottom - quad.top);
  const [x0, y0, x1, y1, x2, y2, x3, y3] = quad.corners;
  return [
    (x0 * (1 - u) + x3 * u) * (1 - v) + (x1 * (1 - u) + x2 * u) * v,
    (y0 * (1 - u) + y3 * u) * (1 - v) + (y1 * (1 - u) + y2 * u) * v,
  ];
}

describe('reprojection', () => {
  for (const { from, to, bbox, size, points } of references) {
    it(`IMG-17: from ${from} to ${to} no pixel is off by as much as one, as PROJ has it`, async () => {
      const fromBbox: Bbox = [
        Math.min(...points.map(([, , x]) => x)),
        Math.min(...points.map(([, , , y]) => y)),
        Math.max(...points.map(([, , x]) => x)),
        Math.max(...points.map(([, , , y]) => y)),
      ];
      // As fine as the new map, or finer: where its pixels are smallest, so is what counts.
      const old = { width: size[0] * 2, height: size[1] * 2 };
      const reprojection = { fromBbox, fromSrs: srsByCode(from), toBbox: bbox, toSrs: srsByCode(to), size };
      const { quads } = await buildMesh(
        size,
        [old.width, old.height],
        locator(old, { ...reprojection, method: 'nearest' }),
      );
      let worst = 0;
      for (const [column, row, x, y] of points) {
        const found = follow(quads, column, row);
        assert.ok(found !== undefined, `nothing at ${column}, ${row}`);
        const expected = [
          ((x - fromBbox[0]) / (fromBbox[2] - fromBbox[0])) * old.width,
          ((fromBbox[3] - y) / (fromBbox[3] - fromBbox[1])) * old.height,
        ] as const;
        worst = Math.max(worst, Math.hypot(found[0] - expected[0], found[1] - expected[1]));
      }
      assert.ok(worst < 1, `${worst} pixels`);
    });
  }

  it('IMG-17: a smooth map needs few quads', async () => {
    const reprojection = {
      fromBbox: [0, 6000000, 2000000, 8000000],
      fromSrs: srsByCode('EPSG:3857'),
      toBbox: [5, 50, 15, 58],
      toSrs: srsByCode('EPSG:4326'),
      size: [512, 512],
      method: 'nearest',
    } as const;
    const { quads } = await buildMesh([512, 512], [512, 512], locator({ width: 512, height: 512 }, reprojection));
    assert.ok(quads.length <= 128, String(quads.length));
  });

  it('lets the event loop go on while a map of the world around a pole is divided', async () => {
    const size = [4000, 4000] as const;
    const old = { width: 4096, height: 2048 };
    const locate = locator(old, {
      fromBbox: [-180, -90, 180, 90],
      fromSrs: srsByCode('EPSG:4326'),
      toBbox: [-12_000_000, -12_000_000, 12_000_000, 12_000_000],
      toSrs: srsByCode('EPSG:3413'),
      size,
      method: 'bicubic',
    });
    let [turns, points, most] = [0, 0, 0];
    let ticking = setImmediate(function tick() {
      [turns, points] = [turns + 1, 0];
      ticking = setImmediate(tick);
    });
    try {
      await buildMesh(size, [old.width, old.height], (nodes) => {
        points += nodes.length / 2;
        most = Math.max(most, points);
        locate(nodes);
      });
    } finally {
      clearImmediate(ticking);
    }
    assert.ok(turns > 20, `${turns} turns`);
    assert.ok(most <= POINTS_A_TURN, `${most} points in one turn`);
  });
});

/** Each pixel tells its column in red and its row in green. */
function positions(width: number, height: number): Raster {
  const data = Buffer.alloc(width * height * CHANNELS, 255);
  for (let at = 0; at < width * height; at++) {
    data[at * CHANNELS] = at % width;
    data[at * CHANNELS + 1] = Math.floor(at / width);
  }
  return { data, width, height, opaque: true };
}

function pixel({ data, width }: Raster, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * CHANNELS, (y * width + x + 1) * CHANNELS)];
}

const degrees = srsByCode('EPSG:4326');
const arctic = srsByCode('EPSG:3995');
const WORLD: Bbox = [-180, -90, 180, 90];

describe('maps across breaks of a projection', () => {
  const aroundPole = {
    fromBbox: WORLD,
    fromSrs: degrees,
    toBbox: [-4000000, -4000000, 4000000, 4000000],
    toSrs: arctic,
    size: [100, 100],
    method: 'nearest',
  } as const;

  it('IMG-17: a pole and the antimeridian leave no gap and no seam', async () => {
    const map = await reproject(positions(180, 90), aroundPole);
    assert.equal(map.opaque, true);
    // In EPSG:3995 the antimeridian runs upwards from the pole: columns on its two sides are the first and the last.
    const [left = 255, right = 0] = [pixel(map, 48, 10)[0], pixel(map, 51, 10)[0]];
    assert.ok(left < 10, `${left} to the left`);
    assert.ok(right > 170, `${right} to the right`);
    assert.equal(pixel(map, 50, 50)[1], 0);
  });

  it('IMG-17: what the old map does not reach is transparent', async () => {
    const map = await reproject(positions(180, 45), { ...aroundPole, fromBbox: [-180, 0, 0, 90] });
    assert.equal(map.opaque, false);
    assert.equal(pixel(map, 10, 50)[3], 255);
    assert.equal(pixel(map, 90, 50)[3], 0);
  });

  it('IMG-17: what has no place in the old system is transparent', async () => {
    const map = await reproject(positions(100, 100), {
      fromBbox: [-4000000, -4000000, 4000000, 4000000],
      fromSrs: arctic,
      toBbox: [-200, -100, 200, 100],
      toSrs: degrees,
      size: [200, 100],
      method: 'nearest',
    });
    assert.equal(pixel(map, 100, 1)[3], 0);
    assert.equal(pixel(map, 100, 12)[3], 255);
    assert.equal(pixel(map, 100, 95)[3], 0);
  });
});

describe('what a map needs of another system', () => {
  it('GRD-05: the bbox of its outline', () => {
    const mercator = srsByCode('EPSG:3857');
    const bbox: Bbox = [5, 45, 15, 55];
    assert.deepEqual(
      neededBbox(bbox, degrees, mercator, [-2e7, -2e7, 2e7, 2e7]),
      degrees.transformBbox(mercator, bbox),
    );
  });

  it('a pole within is part of it, though the outline does not reach it', () => {
    const needed = neededBbox([-1000000, -1000000, 1000000, 1000000], arctic, degrees, WORLD);
    assert.ok(needed !== undefined && needed[3] > 89.9, String(needed));
    assert.ok(needed[1] < 78);
  });

  // Maps of a town to a country are not looked at point by point, as their outline holds all of them.
  const SYSTEMS = ['EPSG:4326', 'EPSG:3857', 'EPSG:25832', 'EPSG:3035', 'EPSG:2154', 'EPSG:31467'];
  for (const code of SYSTEMS) {
    it(`of maps in ${code}, small and large, all points are within it`, () => {
      const srs = srsByCode(code);
      for (const other of SYSTEMS.filter((one) => one !== code)) {
        const to = srsByCode(other);
        for (const [longitude, latitude] of [
          [2, 43],
          [9, 50],
          [14, 55],
        ] as const) {
          const [x, y] = degrees.transformPoint(srs, [longitude, latitude]);
          for (const half of [0.005, 0.2, 2.4, 4]) {
            const reach = code === 'EPSG:4326' ? half : half * 111_000;
            const bbox: Bbox = [x - reach, y - reach, x + reach, y + reach];
            const needed = neededBbox(bbox, srs, to, [-2e7, -2e7, 2e7, 2e7]);
            assert.ok(needed !== undefined);
            const slack = Math.max(needed[2] - needed[0], needed[3] - needed[1]) * 0.01;
            const points = latticeOf(bbox);
            srs.transformPoints(to, points);
            for (let at = 0; at < points.length; at += 2) {
              const [px = Number.NaN, py = Number.NaN] = [points[at], points[at + 1]];
              const isWithin =
                px >= needed[0] - slack &&
                px <= needed[2] + slack &&
                py >= needed[1] - slack &&
                py <= needed[3] + slack;
              assert.ok(isWithin, `${px}, ${py} of ${bbox} in ${other}: ${needed}`);
            }
          }
        }
      }
    });
  }
});

/** 21 x 21 points of a bbox, its edges included. */
function latticeOf([west, south, east, north]: Bbox): Float64Array {
  return Float64Array.from({ length: 21 * 21 * 2 }, (_, at) => {
    const index = Math.floor(at / 2);
    return at % 2 === 0
      ? west + ((east - west) * (index % 21)) / 20
      : south + ((north - south) * Math.floor(index / 21)) / 20;
  });
}
