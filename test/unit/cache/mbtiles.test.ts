import assert from 'node:assert/strict';
import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../../src/cache/store/sqlite.ts';
import { tryLockFile } from '../../../src/lock/file-lock.ts';
import { configureLogging } from '../../../src/log.ts';
import { buildStore } from '../../support/stores.ts';

configureLogging({ level: 'silent' });

const BODY = Buffer.from('a tile');

describe('MBTiles beside other processes', () => {
  it('CCH-10: is made under the lock that MapProxy makes it under', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles', sqlite_timeout: 0.05 });
    const release = await tryLockFile(join(folder, 'osm.mbtiles.init.lck'));
    assert.throws(() => store.load([0, 0, 0]), /osm\.mbtiles\.init\.lck/);
    release?.();
    assert.equal(await store.load([0, 0, 0]), null);
    assert.deepEqual(await readdir(folder), ['osm.mbtiles']);
  });

  it('waits for a transaction of another process, and holds nothing up meanwhile', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles' });
    await store.store([{ coord: [1, 1, 1], body: BODY }]);
    const other = openDatabase(join(folder, 'osm.mbtiles'));
    test.after(() => other.close());
    other.exec('BEGIN EXCLUSIVE');
    const read = store.load([1, 1, 1]);
    const written = store.store([{ coord: [0, 0, 1], body: BODY }]);
    assert.ok(read instanceof Promise);
    await sleep(100);
    other.exec('COMMIT');
    await written;
    assert.deepEqual((await read)?.body, BODY);
    assert.deepEqual((await store.load([0, 0, 1]))?.body, BODY);
  });

  it('GLB-36: not for longer than sqlite_timeout', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles', sqlite_timeout: 0.1 });
    await store.store([{ coord: [1, 1, 1], body: BODY }]);
    const other = openDatabase(join(folder, 'osm.mbtiles'));
    test.after(() => other.close());
    other.exec('BEGIN EXCLUSIVE');
    await assert.rejects(store.store([{ coord: [0, 0, 1], body: BODY }]), /locked/);
    other.exec('COMMIT');
  });

  it('a file that takes the place of the open one is read, and one that is gone made anew', async (test) => {
    const { store, folder } = await buildStore(test, { type: 'mbtiles' });
    const file = join(folder, 'osm.mbtiles');
    await store.store([{ coord: [1, 1, 1], body: BODY }]);
    await rename(file, `${file}.old`);
    assert.equal(await store.load([1, 1, 1]), null);
    await rename(`${file}.old`, file);
    assert.deepEqual((await store.load([1, 1, 1]))?.body, BODY);
  });

  it('GLB-35: the file has the configured mode', async (test) => {
    const permissions = { directory: undefined, file: 0o600 };
    const { store, folder } = await buildStore(test, { type: 'mbtiles' }, { permissions });
    await store.load([1, 1, 1]);
    assert.equal((await stat(join(folder, 'osm.mbtiles'))).mode & 0o777, 0o600);
  });
});
