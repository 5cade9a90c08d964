import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../support/temporary.ts';

const run = promisify(execFile);
const hidden = fileURLToPath(new URL('../../support/without-better-sqlite3.cjs', import.meta.url));
const source = (name: string) => JSON.stringify(new URL(`../../../src/cache/store/${name}`, import.meta.url).href);

/** Stores a tile and reads it back, in a process of its own. */
const PROGRAM = `
  import { MbtilesStore } from ${source('mbtiles/store.ts')};
  import { TileMemory } from ${source('tile-memory.ts')};
  const none = { directory: undefined, file: undefined };
  const memory = new TileMemory(0).part();
  const mimeTypeOf = () => 'image/png';
  const options = { timeout: 1, wal: false, name: 'x', format: 'png', permissions: none, memory, mimeTypeOf };
  const store = new MbtilesStore(process.argv[1], options);
  await store.store([{ coord: [3, 4, 2], body: Buffer.from('a tile') }]);
  console.log(store.load([3, 4, 2])?.body.toString(), store.load([0, 0, 0]));
  await store.remove([3, 4, 2]);
  console.log(store.load([3, 4, 2]));
  store.close();
`;

describe('SQLite', () => {
  it('works by the second library where the first does not load, and says so', async (test) => {
    const file = join(await temporaryFolder(test), 'a.mbtiles');
    const flags = ['--require', hidden, '--import', 'tsx', '--input-type=module', '--eval', PROGRAM, file];
    const { stdout, stderr } = await run(process.execPath, flags);
    assert.equal(stdout, 'a tile null\nnull\n');
    assert.match(stderr, /SQLite by libsql \(better-sqlite3 does not load: better-sqlite3 is hidden\)/);
  });
});
