import assert from 'node:assert/strict';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TileCoord } from '../../../src/grid/types.ts';
import { configureLogging } from '../../../src/log.ts';
import { buildStore, filesIn } from '../../support/stores.ts';

configureLogging({ level: 'silent' });

const BODY = Buffer.from('a tile');
const COORDS: readonly TileCoord[] = [
  [1, 1, 1],
  [3, 2, 2],
  [3, 1, 2],
  [12, 7, 10],
];
const DIMENSIONS = new Map([['time', '2020']]);

describe('removing a level of files', () => {
  for (const layout of ['tc', 'mp', 'tms', 'reverse_tms', 'quadkey', 'arcgis']) {
    const hasDimensions = layout !== 'quadkey' && layout !== 'arcgis';

    it(`CCH-04, CCH-05: ${layout} loses the tiles of that level alone, of all dimensions`, async (test) => {
      const { store, folder } = await buildStore(test, { directory: '.', directory_layout: layout });
      const tiles = COORDS.map((coord) => ({ coord, body: BODY }));
      await store.store(tiles);
      if (hasDimensions) await store.store(tiles, DIMENSIONS);
      await store.removeLevel(2);
      for (const coord of COORDS) {
        assert.equal((await store.load(coord)) === null, coord[2] === 2, coord.join('/'));
        if (hasDimensions) assert.equal((await store.load(coord, DIMENSIONS)) === null, coord[2] === 2);
      }
      assert.equal((await filesIn(folder)).length, hasDimensions ? 4 : 2);
    });

    it(`${layout}: or only those made before a time`, async (test) => {
      const { store, folder } = await buildStore(test, { directory: '.', directory_layout: layout });
      await store.store([{ coord: [3, 2, 2], body: BODY }]);
      const [old] = await filesIn(folder);
      await utimes(join(folder, old ?? ''), 1000, 1000);
      await store.store([
        { coord: [3, 1, 2], body: BODY },
        { coord: [1, 1, 1], body: BODY },
      ]);
      await store.removeLevel(2, 2000);
      assert.deepEqual(
        [await store.load([3, 2, 2]), (await store.load([3, 1, 2]))?.body, (await store.load([1, 1, 1]))?.body],
        [null, BODY, BODY],
      );
    });
  }

  it('leaves what is beside the tiles', async (test) => {
    const { store, folder } = await buildStore(test, { directory: '.', directory_layout: 'reverse_tms' });
    await store.store([{ coord: [3, 2, 2], body: BODY }]);
    await writeFile(join(folder, 'notes.txt'), '');
    await store.removeLevel(2);
    assert.deepEqual(await readdir(folder), ['notes.txt']);
  });

  it('nothing happens where nothing is', async (test) => {
    const { store } = await buildStore(test);
    await store.removeLevel(2);
    await store.removeLevel(2, 1000);
    await store.remove([1, 1, 1]);
  });
});

describe('removing a level of MBTiles', () => {
  it('CCH-10: all of it; by time none, as there are no times', async (test) => {
    const { store } = await buildStore(test, { type: 'mbtiles' });
    await store.store(COORDS.map((coord) => ({ coord, body: BODY })));
    await store.removeLevel(2, 4_000_000_000);
    assert.ok(await store.load([3, 2, 2]));
    await store.removeLevel(2);
    assert.deepEqual([await store.load([3, 2, 2]), (await store.load([1, 1, 1]))?.body], [null, BODY]);
  });
});
