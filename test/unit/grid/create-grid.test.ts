import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGrid, type GridDescription } from '../../../src/grid/create-grid.ts';
import { isSubset } from '../../../src/grid/subset.ts';
import { srsByCode } from '../../../src/srs/srs.ts';

const mercator = {
  name: 'mercator',
  srs: srsByCode('EPSG:900913'),
  origin: 'sw',
  tileSize: [256, 256],
  resFactor: 2,
  stretchFactor: 1.15,
  maxShrinkFactor: 4,
} satisfies GridDescription;

describe('grids from their configuration', () => {
  it('GRD-04: the world is known for 4326 and web Mercator', () => {
    assert.deepEqual(createGrid({ ...mercator, srs: srsByCode('EPSG:4326') }).bbox, [-180, -90, 180, 90]);
    assert.equal(createGrid(mercator).bbox[2], 20037508.342789244);
  });

  it('GRD-04: another SRS needs a bbox', () => {
    assert.throws(
      () => createGrid({ ...mercator, srs: srsByCode('EPSG:25832') }),
      /need a bbox for grid with EPSG:25832/,
    );
  });

  it('GRD-08: named levels move with their resolution', () => {
    const grid = createGrid({
      ...mercator,
      res: [
        ['near', 10],
        ['far', 1000],
      ],
    });
    assert.deepEqual([grid.levelName(0), grid.levelName(1)], ['far', 'near']);
    assert.equal(grid.levelByName('near'), 1);
  });

  it('GRD-08: levels without names are numbered with two digits', () => {
    assert.equal(createGrid(mercator).levelName(3), '03');
  });

  it('GRD-08: res excludes min_res', () => {
    assert.throws(() => createGrid({ ...mercator, res: [100, 10], minRes: 50 }), /res excludes min_res/);
  });

  it('GRD-10: 20 levels, 40 for sqrt2', () => {
    assert.equal(createGrid(mercator).levels, 20);
    assert.equal(createGrid({ ...mercator, resFactor: 'sqrt2' }).levels, 40);
  });

  it('GRD-14: levels taken from another grid', () => {
    const other = createGrid({ ...mercator, res: [1024, 512, 256, 128, 64] });
    const aligned = createGrid({ ...mercator, alignWith: other, minRes: 600, maxRes: 100 });
    assert.deepEqual(aligned.resolutions, [512, 256, 128]);
  });

  it('GRD-14: a sqrt2 grid fills up the levels of another', () => {
    const other = createGrid({ ...mercator, res: [400, 200] });
    const aligned = createGrid({ ...mercator, alignWith: other, resFactor: 'sqrt2' });
    assert.deepEqual(aligned.resolutions, [400, 400 / Math.SQRT2, 200, 200 / Math.SQRT2]);
  });

  it('GRD-14: a grid by two skips every second level of a sqrt2 grid', () => {
    const other = createGrid({ ...mercator, resFactor: 'sqrt2', numLevels: 6 });
    const aligned = createGrid({ ...mercator, alignWith: other });
    assert.deepEqual(
      aligned.resolutions,
      other.resolutions.filter((_, level) => level % 2 === 0),
    );
  });
});

describe('tile coordinates', () => {
  it('GRD-22: flip counts rows from the other side', () => {
    assert.deepEqual(createGrid(mercator).flip([1, 0, 2]), [1, 3, 2]);
  });

  it('contains refuses what lies outside a level and levels not there', () => {
    const grid = createGrid(mercator);
    assert.ok(grid.contains([3, 3, 2]));
    for (const coord of [
      [4, 0, 2],
      [0, -1, 2],
      [0, 0, 20],
      [0, 0, -1],
    ] as const)
      assert.ok(!grid.contains(coord));
  });
});

describe('grids within grids', () => {
  it('GRD-23: a part of a grid with the same levels is a subset', () => {
    const part = createGrid({ ...mercator, numLevels: 5, origin: 'nw' });
    assert.ok(isSubset(part, createGrid(mercator)));
  });

  it('GRD-23: another level in between is not', () => {
    const other = createGrid({ ...mercator, resFactor: 'sqrt2' });
    assert.ok(!isSubset(other, createGrid(mercator)));
  });
});
