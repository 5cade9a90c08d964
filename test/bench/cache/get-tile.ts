/**
 * CPU of one cached tile on its way out of the store, without services and gateways: what `TileCache.getTile` costs.
 *
 *     node --import tsx test/bench/cache/get-tile.ts [TILES] [BYTES]
 *
 * Tiles are asked for in an order that jumps about; all of them are in the page cache of the system, and
 * either in the worker's own memory or not.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreContext, TileStore } from '../../../src/cache/store/contract.ts';
import { storeDefinitions } from '../../../src/cache/store/index.ts';
import { TileMemory } from '../../../src/cache/store/tile-memory.ts';
import { TileCache } from '../../../src/cache/tile-cache.ts';
import { createGrid } from '../../../src/grid/create-grid.ts';
import type { TileCoord } from '../../../src/grid/types.ts';
import { globalImageOptions, imageSettings } from '../../../src/image/options.ts';
import { srsByCode } from '../../../src/srs/srs.ts';

const [tiles = 1024, bytes = 8192] = process.argv.slice(2).map(Number);
const ROUNDS = 60;
const LEVEL = 12;
/** Prime to the number of tiles, so that every tile comes up. */
const STRIDE = 617;

/** Bytes: enough for all tiles of a run. */
const MEMORY = 256 * 2 ** 20;

const grid = createGrid({
  name: 'mercator',
  srs: srsByCode('EPSG:3857'),
  origin: 'nw',
  tileSize: [256, 256],
  resFactor: 2,
  stretchFactor: 1.15,
  maxShrinkFactor: 4,
});

const directory = await mkdtemp(join(tmpdir(), 'mapgate-bench-'));
try {
  for (const type of ['file', 'mbtiles']) {
    await measure(type, 0);
    await measure(type, MEMORY);
  }
} finally {
  await rm(directory, { recursive: true });
}

async function measure(type: string, memory: number): Promise<void> {
  const store = storeOf(type, memory);
  const coords = Array.from(
    { length: tiles },
    (_, index): TileCoord => [2000 + (index % 64), 1300 + (index >> 6), LEVEL],
  );
  const body = randomBytes(bytes);
  await store.store(coords.map((coord) => ({ coord, body })));
  // What was written just now is not kept in memory yet.
  await sleep(500);
  const cache = new TileCache({
    name: 'bench',
    grid,
    image: imageSettings(globalImageOptions.parse({}), 'image/png'),
    store,
    sourcesTakeDimensions: true,
    maker: undefined,
    keepsTiles: true,
    coverage: undefined,
    isExpired: undefined,
    rescale: undefined,
    concurrency: 2,
  });
  const options = { signal: new AbortController().signal };
  const run = (rounds: number) => {
    let sum = 0;
    for (let at = 0; at < rounds * tiles; at++) {
      const tile = cache.getTile(coords[(at * STRIDE) % tiles] ?? [0, 0, 0], options);
      if (tile === null || tile instanceof Promise) throw new Error('not answered at once');
      sum += tile.body.length;
    }
    return sum;
  };
  run(ROUNDS / 4);
  const cpu = process.cpuUsage();
  run(ROUNDS);
  const { user, system } = process.cpuUsage(cpu);
  const each = (microseconds: number) => (microseconds / (ROUNDS * tiles)).toFixed(2);
  const kept = memory === 0 ? 'from the store' : 'in memory';
  console.log(
    `${type}, ${kept}: ${each(user + system)} us of CPU for a tile of ${bytes} bytes (${each(system)} in the kernel)`,
  );
  await cache.close();
}

function storeOf(type: string, memory: number): TileStore {
  const definition = storeDefinitions.find((one) => one.type === type);
  if (definition === undefined) throw new Error(`no store of type ${type}`);
  const context: StoreContext = {
    cacheName: 'bench',
    grid,
    srsPathName: 'EPSG3857',
    hasSeveralGrids: false,
    baseDirectory: directory,
    extension: 'png',
    permissions: { directory: undefined, file: undefined },
    linkSingleColors: undefined,
    sqliteTimeout: 30,
    sqliteWal: undefined,
    mimeTypeOf: () => 'image/png',
    memory: new TileMemory(memory),
    resolvePath: (path) => join(directory, path),
  };
  return definition.build(definition.options.parse({ type }), context);
}
