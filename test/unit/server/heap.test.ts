import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf } from '../../../src/server/heap.ts';

const MiB = 2 ** 20;

test('a small heap grows by a multiple of its size, a large one by a part of it', () => {
  assert.equal(growthOf(24 * MiB), 400);
  assert.equal(growthOf(384 * MiB), 25);
  assert.equal(growthOf(64 * 1024 * MiB), 1);
});
