import { bboxEquals, resolutionOf } from '../grid/bbox.ts';
import type { AffectedTiles } from '../grid/tile-grid.ts';
import type { Bbox, Size, TileCoord } from '../grid/types.ts';
import { RequestError } from '../http/errors.ts';
import { neededBbox } from '../image/needed-bbox.ts';
import { MAX_PIXELS, type Raster } from '../image/raster.ts';
import { reproject } from '../image/reproject.ts';
import { resample } from '../image/resample.ts';
import { getLogger } from '../log.ts';
import type { Srs } from '../srs/srs.ts';
import { waitingFor } from '../waiting.ts';
import type { CreateRequest } from './creator.ts';
import { drawMosaic } from './mosaic.ts';
import type { TileCache } from './tile-cache.ts';

const log = getLogger('mapproxy.image');

/** The map wanted. */
export interface CacheQuery extends CreateRequest {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
}

export interface DrawOptions {
  /** Row GLB-33. */
  readonly maxTiles: number;
  /** The system to draw from for a map in `target`, of those that the cache has (rows TILE-03, GLB-40). */
  readonly preferredSrs: (target: Srs, offered: readonly Srs[]) => Srs;
}

/** A map drawn from tiles. */
export interface CacheMap {
  readonly raster: Raster;
  readonly cacheable: boolean;
}

/** The query's only tile, when it is exactly one. */
export function singleTile(cache: TileCache, query: CacheQuery): TileCoord | undefined {
  if (!cache.grid.srs.equals(query.srs) || !isSize(query.size, cache.grid.tileSize)) return undefined;
  const affected = cache.grid.affectedTiles(query.bbox, query.size);
  if (affected === null || !isSize(affected.size, [1, 1])) return undefined;
  const tolerance = cache.grid.resolution(affected.level) / 10;
  const [tile] = affected.tiles();
  return bboxEquals(affected.bbox, query.bbox, [tolerance, tolerance]) ? (tile ?? undefined) : undefined;
}

/**
 * Draws a map from tiles of the grid that fits best (rows GRD-16, GRD-17, IMG-17, TILE-03). Null: nothing there.
 *
 * @param caches one cache, seen through each of its grids
 * @throws RequestError for more tiles than allowed (row GLB-33), SourceError of the cache's sources
 */
export async function drawFromCache(
  caches: readonly TileCache[],
  query: CacheQuery,
  { maxTiles, preferredSrs }: DrawOptions,
): Promise<CacheMap | null> {
  const cache = cacheFor(caches, query.srs, preferredSrs);
  const affected = cache === undefined ? null : affectedTiles(cache, query);
  if (cache === undefined || affected === null) return null;
  const count = affected.size[0] * affected.size[1];
  const pixels = count * cache.grid.tileSize[0] * cache.grid.tileSize[1];
  if (count >= maxTiles || pixels > MAX_PIXELS) {
    const reason = `too many tiles, max_tile_limit: ${maxTiles}, num_tiles: ${count}`;
    throw new RequestError(`Request too large or invalid BBOX. (${reason})`);
  }
  const mosaic = await loadMosaic(cache, affected, query);
  if (mosaic === null) return null;
  const raster = await waitingFor(query.signal, 'drawing', '', cutOut(mosaic.raster, affected.bbox, cache, query));
  return { ...mosaic, raster };
}

function cacheFor(
  caches: readonly TileCache[],
  target: Srs,
  preferredSrs: DrawOptions['preferredSrs'],
): TileCache | undefined {
  const offered = caches.map(({ grid }) => grid.srs);
  const srs = preferredSrs(target, offered);
  return caches.find(({ grid }) => grid.srs === srs) ?? caches.find(({ grid }) => grid.srs.equals(srs));
}

function cutOut(mosaic: Raster, mosaicBbox: Bbox, cache: TileCache, query: CacheQuery): Promise<Raster> {
  const { bbox, size, srs } = query;
  const { resampling: method } = cache.image;
  if (cache.grid.srs.equals(srs)) return resample(mosaic, mosaicBbox, bbox, size, method);
  return reproject(mosaic, {
    fromBbox: mosaicBbox,
    fromSrs: cache.grid.srs,
    toBbox: bbox,
    toSrs: srs,
    size,
    method,
  });
}

function affectedTiles(cache: TileCache, { bbox, size, srs }: CacheQuery): AffectedTiles | null {
  const { grid } = cache;
  const needed = neededBbox(bbox, srs, grid.srs, grid.bbox);
  if (needed === undefined) return null;
  try {
    return grid.affectedTiles(needed, size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const resolution = resolutionOf(bbox, size);
    throw new RequestError(`Request too large or invalid BBOX. (${error.message}, resolution ${resolution})`);
  }
}

async function loadMosaic(cache: TileCache, affected: AffectedTiles, query: CacheQuery): Promise<CacheMap | null> {
  const coords = [...affected.tiles()];
  const tiles = await cache.getTiles(coords, query);
  const drawing = drawMosaic(cache.grid, affected.size, tiles, (index, err) =>
    removeBroken(cache, coords[index] ?? null, query, err),
  );
  const { raster, found, broken } = await waitingFor(query.signal, 'drawing', '', drawing);
  const cacheable = broken === 0 && tiles.every((tile) => tile?.cacheable ?? true);
  return found === 0 && cacheable ? null : { raster, cacheable };
}

/** A stored tile that cannot be read is removed, and missing from this map (row IMG-19). */
async function removeBroken(
  cache: TileCache,
  coord: TileCoord | null,
  { dimensions }: CacheQuery,
  err: unknown,
): Promise<void> {
  if (coord === null) return;
  log.warn({ err }, `unable to load tile ${coord.join('/')} of cache ${cache.name}, removing it`);
  await cache.remove(coord, dimensions);
}

function isSize(one: Size, two: Size): boolean {
  return one[0] === two[0] && one[1] === two[1];
}
