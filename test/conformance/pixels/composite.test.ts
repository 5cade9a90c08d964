import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Raster } from '@mapgate/pixels';
import { onEveryImplementation, rasterOf, rowsOf } from './implementations.ts';

const RED = [255, 0, 0, 255];
const BLUE = [0, 0, 255, 255];
const CLEAR = [0, 0, 0, 0];

onEveryImplementation('blit and composite', (pixels) => {
  const composited = async (target: Raster, ...rest: [Raster, Parameters<typeof pixels.composite>[2]?]) => {
    await pixels.composite(target, ...rest);
    return rowsOf(target);
  };

  for (const [x, y, expected] of [
    [
      0,
      0,
      [
        [9, 8, 1],
        [7, 6, 1],
      ],
    ],
    [
      2,
      1,
      [
        [1, 1, 1],
        [1, 1, 9],
      ],
    ],
    [
      -1,
      -1,
      [
        [6, 1, 1],
        [1, 1, 1],
      ],
    ],
    [
      3,
      0,
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
    ],
    [
      -(2 ** 31),
      2 ** 31 - 1,
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
    ],
  ] as const) {
    test(`blit copies what lies inside of the target at ${x}, ${y}`, async () => {
      const target = rasterOf([
        [1, 1, 1],
        [1, 1, 1],
      ]);
      await pixels.blit(
        target,
        rasterOf([
          [9, 8],
          [7, 6],
        ]),
        x,
        y,
      );
      assert.deepEqual(rowsOf(target), expected);
    });
  }

  test('blit makes grey coloured and opaque', async () => {
    const target = rasterOf([[CLEAR]]);
    await pixels.blit(target, rasterOf([[7]]), 0, 0);
    assert.deepEqual(rowsOf(target), [[[7, 7, 7, 255]]]);
  });

  test('blit drops alpha for a target without', async () => {
    const target = rasterOf([[[0, 0, 0]]]);
    await pixels.blit(target, rasterOf([[[1, 2, 3, 4]]]), 0, 0);
    assert.deepEqual(rowsOf(target), [[[1, 2, 3]]]);
  });

  test('IMG-12: composite puts a translucent pixel over an opaque one', async () => {
    assert.deepEqual(await composited(rasterOf([[BLUE]]), rasterOf([[[255, 0, 0, 128]]])), [[[128, 0, 127, 255]]]);
  });

  test('IMG-12: two translucent pixels are weighted by what is seen of each', async () => {
    // Alpha 128 + 128 * 127 / 255; red weighs 128 * 255 of 128 * 255 + 128 * 127.
    const result = await composited(rasterOf([[[0, 0, 255, 128]]]), rasterOf([[[255, 0, 0, 128]]]));
    assert.deepEqual(result, [[[170, 0, 85, 192]]]);
  });

  test('composite leaves the target alone under transparent pixels', async () => {
    assert.deepEqual(await composited(rasterOf([[[1, 2, 3, 4]]]), rasterOf([[[200, 200, 200, 0]]])), [[[1, 2, 3, 4]]]);
  });

  test('IMG-12: composite blends onto a target without alpha', async () => {
    assert.deepEqual(await composited(rasterOf([[[0, 0, 200]]]), rasterOf([[[100, 0, 0, 51]]])), [[[20, 0, 160]]]);
  });

  test('IMG-13: opacity multiplies alpha, cut to whole numbers', async () => {
    const result = await composited(rasterOf([[CLEAR]]), rasterOf([[RED]]), { opacity: 0.5 });
    assert.deepEqual(result, [[[255, 0, 0, 127]]]);
  });

  test('a mask multiplies alpha for each pixel of the source, also of a part of it', async () => {
    const source = rasterOf([[RED, RED, RED]]);
    const result = await composited(rasterOf([[BLUE, BLUE]]), source, { x: -1, mask: Uint8Array.of(255, 0, 255) });
    assert.deepEqual(result, [[BLUE, RED]]);
  });

  test('IMG-13: applyOpacity multiplies alpha and adds it to RGB', async () => {
    const raster = await pixels.applyOpacity(rasterOf([[[1, 2, 3]]]), 0.2);
    assert.deepEqual(rowsOf(raster), [[[1, 2, 3, 51]]]);
  });

  test('IMG-14: transparentColor clears what is near in every channel and keeps other alpha', async () => {
    const raster = rasterOf([
      [
        [250, 250, 250, 255],
        [250, 250, 239, 255],
        [0, 0, 0, 99],
        [255, 255, 255, 9],
      ],
    ]);
    const result = await pixels.transparentColor(raster, [255, 255, 255], 10);
    assert.deepEqual(
      rowsOf(result)[0]?.map((pixel) => (pixel as number[])[3]),
      [0, 255, 99, 0],
    );
  });

  test('IMG-15: bands with factors are added and clipped, factor 1 replaces', async () => {
    const sources = [rasterOf([[[100, 200, 50]]]), rasterOf([[[250, 250, 250]]])];
    const merged = await pixels.bandMerge(sources, 3, [
      { targetBand: 0, source: 0, sourceBand: 0, factor: 0.4 },
      { targetBand: 0, source: 1, sourceBand: 0, factor: 0.6 },
      { targetBand: 1, source: 0, sourceBand: 1, factor: 0.9 },
      { targetBand: 1, source: 1, sourceBand: 1, factor: 0.9 },
      { targetBand: 2, source: 0, sourceBand: 2, factor: 0.5 },
      { targetBand: 2, source: 1, sourceBand: 2 },
    ]);
    assert.deepEqual(rowsOf(merged), [[[190, 255, 250]]]);
  });

  test('IMG-15: bands that nothing is taken into are 0, alpha is 255', async () => {
    const merged = await pixels.bandMerge([rasterOf([[9]])], 4, [{ targetBand: 1, source: 0, sourceBand: 0 }]);
    assert.deepEqual(rowsOf(merged), [[[0, 9, 0, 255]]]);
  });

  test('IMG-15: band 3 of a source without alpha is opaque', async () => {
    const operations = [{ targetBand: 0, source: 0, sourceBand: 3, factor: 0.2 }];
    assert.deepEqual(rowsOf(await pixels.bandMerge([rasterOf([[[1, 2, 3]]])], 1, operations)), [[51]]);
  });

  test('isSingleColor compares whole pixels', async () => {
    const answers = [
      rasterOf([
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
      ]),
      rasterOf([
        [
          [1, 2, 3],
          [1, 2, 4],
        ],
      ]),
      rasterOf([[7]]),
    ];
    assert.deepEqual(await Promise.all(answers.map((raster) => pixels.isSingleColor(raster))), [true, false, true]);
  });

  test('IMG-07: hasAlpha finds one pixel that is not opaque', async () => {
    const answers = [rasterOf([[RED], [RED]]), rasterOf([[RED], [[0, 0, 0, 254]]]), rasterOf([[[1, 2, 3]]])];
    assert.deepEqual(await Promise.all(answers.map((raster) => pixels.hasAlpha(raster))), [false, true, false]);
  });
});
