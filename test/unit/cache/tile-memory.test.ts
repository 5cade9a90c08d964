import assert from 'node:assert/strict';
import { rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { StoredTile } from '../../../src/cache/store/contract.ts';
import { openDatabase } from '../../../src/cache/store/sqlite.ts';
import { TileMemory } from '../../../src/cache/store/tile-memory.ts';
import type { TileCoord } from '../../../src/grid/types.ts';
import { configureLogging } from '../../../src/log.ts';
import { buildStore } from '../../support/stores.ts';

configureLogging({ level: 'silent' });

const COORD: TileCoord = [3, 4, 2];
const MEBIBYTE = 2 ** 20;
/** Long settled: what changed just now is not kept. */
const LONG_AGO = 1_000_000_000;

function tileOf(bytes: number): StoredTile {
  return { body: Buffer.alloc(bytes), mimeType: 'image/png', timestamp: 0, cacheable: true, answer: undefined };
}

function at(x: number): TileCoord {
  return [x, 0, 10];
}

describe('the memory for tiles', () => {
  it('gives the same object again', () => {
    const part = new TileMemory(MEBIBYTE).part<number>();
    const tile = tileOf(10);
    part.set(COORD, undefined, tile, 7);
    const hot = part.get(COORD, undefined);
    assert.equal(hot?.tile, tile);
    assert.equal(hot?.version, 7);
  });

  it('stays below its limit, and the tile that nobody asked for longest makes room', () => {
    const memory = new TileMemory(MEBIBYTE);
    const part = memory.part<number>();
    for (let x = 0; x < 10; x++) part.set(at(x), undefined, tileOf(100_000), 0);
    part.get(at(0), undefined);
    part.set(at(10), undefined, tileOf(100_000), 0);
    assert.ok(memory.bytes <= MEBIBYTE);
    assert.ok(part.get(at(0), undefined));
    assert.equal(part.get(at(1), undefined), undefined);
  });

  it('is one for all stores', () => {
    const memory = new TileMemory(MEBIBYTE);
    const [one, other] = [memory.part<number>(), memory.part<number>()];
    one.set(COORD, undefined, tileOf(1), 1);
    other.set(COORD, undefined, tileOf(2), 2);
    assert.equal(one.get(COORD, undefined)?.version, 1);
    for (let x = 0; x < 20; x++) other.set(at(x), undefined, tileOf(100_000), 0);
    assert.equal(one.get(COORD, undefined), undefined);
  });

  it('counts down what is forgotten', () => {
    const memory = new TileMemory(MEBIBYTE);
    const part = memory.part<number>();
    for (let x = 0; x < 3; x++) part.set(at(x), undefined, tileOf(100), 0);
    part.set(at(0), undefined, tileOf(100), 0);
    part.delete(at(1), undefined);
    part.clear();
    assert.equal(memory.bytes, 0);
  });

  it('tells tiles apart by every number and by their dimensions', () => {
    const part = new TileMemory(MEBIBYTE).part<number>();
    const dimensions = new Map([['time', 'now']]);
    part.set([1, 0, 0], undefined, tileOf(1), 1);
    part.set([0, 2 ** 24 - 1, 0], undefined, tileOf(1), 2);
    part.set([0, 2 ** 24, 0], undefined, tileOf(1), 3);
    part.set([1, 0, 0], dimensions, tileOf(1), 4);
    assert.equal(part.get([1, 0, 0], undefined)?.version, 1);
    assert.equal(part.get([0, 2 ** 24 - 1, 0], undefined)?.version, 2);
    assert.equal(part.get([0, 2 ** 24, 0], undefined)?.version, 3);
    assert.equal(part.get([1, 0, 0], dimensions)?.version, 4);
  });

  it('keeps nothing at a limit of 0, and no tile that would push out most others', () => {
    const none = new TileMemory(0);
    none.part<number>().set(COORD, undefined, tileOf(0), 0);
    assert.equal(none.bytes, 0);
    const some = new TileMemory(MEBIBYTE);
    some.part<number>().set(COORD, undefined, tileOf(MEBIBYTE / 4), 0);
    assert.equal(some.bytes, 0);
  });
});

describe('files in memory', () => {
  const build = async (test: Parameters<typeof buildStore>[0]) => {
    const { store, folder } = await buildStore(
      test,
      { directory: '.', directory_layout: 'tms' },
      { memory: new TileMemory(MEBIBYTE) },
    );
    await store.store([{ coord: COORD, body: Buffer.from('old') }]);
    const file = join(folder, '2/3/4.png');
    await utimes(file, LONG_AGO, LONG_AGO);
    return { store, file };
  };

  it('an unchanged file gives the same tile', async (test) => {
    const { store } = await build(test);
    assert.equal(await store.load(COORD), await store.load(COORD));
  });

  it('a file replaced by another process is seen at once, even with the same time and size', async (test) => {
    const { store, file } = await build(test);
    await store.load(COORD);
    await writeFile(`${file}.new`, 'new');
    await utimes(`${file}.new`, LONG_AGO, LONG_AGO);
    await rename(`${file}.new`, file);
    assert.equal((await store.load(COORD))?.body.toString(), 'new');
  });

  it('a file removed by another process is gone at once', async (test) => {
    const { store, file } = await build(test);
    await store.load(COORD);
    await rm(file);
    assert.equal(await store.load(COORD), null);
  });

  it('a file written a moment ago is read again: its next change may bear the same time', async (test) => {
    const { store, file } = await build(test);
    await utimes(file, LONG_AGO, new Date());
    assert.notEqual(await store.load(COORD), await store.load(COORD));
  });
});

describe('MBTiles in memory', () => {
  for (const wal of [false, true]) {
    const mode = wal ? 'with WAL' : 'without WAL';
    const build = async (test: Parameters<typeof buildStore>[0]) => {
      const { store, folder } = await buildStore(
        test,
        { type: 'mbtiles', sqlite_wal: wal },
        { memory: new TileMemory(MEBIBYTE) },
      );
      await store.store([{ coord: COORD, body: Buffer.from('old') }]);
      const file = join(folder, 'osm.mbtiles');
      for (const name of wal ? [file, `${file}-wal`] : [file]) await utimes(name, LONG_AGO, LONG_AGO);
      return { store, file };
    };

    it(`${mode}: an unchanged database gives the same tile`, async (test) => {
      const { store } = await build(test);
      assert.equal(await store.load(COORD), await store.load(COORD));
    });

    it(`${mode}: what another connection commits is seen at once`, async (test) => {
      const { store, file } = await build(test);
      await store.load(COORD);
      const other = openDatabase(file);
      test.after(() => other.close());
      other.prepare('UPDATE tiles SET tile_data = ? WHERE zoom_level = ?').run(Buffer.from('new'), 2);
      assert.ok((await stat(wal ? `${file}-wal` : file)).mtimeMs > LONG_AGO * 1000);
      assert.equal((await store.load(COORD))?.body.toString(), 'new');
    });

    it(`${mode}: so are its own changes`, async (test) => {
      const { store } = await build(test);
      await store.load(COORD);
      await store.remove(COORD);
      assert.equal(await store.load(COORD), null);
    });
  }
});
