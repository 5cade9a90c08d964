import { bboxEquals } from './bbox.ts';
import type { TileGrid } from './tile-grid.ts';
import type { Size } from './types.ts';

/** Two boxes of tiles are the same when they differ by less than this part of a pixel. */
const PIXEL_TOLERANCE = 1 / 1000;

/**
 * Whether every tile of `grid` exists in `other` with the same area and resolution, so that tiles can be copied from
 * one cache to the other (row GRD-23). Numbers of tiles may differ.
 */
export function isSubset(grid: TileGrid, other: TileGrid): boolean {
  if (!grid.srs.equals(other.srs)) return false;
  if (grid.tileSize[0] !== other.tileSize[0] || grid.tileSize[1] !== other.tileSize[1]) return false;
  return grid.resolutions.every((resolution, level) => {
    const [columns, rows] = grid.gridSize(level);
    const bbox = grid.tilesBbox([0, 0, level], [columns - 1, rows - 1, level]);
    const size: Size = [columns * grid.tileSize[0], rows * grid.tileSize[1]];
    const affected = other.affectedTiles(bbox, size);
    if (affected === null || other.resolution(affected.level) !== resolution) return false;
    const tolerance = resolution * PIXEL_TOLERANCE;
    return bboxEquals(affected.bbox, bbox, [tolerance, tolerance]);
  });
}
