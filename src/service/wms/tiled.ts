import { bboxEquals } from '../../grid/bbox.ts';
import type { TileCoord } from '../../grid/types.ts';
import { RequestError } from '../../http/errors.ts';
import type { Query } from '../../http/query.ts';
import { formatExtension } from '../../image/format.ts';
import type { MapLayer, TileLayer, TileSet } from '../../layer/contract.ts';
import type { MapRequest } from './map-request.ts';

/** Whether WMS-C is spoken: maps that are exactly tiles (row WMS-35; OSGeo's WMS Tiling Client Recommendation). */
export function isTiled(query: Query): boolean {
  return query.get('tiled')?.toLowerCase() === 'true';
}

export interface FoundTile {
  readonly tileSet: TileSet;
  readonly coord: TileCoord;
}

/**
 * The tile that a tiled map is. Undefined for layers that have no tiles: they are drawn like any map.
 *
 * @throws RequestError where the layer has tiles and this is none of them
 */
export function findTile(
  layer: MapLayer,
  map: MapRequest,
  tileLayers: ReadonlyMap<string, TileLayer>,
): FoundTile | undefined {
  const tileSets = tileLayers.get(layer.name ?? '')?.tileSets ?? [];
  const tileSet = tileSets.find(({ grid }) => grid.srs.equals(map.srs)) ?? tileSets[0];
  if (tileSet === undefined) return undefined;
  const { grid, format } = tileSet;
  if (formatExtension(map.output.mimeType) !== format) throw invalid(`invalid tile format, use ${format}`);
  const [width, height] = grid.tileSize;
  if (map.size[0] !== width || map.size[1] !== height) throw invalid(`invalid tile size (use ${width}x${height})`);
  return { tileSet, coord: tileAt(tileSet, map) };
}

/** Tolerates a tenth of a pixel. @throws RequestError */
function tileAt({ grid }: TileSet, { bbox, size, srs }: MapRequest): TileCoord {
  const affected = grid.srs.equals(srs) ? affectedTiles(grid, { bbox, size }) : null;
  if (affected === null) throw invalid('query does not align to tile boundaries');
  if (affected.size[0] !== 1 || affected.size[1] !== 1) throw invalid('not a single tile');
  const tolerance = grid.resolution(affected.level) / 10;
  const [coord] = affected.tiles();
  const isTile = bboxEquals(affected.bbox, bbox, [tolerance, tolerance]);
  if (!isTile || coord === undefined || coord === null) throw invalid('query does not align to tile boundaries');
  return coord;
}

/** Null: nothing of the grid is there, or it is between two tiles. */
function affectedTiles(grid: TileSet['grid'], { bbox, size }: Pick<MapRequest, 'bbox' | 'size'>) {
  try {
    return grid.affectedTiles(bbox, size);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function invalid(message: string): RequestError {
  return new RequestError(`Invalid request: ${message}`);
}
