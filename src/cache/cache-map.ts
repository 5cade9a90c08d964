import { bboxEquals, resolutionOf } from '../grid/bbox.ts';
import type { AffectedTiles } from '../grid/tile-grid.ts';
import type { Bbox, Size, TileCoord } from '../grid/types.ts';
import { RequestError } from '../http/errors.ts';
import { blankRaster, decodeImage, MAX_PIXELS, paste, type Raster } from '../image/raster.ts';
import { resample } from '../image/resample.ts';
import { getLogger } from '../log.ts';
import type { Srs } from '../srs/srs.ts';
import type { TileCache, TileRequest } from './tile-cache.ts';

const log = getLogger('mapproxy.image');

/** Tiles read and decoded at a time: enough to keep the library's threads busy, few enough for the memory. */
const TILES_AT_ONCE = 16;

/** The map wanted. */
export interface CacheQuery extends TileRequest {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
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
 * Draws a map from the cache's tiles in the cache's SRS (rows GRD-16, GRD-17, IMG-17). Null: nothing there.
 *
 * @throws RequestError for more tiles than allowed (row GLB-33) and for another SRS, SourceError of the cache's sources
 */
export async function drawFromCache(
  caches: readonly TileCache[],
  query: CacheQuery,
  options: { readonly maxTiles: number },
): Promise<CacheMap | null> {
  const cache = caches.find(({ grid }) => grid.srs.equals(query.srs));
  if (cache === undefined) {
    const offered = caches.map(({ grid }) => grid.srs.code).join(', ');
    throw new RequestError(`reprojection from ${offered} to ${query.srs.code} is not available yet`);
  }
  const affected = affectedTiles(cache, query);
  if (affected === null) return null;
  const count = affected.size[0] * affected.size[1];
  const pixels = count * cache.grid.tileSize[0] * cache.grid.tileSize[1];
  if (count >= options.maxTiles || pixels > MAX_PIXELS) {
    const reason = `too many tiles, max_tile_limit: ${options.maxTiles}, num_tiles: ${count}`;
    throw new RequestError(`Request too large or invalid BBOX. (${reason})`);
  }
  const mosaic = await loadMosaic(cache, affected, query);
  if (mosaic === null) return null;
  return {
    ...mosaic,
    raster: await resample(mosaic.raster, affected.bbox, query.bbox, query.size, cache.image.resampling),
  };
}

function affectedTiles(cache: TileCache, { bbox, size }: CacheQuery): AffectedTiles | null {
  try {
    return cache.grid.affectedTiles(bbox, size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const resolution = resolutionOf(bbox, size);
    throw new RequestError(`Request too large or invalid BBOX. (${error.message}, resolution ${resolution})`);
  }
}

async function loadMosaic(cache: TileCache, affected: AffectedTiles, query: CacheQuery): Promise<CacheMap | null> {
  const [width, height] = cache.grid.tileSize;
  const [columns, rows] = affected.size;
  const wanted = [...affected.tiles()].entries();
  const mosaic = blankRaster([columns * width, rows * height]);
  let [found, opaque, cacheable] = [0, true, true];

  // Each worker takes the next tile that nobody has taken.
  const work = async () => {
    for (const [index, coord] of wanted) {
      const tile = coord === null ? null : await cache.getTile(coord, query);
      const raster = tile === null || coord === null ? undefined : await decodeTile(tile.body, cache, coord, query);
      if (raster === undefined) {
        opaque = false;
        cacheable &&= tile === null;
        continue;
      }
      paste(mosaic, raster, (index % columns) * width, Math.floor(index / columns) * height);
      found++;
      opaque &&= raster.opaque;
      cacheable &&= tile?.cacheable ?? true;
    }
  };
  await Promise.all(Array.from({ length: TILES_AT_ONCE }, work));
  return found === 0 && cacheable ? null : { raster: { ...mosaic, opaque }, cacheable };
}

/** A stored tile that cannot be read is removed, and missing from this map (row IMG-19). */
async function decodeTile(
  body: Buffer,
  cache: TileCache,
  coord: TileCoord,
  { dimensions }: CacheQuery,
): Promise<Raster | undefined> {
  try {
    return await decodeImage(body);
  } catch (err) {
    log.warn({ err }, `unable to load tile ${coord.join('/')} of cache ${cache.name}, removing it`);
    await cache.remove(coord, dimensions);
    return undefined;
  }
}

function isSize(one: Size, two: Size): boolean {
  return one[0] === two[0] && one[1] === two[1];
}
