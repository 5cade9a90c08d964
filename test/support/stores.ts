import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { StoreContext, TileStore } from '../../src/cache/store/contract.ts';
import { storeDefinitions } from '../../src/cache/store/index.ts';
import { TileMemory } from '../../src/cache/store/tile-memory.ts';
import { mercator } from '../unit/source/build.ts';
import { temporaryFolder } from './temporary.ts';

/** A context as the configuration makes it for a cache `osm` in `folder`, without memory for tiles. */
export function storeContext(folder: string, own: Partial<StoreContext> = {}): StoreContext {
  return {
    cacheName: 'osm',
    grid: mercator,
    srsPathName: 'EPSG900913',
    hasSeveralGrids: false,
    baseDirectory: folder,
    extension: 'png',
    mimeTypeOf: () => 'image/png',
    memory: new TileMemory(0),
    permissions: { directory: undefined, file: undefined },
    linkSingleColors: undefined,
    sqliteTimeout: 30,
    sqliteWal: undefined,
    resolvePath: (path) => join(folder, path),
    ...own,
  };
}

/** A store of the kind that `options.type` names, by default `file`; closed after the test. */
export async function buildStore(
  test: TestContext,
  options: Readonly<Record<string, unknown>> = {},
  own: Partial<StoreContext> = {},
): Promise<{ store: TileStore; folder: string }> {
  const folder = await temporaryFolder(test);
  const definition = storeDefinitions.find(({ type }) => type === (options.type ?? 'file'));
  assert.ok(definition);
  const store = definition.build(definition.options.parse(options), storeContext(folder, own));
  test.after(() => store.close());
  return { store, folder };
}

/** All files below a folder, by their paths in it. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
