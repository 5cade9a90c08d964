import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createGrid } from '../../../src/grid/create-grid.ts';
import { MetaGrid } from '../../../src/grid/meta-grid.ts';
import type { TileGrid } from '../../../src/grid/tile-grid.ts';
import type { Bbox, Size, TileCoord } from '../../../src/grid/types.ts';
import { srsByCode } from '../../../src/srs/srs.ts';

/** What test/support/reference/grids.py wrote of MapProxy's own computation. */
interface Reference {
  name: string;
  options: {
    srs: string;
    bbox: Bbox;
    bbox_srs?: string;
    origin?: 'nw' | 'sw';
    tile_size?: Size;
    res?: number[];
    res_factor?: number | 'sqrt2';
    num_levels?: number;
    min_res?: number;
    max_res?: number;
    threshold_res?: number[];
    stretch_factor?: number;
  };
  bbox: Bbox;
  resolutions: number[];
  gridSizes: Size[];
  supportsOther: boolean;
  tileBboxes: [TileCoord, Bbox][];
  closest: [number, number][];
  affected: ([Bbox, Size, null] | [Bbox, Size, number, Bbox, Size, (TileCoord | null)[]])[];
  meta: [Size, number, TileCoord, TileCoord, Bbox, Size, [TileCoord | null, [number, number]][]][];
}

const file = new URL('../../fixtures/mapproxy-grids.json', import.meta.url);
const references = JSON.parse(readFileSync(file, 'utf8')) as Reference[];

for (const reference of references) {
  describe(`grid '${reference.name}' as MapProxy computes it`, () => {
    const grid = gridOf(reference);

    it('GRD-04, GRD-05: bbox', () => {
      assertNear(grid.bbox, reference.bbox);
    });

    it('GRD-08 to GRD-13: resolutions', () => {
      assertNear(grid.resolutions, reference.resolutions);
    });

    it('GRD-19: columns and rows', () => {
      assert.deepEqual(grid.gridSizes, reference.gridSizes);
    });

    it('GRD-21: tile bboxes', () => {
      for (const [coord, bbox] of reference.tileBboxes) assertNear(grid.tileBbox(coord), bbox);
    });

    it('GRD-22: whether the other origin can be used', () => {
      assert.equal(grid.supportsOrigin(grid.origin === 'sw' ? 'nw' : 'sw'), reference.supportsOther);
    });

    it('GRD-15, GRD-16: the level for a resolution', () => {
      for (const [resolution, level] of reference.closest) {
        assert.equal(grid.closestLevel(resolution), level, `for ${resolution}`);
      }
    });

    it('GRD-17, GRD-20: affected tiles, row by row from the top', () => {
      for (const [bbox, size, level, tilesBbox, tilesSize, firstTiles] of reference.affected) {
        const affected = grid.affectedTiles(bbox, size);
        if (level === null) {
          assert.equal(affected, null);
          continue;
        }
        assert.ok(affected !== null);
        assert.equal(affected.level, level);
        assert.deepEqual(affected.size, tilesSize);
        assertNear(affected.bbox, tilesBbox);
        assert.deepEqual([...take(affected.tiles(), 40)], firstTiles);
      }
    });

    it('GRD-24: meta tiles', () => {
      for (const [metaSize, buffer, coord, main, bbox, size, parts] of reference.meta) {
        const meta = new MetaGrid(grid, metaSize, buffer).metaTile(coord);
        assert.deepEqual(meta.main, main);
        assertNear(meta.bbox, bbox);
        assert.deepEqual(meta.size, size);
        assert.deepEqual(
          meta.parts.map((part) => [part.coord, [part.left, part.top]]),
          parts.filter(([at]) => at !== null),
        );
      }
    });
  });
}

function gridOf({ name, options }: Reference): TileGrid {
  return createGrid({
    name,
    srs: srsByCode(options.srs),
    bbox: options.bbox,
    bboxSrs: options.bbox_srs === undefined ? undefined : srsByCode(options.bbox_srs),
    origin: options.origin ?? 'sw',
    tileSize: options.tile_size ?? [256, 256],
    res: options.res,
    resFactor: options.res_factor ?? 2,
    numLevels: options.num_levels,
    minRes: options.min_res,
    maxRes: options.max_res,
    thresholdRes: options.threshold_res,
    stretchFactor: options.stretch_factor ?? 1.15,
    maxShrinkFactor: 4,
  });
}

/** Equal but for the last digits: ours come from another library's logarithms and projections. */
function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [index, value] of actual.entries()) {
    const wanted = expected[index] ?? Number.NaN;
    assert.ok(
      Math.abs(value - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
      `${value} is not ${wanted} at ${index}`,
    );
  }
}

function* take<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === count) return;
    yield item;
  }
}
