import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bandMerge } from '../../../src/image/band-merge.ts';
import { clipByRings } from '../../../src/image/clip.ts';
import { encodeImage } from '../../../src/image/encode.ts';
import { globalImageOptions, imageSettings } from '../../../src/image/options.ts';
import { blankRaster, decodeImage, type Raster } from '../../../src/image/raster.ts';
import { makeTransparent } from '../../../src/image/transparent-color.ts';

function pixel({ data, width }: Raster, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x + 1) * 4)];
}

const red = blankRaster([4, 4], [200, 10, 20]);
const green = blankRaster([4, 4], [30, 100, 40]);

describe('merging bands', () => {
  it('IMG-15: bands come from several pictures, missing ones are 0', async () => {
    const sources = [
      { target: 'r', picture: 1, band: 1, factor: 1 },
      { target: 'b', picture: 0, band: 0, factor: 1 },
    ] as const;
    assert.deepEqual(pixel(await bandMerge([red, green], sources), 1, 1), [100, 0, 200, 255]);
  });

  it('IMG-15: factors other than 1 add up and are clipped', async () => {
    const sources = [
      { target: 'l', picture: 0, band: 0, factor: 0.5 },
      { target: 'l', picture: 1, band: 1, factor: 0.25 },
    ] as const;
    assert.deepEqual(pixel(await bandMerge([red, green], sources), 1, 1), [125, 125, 125, 255]);
    const brighter = sources.map((source) => ({ ...source, factor: 2 }));
    assert.equal(pixel(await bandMerge([red, green], brighter), 1, 1)[0], 255);
  });
});

describe('masks', () => {
  it('IMG-16: outside of the polygon, and in its holes, is transparent white', async () => {
    const square = (from: number, to: number) =>
      [
        [from, from],
        [to, from],
        [to, to],
        [from, to],
        [from, from],
      ] as const;
    const clipped = await clipByRings(blankRaster([20, 20], [1, 2, 3]), [[square(2, 18), square(8, 12)]]);
    assert.deepEqual(pixel(clipped, 4, 4), [1, 2, 3, 255]);
    assert.deepEqual(pixel(clipped, 10, 10), [255, 255, 255, 0]);
    assert.deepEqual(pixel(clipped, 0, 19), [255, 255, 255, 0]);
    assert.equal(clipped.opaque, false);
  });

  it('IMG-14: colours within the tolerance become transparent', async () => {
    const near = await makeTransparent(red, { color: [205, 5, 20], tolerance: 5 });
    assert.equal(pixel(near, 0, 0)[3], 0);
    const far = await makeTransparent(red, { color: [206, 10, 20], tolerance: 5 });
    assert.equal(pixel(far, 0, 0)[3], 255);
  });
});

describe('palettes', () => {
  for (const [quantizer, expected] of [
    ['fastoctree', 100],
    ['mediancut', 0],
  ] as const) {
    it(`IMG-04: ${quantizer} makes alpha 100 ${expected === 100 ? 'part of the palette' : 'transparent'}`, async () => {
      const translucent = blankRaster([8, 8]);
      translucent.data.fill(Buffer.from([10, 20, 30, 100]));
      const own = { encoding_options: { quantizer } };
      const { body } = await encodeImage(translucent, imageSettings(globalImageOptions.parse({}), 'image/png', own));
      assert.equal(pixel(await decodeImage(body), 1, 1)[3], expected);
    });
  }
});
