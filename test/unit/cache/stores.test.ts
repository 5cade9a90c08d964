import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openDatabase } from '../../../src/cache/store/sqlite.ts';
import type { TileCoord } from '../../../src/grid/types.ts';
import { ConfigError, RequestError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { buildStore, filesIn } from '../../support/stores.ts';
import { temporaryFolder } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const BODY = Buffer.from('a tile');
const COORD: TileCoord = [3, 4, 2];

/** From MapProxy by test/support/reference/cache-paths.py. */
const LAYOUTS: readonly [row: string, layout: string, coord: TileCoord, path: string][] = [
  ['CCH-02', 'tc', [3, 4, 2], '02/000/000/003/000/000/004.png'],
  ['CCH-02', 'tc', [1234567, 87654321, 28], '28/001/234/567/087/654/321.png'],
  ['CCH-03', 'mp', [3, 4, 2], '02/0000/0003/0000/0004.png'],
  ['CCH-03', 'mp', [1234567, 87654321, 28], '28/0123/4567/8765/4321.png'],
  ['CCH-04', 'tms', [3, 4, 2], '2/3/4.png'],
  ['CCH-05', 'reverse_tms', [3, 4, 2], '4/3/2.png'],
  ['CCH-06', 'quadkey', [3, 4, 2], '11.png'],
  ['CCH-06', 'quadkey', [12345, 67890, 17], '20011200200331021.png'],
  ['CCH-06', 'quadkey', [1234567, 87654321, 28], '0202002320121323233230220113.png'],
  ['CCH-07', 'arcgis', [0x12d687, 0x5397fb1, 9], 'L09/R05397fb1/C0012d687.png'],
  ['CCH-07', 'arcgis', [12345, 67890, 17], 'L17/R00010932/C00003039.png'],
];

describe('file store', () => {
  for (const [row, layout, coord, path] of LAYOUTS) {
    it(`${row}: ${layout} keeps ${coord.join('/')} in ${path}`, async (test) => {
      const { store, folder } = await buildStore(test, { directory_layout: layout });
      await store.store([{ coord, body: BODY }]);
      assert.deepEqual(await filesIn(join(folder, 'osm_EPSG900913')), [path]);
    });
  }

  it('CCH-01: grids by name', async (test) => {
    const { store, folder } = await buildStore(test, { use_grid_names: true });
    await store.store([{ coord: COORD, body: BODY }]);
    assert.deepEqual(await filesIn(folder), ['osm/GLOBAL_MERCATOR/02/000/000/003/000/000/004.png']);
  });

  it('CCH-01: an exact directory', async (test) => {
    const { store, folder } = await buildStore(test, { directory: './exact', directory_layout: 'tms' });
    await store.store([{ coord: COORD, body: BODY }]);
    assert.deepEqual(await filesIn(folder), ['exact/2/3/4.png']);
  });

  it('CCH-01: an exact directory is for one grid', async (test) => {
    await assert.rejects(
      buildStore(test, { directory: 'x' }, { hasSeveralGrids: true }),
      (error) =>
        error instanceof ConfigError && error.message === 'using single directory for cache with multiple grids in osm',
    );
  });

  it('answers at once, with the time of the file', async (test) => {
    const { store, folder } = await buildStore(test, { directory_layout: 'tms' });
    await store.store([{ coord: COORD, body: BODY }]);
    await utimes(join(folder, 'osm_EPSG900913/2/3/4.png'), 1000, 1000);
    assert.deepEqual(store.load(COORD), {
      body: BODY,
      mimeType: 'image/png',
      timestamp: 1000,
      cacheable: true,
      answer: undefined,
    });
  });

  it('what is not there is null, an empty file too', async (test) => {
    const { store, folder } = await buildStore(test, { directory_layout: 'tms' });
    assert.equal(store.load(COORD), null);
    await mkdir(join(folder, 'osm_EPSG900913/2/3'), { recursive: true });
    await writeFile(join(folder, 'osm_EPSG900913/2/3/4.png'), '');
    assert.equal(store.load(COORD), null);
  });

  it('TILE-25: an old tile is replaced, and nothing else is left behind', async (test) => {
    const { store, folder } = await buildStore(test);
    for (const text of ['old', 'new']) await store.store([{ coord: COORD, body: Buffer.from(text) }]);
    const files = await filesIn(folder);
    assert.equal(files.length, 1);
    assert.equal(await readFile(join(folder, files[0] ?? ''), 'utf8'), 'new');
  });

  it('SEC-06: never wider than 0755 and 0644, whatever the umask says', async (test) => {
    const umask = process.umask(0);
    test.after(() => process.umask(umask));
    const { store, folder } = await buildStore(test);
    await store.store([{ coord: COORD, body: BODY }]);
    assert.equal((await stat(join(folder, 'osm_EPSG900913'))).mode & 0o777, 0o755);
    assert.equal((await stat(join(folder, 'osm_EPSG900913/02/000/000/003/000/000/004.png'))).mode & 0o777, 0o644);
  });

  it('GLB-35: configured modes are set against the umask, on every new directory', async (test) => {
    const { store, folder } = await buildStore(test, {}, { permissions: { directory: 0o775, file: 0o664 } });
    await store.store([{ coord: COORD, body: BODY }]);
    const file = join(folder, 'osm_EPSG900913/02/000/000/003/000/000/004.png');
    assert.equal((await stat(file)).mode & 0o777, 0o664);
    for (let directory = dirname(file); directory !== folder; directory = dirname(directory)) {
      assert.equal((await stat(directory)).mode & 0o777, 0o775, directory);
    }
  });

  it('CCH-09: dimensions are directories above', async (test) => {
    const { store, folder } = await buildStore(test, { directory_layout: 'tms' });
    const dimensions = new Map([
      ['dim_level', '700'],
      ['time', 't'],
      ['elevation', ''],
      ['dim_a', 'x'],
    ]);
    await store.store([{ coord: COORD, body: BODY }], dimensions);
    assert.deepEqual(await filesIn(join(folder, 'osm_EPSG900913')), [
      'elevation-default/time-t/dim_a-x/dim_level-700/2/3/4.png',
    ]);
    assert.deepEqual((await store.load(COORD, dimensions))?.body, BODY);
  });

  for (const value of ['../x', 'a/b', '..', 'a\\b', 'a\0b', 'long'.repeat(100)]) {
    it(`CCH-09, SEC-05: a dimension of ${JSON.stringify(value)} is refused, not a crash`, async (test) => {
      const { store } = await buildStore(test);
      assert.throws(() => store.load(COORD, new Map([['time', value]])), RequestError);
    });
  }

  it('SEC-05: whatever dimensions say, nothing is written outside the cache directory', async (test) => {
    const { store, folder } = await buildStore(test);
    const root = join(folder, 'osm_EPSG900913');
    const part = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', '\0', '%2e%2e', '~', ' ', '\n', 'a', '\u2025', 'é'),
      fc.string(),
    );
    const value = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const dimensions = fc.dictionary(
      fc.oneof(
        fc.constantFrom('time', 'elevation'),
        value.map((text) => `dim_${text}`),
      ),
      value,
      {
        minKeys: 1,
        maxKeys: 3,
      },
    );
    await fc.assert(
      fc.asyncProperty(dimensions, async (values) => {
        const wanted = new Map(Object.entries(values));
        try {
          await store.store([{ coord: COORD, body: BODY }], wanted);
        } catch (error) {
          assert.ok(error instanceof RequestError, String(error));
          assert.equal(error.status, 400);
          return;
        }
        assert.deepEqual((await store.load(COORD, wanted))?.body, BODY);
      }),
      { numRuns: 200 },
    );
    assert.deepEqual(await readdir(folder), ['osm_EPSG900913']);
    for (const file of await filesIn(root)) assert.match(file, /(?:^|\/)02\/000\/000\/003\/000\/000\/004\.png$/);
    const depths = (await filesIn(root)).map((file) => file.split('/').length);
    assert.ok(Math.max(...depths) <= 3 + 7, 'a value is one directory');
  });

  it('CCH-06: quadkey has no place for dimensions', async (test) => {
    const { store } = await buildStore(test, { directory_layout: 'quadkey' });
    assert.throws(() => store.load(COORD, new Map([['time', 't']])), RequestError);
  });
});

