import { isSubset } from '../grid/subset.ts';
import type { TileGrid } from '../grid/tile-grid.ts';
import { formatExtension } from '../image/format.ts';
import type { ImageSettings } from '../image/options.ts';
import type { MapSource, TiledSource } from '../source/contract.ts';
import { type DrawOptions, drawFromCache } from './cache-map.ts';
import type { TileCache } from './tile-cache.ts';

/**
 * The cache whose tiles can be taken as they are: every tile of the grid is one of its own, in the same format (row
 * TILE-19).
 */
export function cacheWithSameTiles(
  caches: readonly TileCache[],
  grid: TileGrid,
  image: ImageSettings,
): TileCache | undefined {
  return caches.find(
    (cache) => formatExtension(cache.image.format) === formatExtension(image.format) && isSubset(grid, cache.grid),
  );
}

/** A cache as a source of tiles, of the same dimensions (rows TILE-19, TILE-23). */
export function cacheAsTiledSource(cache: TileCache): TiledSource {
  return {
    ...describe(cache),
    kind: 'tiles',
    grid: cache.grid,
    async getTile(coord, { signal, dimensions }) {
      const tile = await cache.getTile(coord, { signal, dimensions });
      return tile === null ? null : { body: tile.body, cacheable: tile.cacheable };
    },
  };
}

/** A cache, seen through its grids, as a source of maps, asked for meta tiles like a WMS (row TILE-19). */
export function cacheAsMapSource(caches: readonly TileCache[], options: DrawOptions): MapSource {
  const [first] = caches;
  if (first === undefined) throw new RangeError('a cache has one grid at least');
  return {
    ...describe(first),
    kind: 'map',
    getMap: (query) => drawFromCache(caches, query, options),
  };
}

function describe({ name, image, grid, extent }: TileCache): Pick<TiledSource, 'name' | 'image' | 'extent'> {
  // Opacity was applied when the tiles were made.
  return { name, image: { ...image, opacity: undefined }, extent: { bbox: extent, srs: grid.srs } };
}
