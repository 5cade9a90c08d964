import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEveryImplementation } from './implementations.ts';

onEveryImplementation('maskByPolygon', (pixels) => {
  /** What is kept of a 6 x 4 raster, as `#` in rows. */
  async function kept(...rings: number[][]): Promise<string[]> {
    const raster = { data: new Uint8Array(6 * 4).fill(5), width: 6, height: 4, channels: 1 } as const;
    const { data } = await pixels.maskByPolygon(raster, rings);
    const row = (y: number) =>
      Array.from({ length: 6 }, (_, x) => {
        const pixel = [...data.subarray((y * 6 + x) * 4, (y * 6 + x) * 4 + 4)].join();
        assert.ok(pixel === '5,5,5,255' || pixel === '255,255,255,0', pixel);
        return pixel === '5,5,5,255' ? '#' : '.';
      }).join('');
    return Array.from({ length: 4 }, (_, y) => row(y));
  }

  test('IMG-16: a rectangle on pixel edges keeps just its pixels', async () => {
    assert.deepEqual(await kept([1, 1, 4, 1, 4, 3, 1, 3]), ['......', '.###..', '.###..', '......']);
  });

  test('IMG-16: pixels that are touched inside are kept', async () => {
    assert.deepEqual(await kept([1.5, 1.5, 4.5, 1.5, 4.5, 2.5, 1.5, 2.5]), ['......', '.####.', '.####.', '......']);
  });

  test('IMG-16: pixels that are touched by less than a tenth are not kept', async () => {
    assert.deepEqual(
      await kept([0.95, 0.95, 4.05, 0.95, 4.05, 3.05, 0.95, 3.05]),
      await kept([1, 1, 4, 1, 4, 3, 1, 3]),
    );
  });

  test('a ring in a ring is a hole; what touches its edge is kept', async () => {
    const outer = [0, 0, 6, 0, 6, 4, 0, 4];
    assert.deepEqual(await kept(outer, [1, 1, 5, 1, 5, 3, 1, 3]), ['######', '#....#', '#....#', '######']);
    assert.deepEqual(await kept(outer, [0.5, 1, 5.5, 1, 5.5, 3, 0.5, 3]), ['######', '#....#', '#....#', '######']);
  });

  test('slanted edges keep every pixel that they pass', async () => {
    // In the third row the edge runs from x 3 to 1.5: within a tenth of the fourth pixel's corner, no further.
    assert.deepEqual(await kept([0, 0, 6, 0, 0, 4]), ['######', '#####.', '###...', '##....']);
  });

  test('a polygon within one pixel keeps that pixel', async () => {
    assert.deepEqual(await kept([2.4, 1.4, 2.6, 1.4, 2.6, 1.6]), ['......', '..#...', '......', '......']);
  });

  test('a polygon around the raster keeps all of it, one beside it nothing', async () => {
    assert.deepEqual(await kept([-1e9, -1e9, 1e9, -1e9, 1e9, 1e9, -1e9, 1e9]), Array(4).fill('######'));
    assert.deepEqual(await kept([7, 0, 9, 0, 9, 4, 7, 4]), Array(4).fill('......'));
  });

  test('no ring keeps nothing', async () => {
    assert.deepEqual(await kept(), Array(4).fill('......'));
  });
});
