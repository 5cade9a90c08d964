import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEveryImplementation, rasterOf, rowsOf } from './implementations.ts';

const METHODS = ['nearest', 'bilinear', 'bicubic'] as const;
const BLACK = [0];

onEveryImplementation('resample and warp', (pixels) => {
  for (const method of METHODS) {
    test(`${method}: the same box at the same size is the same picture`, async () => {
      const source = rasterOf([
        [
          [1, 2, 3, 255],
          [200, 9, 8, 128],
        ],
        [
          [5, 5, 5, 1],
          [0, 0, 0, 0],
        ],
      ]);
      const same = await pixels.resample(source, { box: [0, 0, 2, 2], width: 2, height: 2, method });
      assert.deepEqual(rowsOf(same), rowsOf(source));
    });

    test(`${method}: IMG-17: what lies outside of the source is transparent`, async () => {
      const source = rasterOf([[[1, 2, 3]]]);
      const result = await pixels.resample(source, { box: [-1, 0, 2, 1], width: 3, height: 1, method });
      assert.deepEqual(rowsOf(result), [
        [
          [0, 0, 0, 0],
          [1, 2, 3, 255],
          [0, 0, 0, 0],
        ],
      ]);
    });

    test(`${method}: colours of transparent pixels do not shine through`, async () => {
      const source = rasterOf([
        [
          [10, 20, 30, 255],
          [250, 250, 250, 0],
        ],
      ]);
      const { data } = await pixels.resample(source, { box: [0, 0, 2, 1], width: 8, height: 1, method });
      for (let at = 0; at < data.length; at += 4) {
        const expected = (data[at + 3] ?? 0) === 0 ? (method === 'nearest' ? 250 : 0) : 10;
        assert.ok(Math.abs((data[at] ?? 0) - expected) <= 1, `pixel ${at / 4}: ${data.subarray(at, at + 4)}`);
      }
    });
  }

  test('with a background the channels stay, and it fills what is not reached', async () => {
    const options = { box: [-1, 0, 1, 1], width: 2, height: 1, method: 'nearest', background: [9] } as const;
    assert.deepEqual(rowsOf(await pixels.resample(rasterOf([[4]]), options)), [[9, 4]]);
  });

  test('nearest takes the pixel under the centre', async () => {
    const source = rasterOf([[10, 20, 30, 40]]);
    const options = { box: [0, 0, 4, 1], width: 2, height: 1, method: 'nearest', background: BLACK } as const;
    assert.deepEqual(rowsOf(await pixels.resample(source, options)), [[20, 40]]);
  });

  test('bilinear interpolates between centres and repeats the edge', async () => {
    const options = { box: [0, 0, 2, 1], width: 4, height: 1, method: 'bilinear', background: BLACK } as const;
    assert.deepEqual(rowsOf(await pixels.resample(rasterOf([[0, 100]]), options)), [[0, 25, 75, 100]]);
  });

  test('bicubic overshoots at an edge, within the range', async () => {
    const source = rasterOf([[100, 100, 200, 200]]);
    const options = { box: [1, 0, 3, 1], width: 4, height: 1, method: 'bicubic', background: BLACK } as const;
    // The weights at a quarter of a pixel are -9/64, 57/64, 19/64, -3/64.
    assert.deepEqual(rowsOf(await pixels.resample(source, options)), [[86, 125, 175, 214]]);
  });

  test('IMG-17: each quad of a mesh has its own mapping', async () => {
    const source = rasterOf([
      [1, 2],
      [3, 4],
    ]);
    const mesh = [
      { left: 0, top: 0, right: 1, bottom: 2, corners: [1, 0, 1, 2, 2, 2, 2, 0] },
      { left: 1, top: 0, right: 2, bottom: 2, corners: [0, 2, 0, 0, 1, 0, 1, 2] },
    ] as const;
    const result = await pixels.warp(source, { mesh, width: 2, height: 2, method: 'nearest', background: BLACK });
    assert.deepEqual(rowsOf(result), [
      [2, 3],
      [4, 1],
    ]);
  });

  test('a quad may turn and shear', async () => {
    const source = rasterOf([
      [1, 2],
      [3, 4],
    ]);
    const corners = [0, 2, 2, 2, 2, 0, 0, 0] as const;
    const mesh = [{ left: 0, top: 0, right: 2, bottom: 2, corners }];
    const result = await pixels.warp(source, { mesh, width: 2, height: 2, method: 'nearest', background: BLACK });
    assert.deepEqual(rowsOf(result), [
      [3, 1],
      [4, 2],
    ]);
  });

  test('pixels of no quad are background', async () => {
    const mesh = [{ left: 1, top: 0, right: 2, bottom: 1, corners: [0, 0, 0, 1, 1, 1, 1, 0] }] as const;
    const result = await pixels.warp(rasterOf([[5]]), {
      mesh,
      width: 3,
      height: 1,
      method: 'bilinear',
      background: [7],
    });
    assert.deepEqual(rowsOf(result), [[7, 5, 7]]);
  });
});
