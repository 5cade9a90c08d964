import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { colorOption } from '../../../src/image/color.ts';

const COLORS: readonly [written: unknown, color: readonly number[]][] = [
  [
    [1, 2, 3],
    [1, 2, 3],
  ],
  [
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ],
  ['0xff0530', [255, 5, 48]],
  ['#FF0530', [255, 5, 48]],
  ['#FF053080', [255, 5, 48, 128]],
];

describe('colours', () => {
  for (const [written, color] of COLORS) {
    it(`CFG-13: ${JSON.stringify(written)}`, () => {
      assert.deepEqual(colorOption.parse(written), color);
    });
  }

  for (const wrong of ['red', '#fff', [1, 2], [1, 2, 300]]) {
    it(`CFG-13: ${JSON.stringify(wrong)} is none`, () => {
      assert.equal(colorOption.safeParse(wrong).success, false);
    });
  }
});
