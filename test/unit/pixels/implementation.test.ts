import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createPixels } from '@mapgate/pixels';

/** Runs a module that imports the package, in a process of its own. */
function run(code: string, env: NodeJS.ProcessEnv = {}): { stdout: string; status: number | null } {
  const args = ['--input-type=module', '--eval', `import { createPixels } from '@mapgate/pixels';\n${code}`];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  return { stdout, status };
}

const ONE_PIXEL = '{ data: Uint8Array.of(1, 2, 3, 4), width: 1, height: 1, channels: 4 }';

test('without an addon the TypeScript implementation runs and says why', () => {
  const code =
    'const { implementation, fallbackReason } = createPixels(); console.log(implementation, fallbackReason);';
  assert.equal(run(code, { MAPGATE_NO_ADDON: '1' }).stdout, 'typescript MAPGATE_NO_ADDON is set\n');
});

test('where the native implementation is asked for and cannot run, that is an error', () => {
  const code = "try { createPixels({ implementation: 'native' }); } catch (error) { console.log(error.message); }";
  assert.equal(run(code, { MAPGATE_NO_ADDON: '1' }).stdout, 'MAPGATE_NO_ADDON is set\n');
});

test('an unknown implementation and a wrong limit are errors', () => {
  assert.throws(() => createPixels({ implementation: 'wasm' as never }), /implementation is 'wasm'/);
  assert.throws(() => createPixels({ maxPixels: 2 ** 28 + 1 }), /maxPixels is 268435457/);
});

test('idle workers do not keep the process running, busy ones do', () => {
  const code = `const pixels = createPixels({ implementation: 'typescript' });
    const answers = await Promise.all(Array.from({ length: 9 }, () => pixels.hasAlpha(${ONE_PIXEL})));
    console.log(answers.length);`;
  assert.deepEqual(run(code), { stdout: '9\n', status: 0 });
});

for (const implementation of ['native', 'typescript']) {
  test(`${implementation}: the memory that is given stays the caller's, also as a window of something larger`, () => {
    const code = `const pixels = createPixels({ implementation: '${implementation}' });
      const memory = new Uint8Array(100).fill(9);
      const target = { data: memory.subarray(10, 14), width: 2, height: 2, channels: 1 };
      await pixels.blit(target, { data: Uint8Array.of(1, 2, 3, 4), width: 2, height: 2, channels: 1 }, 0, 0);
      console.log(memory.subarray(9, 15).join(), memory.length);`;
    if (implementation === 'native' && createPixels().implementation !== 'native') return;
    assert.equal(run(code).stdout, '9,1,2,3,4,9 100\n');
  });
}

test('the event loop turns while kernels work', async () => {
  for (const implementation of ['auto', 'typescript'] as const) {
    const pixels = createPixels({ implementation });
    const data = new Uint8Array(1024 * 1024 * 4).map((_, i) => i * 31);
    const raster = { data, width: 1024, height: 1024, channels: 4 } as const;
    // A machine with much else to do can let a picture be ready before this thread goes on, but hardly each time.
    let most = 0;
    for (let attempt = 0; attempt < 20 && most < 2; attempt++) {
      most = await turnsDuring(() => Promise.all(Array.from({ length: 8 }, () => pixels.encodePng(raster))));
    }
    assert.ok(most > 1, `${implementation}: ${most} turns`);
  }
});

/** How often the event loop turns until some work is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let isDone = false;
  let turns = 0;
  const done = work().then(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise(setImmediate);
    turns++;
  }
  await done;
  return turns;
}
