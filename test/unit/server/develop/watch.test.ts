import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type Sources, SourceWatcher } from '../../../../src/server/develop/watch.ts';
import { folderWith } from '../../../support/temporary.ts';

interface Watched {
  readonly folder: string;
  readonly told: string[][];
  /** The names of the files that are told next. */
  change(): Promise<string[]>;
  watch(sources?: Partial<Sources>): Promise<void>;
}

/** A watcher of `a.yaml` and the code in the folder; both files are an hour old. */
async function watched(t: TestContext): Promise<Watched> {
  const folder = await folderWith(t, { 'a.yaml': 'a', 'b.mjs': 'b' });
  const past = new Date(Date.now() - 3_600_000);
  for (const name of ['a.yaml', 'b.mjs']) await utimes(path.join(folder, name), past, past);
  const events = new EventTarget();
  const told: string[][] = [];
  const watcher = new SourceWatcher((files) => {
    told.push(files.map((file) => path.relative(folder, file)));
    events.dispatchEvent(new Event('change'));
  });
  t.after(() => watcher.close());
  const sources: Sources = {
    files: [path.join(folder, 'a.yaml')],
    folders: [{ folder, endings: new Set(['.mjs']), deep: true }],
  };
  return {
    folder,
    told,
    async change() {
      if (told.length === 0) await once(events, 'change');
      return told.shift() ?? [];
    },
    watch: (changed = {}) => watcher.watch({ ...sources, ...changed }, Date.now()),
  };
}

describe('the watcher of sources', () => {
  it('tells a changed file', async (t) => {
    const { folder, change, watch } = await watched(t);
    await watch();
    await writeFile(path.join(folder, 'a.yaml'), 'changed');
    assert.deepEqual(await change(), ['a.yaml']);
  });

  it('tells a file that is new, and one that is gone', async (t) => {
    const { folder, change, watch } = await watched(t);
    await watch();
    await writeFile(path.join(folder, 'new.mjs'), '');
    assert.deepEqual(await change(), ['new.mjs']);
    const past = new Date(Date.now() - 3_600_000);
    await utimes(path.join(folder, 'new.mjs'), past, past);
    await watch();
    await rm(path.join(folder, 'b.mjs'));
    assert.deepEqual(await change(), ['b.mjs']);
  });

  it('tells a file that was awaited', async (t) => {
    const { folder, change, watch } = await watched(t);
    await watch({ files: [path.join(folder, 'base.yaml')] });
    await writeFile(path.join(folder, 'base.yaml'), '');
    assert.deepEqual(await change(), ['base.yaml']);
  });

  it('tells before it is watched what changed while it was read', async (t) => {
    const { folder, told, watch } = await watched(t);
    await writeFile(path.join(folder, 'a.yaml'), 'changed');
    const soon = new Date(Date.now() + 1_000);
    await utimes(path.join(folder, 'a.yaml'), soon, soon);
    await watch();
    assert.deepEqual(told, [['a.yaml']]);
  });

  it('tells one change once, until it is told to watch again', async (t) => {
    const { folder, told, change, watch } = await watched(t);
    await watch();
    await writeFile(path.join(folder, 'a.yaml'), 'one');
    await change();
    await writeFile(path.join(folder, 'a.yaml'), 'and another');
    await watch({ files: [] });
    assert.deepEqual(told, []);
  });
});
