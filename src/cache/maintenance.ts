import { bboxIntersection } from '../grid/bbox.ts';
import type { Bbox, TileCoord } from '../grid/types.ts';
import type { MaintenanceProgress, MaintenanceTask } from '../http/maintenance.ts';
import { getLogger } from '../log.ts';
import { srsByCode } from '../srs/srs.ts';
import type { TileCache } from './tile-cache.ts';

const log = getLogger('mapproxy.cache.tile');

/** More than this is work for a seeding tool, and would keep a worker busy for days. */
const MAX_TILES = 1_000_000;

/** Tiles removed or made at a time: the worker serves beside. */
const AT_ONCE = 4;

/** Milliseconds between two reports. */
const TELL_INTERVAL = 500;

/**
 * Removes tiles, or removes and makes them anew, of all these caches. Tiles of dimensions are left alone.
 *
 * @throws RangeError for an area or levels that are not there, or too many tiles
 */
export async function maintainTiles(
  caches: readonly TileCache[],
  task: MaintenanceTask,
  tell: (progress: MaintenanceProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const areas = caches.flatMap((cache) => areasOf(cache, task));
  const tiles = areas.reduce((sum, { count }) => sum + count, 0);
  if (areas.length === 0) throw new RangeError('no level or tile is there');
  if (tiles > MAX_TILES) throw new RangeError(`${tiles} tiles are more than ${MAX_TILES}: give a bbox or fewer levels`);
  const steps = task.action === 'refresh' ? [removeTile, makeTile] : [removeTile];
  const progress = { done: 0, failed: 0, total: tiles * steps.length, isFinished: false };
  let toldAt = 0;
  // All are removed before the first is made: tiles are made together with their neighbours.
  for (const step of steps) {
    for (const { cache, coords } of areas) {
      const waiting = coords();
      const work = async (): Promise<void> => {
        for (const coord of waiting) {
          signal.throwIfAborted();
          try {
            await step(cache, coord, signal);
          } catch (err) {
            signal.throwIfAborted();
            progress.failed++;
            log.warn({ err }, `${task.action} of tile ${coord.join('/')} of cache ${cache.name} failed`);
          }
          progress.done++;
          if (performance.now() - toldAt < TELL_INTERVAL) continue;
          toldAt = performance.now();
          tell({ ...progress });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }
  }
  tell({ ...progress, isFinished: true });
}

async function removeTile(cache: TileCache, coord: TileCoord): Promise<void> {
  await cache.remove(coord);
}

async function makeTile(cache: TileCache, coord: TileCoord, signal: AbortSignal): Promise<void> {
  await cache.getTile(coord, { signal, isSeeding: true });
}

/** The tiles of one level. */
interface Area {
  readonly cache: TileCache;
  readonly count: number;
  coords(): Generator<TileCoord>;
}

function areasOf(cache: TileCache, { bbox, srs, levels }: MaintenanceTask): Area[] {
  const { grid } = cache;
  const asked: Bbox =
    bbox === undefined || srs === undefined ? grid.bbox : srsByCode(srs).transformBbox(grid.srs, bbox);
  const shared = bboxIntersection(asked, grid.bbox);
  if (shared === undefined) return [];
  const [first, last] = levels ?? [0, grid.levels - 1];
  const wanted = Array.from({ length: Math.min(last, grid.levels - 1) - first + 1 }, (_, index) => first + index);
  return wanted.map((level) => {
    const affected = grid.affectedLevelTiles(shared, level);
    return { cache, count: affected.size[0] * affected.size[1], coords: () => inGrid(affected.tiles()) };
  });
}

function* inGrid(tiles: Iterable<TileCoord | null>): Generator<TileCoord> {
  for (const coord of tiles) if (coord !== null) yield coord;
}
