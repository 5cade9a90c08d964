import assert from 'node:assert/strict';
import { it } from 'node:test';
import { joinPath } from '../../../src/cache/store/paths.ts';

it('TILE-12: paths are joined as Python joins them', () => {
  // python3: os.path.join(...)
  assert.equal(joinPath('/a', './cache_data', 'tile_locks'), '/a/./cache_data/tile_locks');
  assert.equal(joinPath('/a', 'b/', 'c'), '/a/b/c');
  assert.equal(joinPath('/a', '../b'), '/a/../b');
  assert.equal(joinPath('/a', 'b', '/c', 'd'), '/c/d');
});
