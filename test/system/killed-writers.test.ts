import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../src/cache/store/sqlite.ts';
import { configureLogging } from '../../src/log.ts';
import { temporaryFolder } from '../support/temporary.ts';

configureLogging({ level: 'silent' });

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const WRITER = fileURLToPath(new URL('../support/tile-writer.mjs', import.meta.url));
const KILLS = 100;
const AT_ONCE = 2;

test(`TILE-25: writers killed ${KILLS} times leave no torn tile, in files and in MBTiles`, async (t) => {
  const folder = await temporaryFolder(t);
  const writers = Array.from({ length: AT_ONCE }, async (_, writer) => {
    for (let kill = writer; kill < KILLS; kill += AT_ONCE) {
      const child = spawn(process.execPath, [WRITER, DIST, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      // Any moment will do; these are spread over some rounds of writing.
      await sleep((kill * 7) % 23);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  await Promise.all(writers);

  const files = readdirSync(join(folder, 'files'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.png'),
  );
  assert.ok(files.length > 0);
  for (const file of files) {
    const [, x = '', y = ''] = /^7\/(\d+)\/(\d+)\.png$/.exec(file) ?? [];
    assertWhole(readFileSync(join(folder, 'files', file)), Number(x), Number(y));
  }

  const database = openDatabase(join(folder, 'tiles.mbtiles'));
  t.after(() => database.close());
  assert.deepEqual(database.prepare('PRAGMA integrity_check').raw().all(), [['ok']]);
  const rows = database.prepare('SELECT tile_column, tile_row, tile_data FROM tiles').raw().all();
  assert.ok(rows.length > 0);
  for (const row of rows) {
    assert.ok(Array.isArray(row) && Buffer.isBuffer(row[2]));
    assertWhole(row[2], Number(row[0]), Number(row[1]));
  }
});

function assertWhole(body: Buffer, x: number, y: number): void {
  assert.equal(body.length, 20_000 + 100 * y + x, `length of ${x}/${y}`);
  assert.ok(
    body.every((byte) => byte === body[0]),
    `content of ${x}/${y}`,
  );
}