describe('mbtiles store', () => {
  it('CCH-10: has the tables of MapProxy, rows in the count of the grid', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles' });
    await store.store([
      { coord: COORD, body: BODY },
      { coord: [0, 1, 2], body: Buffer.from('other') },
    ]);
    const database = openDatabase(join(folder, 'osm.mbtiles'), { readonly: true });
    test.after(() => database.close());
    const row = database.prepare('SELECT * FROM tiles WHERE zoom_level = 2 AND tile_column = 3').raw().get();
    assert.deepEqual(row, [2, 3, 4, BODY]);
    const index = database.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").raw().get();
    assert.deepEqual(index, ['idx_tile']);
    const name = database.prepare("SELECT value FROM metadata WHERE name = 'name'").raw().get();
    assert.deepEqual(name, ['osm']);
  });

  it('CCH-10: filename in the cache directory, or relative to the configuration', async (test) => {
    for (const [filename, path] of [
      ['a.mbtiles', 'base/a.mbtiles'],
      ['./b.mbtiles', 'b.mbtiles'],
    ] as const) {
      const folder = await temporaryFolder(test);
      const own = { baseDirectory: join(folder, 'base'), resolvePath: (name: string) => join(folder, name) };
      const { store } = await buildStore(test, { type: 'mbtiles', filename }, own);
      assert.equal(store.load(COORD), null);
      assert.deepEqual(await filesIn(folder), [path]);
    }
  });

  it('answers at once, with the time of the database', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles' });
    await store.store([{ coord: COORD, body: BODY }]);
    await utimes(join(folder, 'osm.mbtiles'), 1000, 1000);
    assert.deepEqual(store.load(COORD), {
      body: BODY,
      mimeType: 'image/png',
      timestamp: 1000,
      cacheable: true,
      answer: undefined,
    });
  });

  it('replaces an old tile', async (test) => {
    const { store } = await buildStore(test, { type: 'mbtiles' });
    for (const text of ['old', 'new']) await store.store([{ coord: COORD, body: Buffer.from(text) }]);
    assert.equal((await store.load(COORD))?.body.toString(), 'new');
  });

  it('GLB-36: WAL where the configuration asks for it', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles', sqlite_wal: true });
    await store.store([{ coord: COORD, body: BODY }]);
    assert.ok((await filesIn(folder)).includes('osm.mbtiles-wal'));
  });

  it('reads a file written by another program', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles' });
    const database = openDatabase(join(folder, 'osm.mbtiles'));
    database.exec('CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)');
    database.exec('CREATE TABLE metadata (name text, value text)');
    database.prepare('INSERT INTO tiles VALUES (?, 3, 4, ?)').run(2, BODY);
    database.close();
    assert.deepEqual((await store.load(COORD))?.body, BODY);
  });
});

describe('both stores', () => {
  for (const type of ['file', 'mbtiles']) {
    it(`${type}: a place that cannot be written is an error, not silence`, {
      skip: process.getuid?.() === 0,
    }, async (test) => {
      const { store, folder } = await buildStore(test, { type });
      await chmod(folder, 0o500);
      await assert.rejects(store.store([{ coord: COORD, body: BODY }]));
    });
  }
});
