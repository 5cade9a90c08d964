import type { TileGrid } from '../../grid/tile-grid.ts';
import type { Bbox, TileCoord } from '../../grid/types.ts';
import { MERCATOR_LIMIT, type Srs, srsByCode } from '../../srs/srs.ts';
import type { TileMap } from '../tms/tile-map.ts';

/** A tile of the next level. */
export interface SubTile {
  /** As URLs count it: rows from the south. */
  readonly coord: TileCoord;
  /** Degrees. */
  readonly region: Bbox;
}

const WORLD: Bbox = [-180, -90, 180, 90];

/** How far outside a tile a corner may lie by rounding, in map units, and still be in it. */
const CORNER_TOLERANCE = 1e-7;

/** How far from the edge of Mercator's world a tile may end, in metres, and still reach the pole. */
const EDGE_TOLERANCE = 0.1;

/** A bbox is transformed by so many points of each edge: MapProxy's number, for the same digits. */
const EDGE_POINTS = 4;

/** Where a tile is as far as it lies within the grid, in degrees; the world where degrees cannot say. */
export function regionOf(grid: TileGrid, coord: TileCoord): Bbox {
  return inDegrees(withinGrid(grid, coord), grid.srs) ?? WORLD;
}

/**
 * The tiles of the next level that begin in a tile: those whose lower left corner lies in it, so that none hangs below
 * two tiles where levels do not halve (row KML-02). None below the last level, for which MapProxy answers 500.
 *
 * @param coord of the tile, in the grid's own origin
 * @param level of the tile, as URLs count it
 */
export function subTiles(tileMap: TileMap, coord: TileCoord, level: number): SubTile[] {
  const { grid } = tileMap.tileSet;
  const gridLevel = tileMap.gridLevel(level + 1, false);
  if (gridLevel >= grid.levels) return [];
  const bbox = withinGrid(grid, coord);
  const found: SubTile[] = [];
  for (const tile of grid.affectedLevelTiles(bbox, gridLevel).tiles()) {
    if (tile === null) continue;
    const [west, south, east, north] = grid.tileBbox(tile);
    if (west - bbox[0] < -CORNER_TOLERANCE || south - bbox[1] < -CORNER_TOLERANCE) continue;
    const region = inDegrees([west, south, east, north], grid.srs);
    if (region === undefined) continue;
    const [x, y] = grid.origin === 'sw' ? tile : grid.flip(tile);
    found.push({ coord: [x, y, level + 1], region });
  }
  return found;
}

function withinGrid(grid: TileGrid, coord: TileCoord): Bbox {
  const [west, south, east, north] = grid.tileBbox(coord);
  const [minX, minY, maxX, maxY] = grid.bbox;
  return [Math.max(west, minX), Math.max(south, minY), Math.min(east, maxX), Math.min(north, maxY)];
}

/** Mercator's world ends before the poles, the globe does not: its edge tiles reach to the poles (row KML-02). */
function inDegrees(bbox: Bbox, srs: Srs): Bbox | undefined {
  const [west, south, east, north] = transformed(bbox, srs) ?? [];
  if (west === undefined || south === undefined || east === undefined || north === undefined) return undefined;
  if (!srs.equals(srsByCode('EPSG:3857'))) return [west, south, east, north];
  const reachesSouth = Math.abs(bbox[1] + MERCATOR_LIMIT) < EDGE_TOLERANCE;
  const reachesNorth = Math.abs(bbox[3] - MERCATOR_LIMIT) < EDGE_TOLERANCE;
  return [west, reachesSouth ? -90 : south, east, reachesNorth ? 90 : north];
}

function transformed(bbox: Bbox, srs: Srs): Bbox | undefined {
  try {
    return srs.transformBbox(srsByCode('EPSG:4326'), bbox, EDGE_POINTS);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
