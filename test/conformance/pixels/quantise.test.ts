import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexedRaster, Raster } from '@mapgate/pixels';
import { onEveryImplementation, psnr, rasterOf, rowsOf } from './implementations.ts';

/** The picture that an indexed one stands for. */
function expanded({ palette, indices, width, height }: IndexedRaster): Raster {
  const data = new Uint8Array(width * height * 4);
  for (const [i, index] of indices.entries()) data.set(palette.subarray(index * 4, index * 4 + 4), i * 4);
  return { data, width, height, channels: 4 };
}

/** Every red, green and blue of 16 steps: 4096 colours. */
function colourCube(): Raster {
  const data = new Uint8Array(64 * 64 * 4);
  for (let i = 0; i < 4096; i++) data.set([(i & 15) * 17, ((i >> 4) & 15) * 17, (i >> 8) * 17, 255], i * 4);
  return { data, width: 64, height: 64, channels: 4 };
}

/** 256 x 256 pixels, each of a number by chance. */
function scattered(colourOf: (chance: number, pixel: number) => readonly number[]): Raster {
  const data = new Uint8Array(256 * 256 * 4);
  let state = 1;
  for (let i = 0; i < 65536; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    // The low bits of such numbers are not by chance.
    const chance = (state >>> 0) ^ (state >>> 15);
    data.set(colourOf(chance >>> 0, i), i * 4);
  }
  return { data, width: 256, height: 256, channels: 4 };
}

onEveryImplementation('quantise', (pixels) => {
  test('is exact when there are no more colours than asked for, translucent ones and invisible ones included', async () => {
    const raster = rasterOf([
      [
        [1, 2, 3, 255],
        [1, 2, 3, 254],
      ],
      [
        [9, 9, 9, 0],
        [1, 2, 3, 255],
      ],
    ]);
    const indexed = await pixels.quantise(raster, { colors: 3 });
    assert.deepEqual(rowsOf(expanded(indexed)), rowsOf(raster));
    assert.equal(indexed.palette.length, 3 * 4);
  });

  test('is exact for 256 colours', async () => {
    const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => (i * 7) & 255);
    const indexed = await pixels.quantise({ data, width: 256, height: 1, channels: 3 });
    const rgb = [...expanded(indexed).data].filter((_, i) => i % 4 !== 3);
    assert.deepEqual(Uint8Array.from(rgb), data);
  });

  test('grey becomes a palette of grey', async () => {
    const indexed = await pixels.quantise(rasterOf([[0, 255, 0]]));
    assert.deepEqual([...indexed.palette], [0, 0, 0, 255, 255, 255, 255, 255]);
    assert.deepEqual([...indexed.indices], [0, 1, 0]);
  });

  for (const colors of [1, 2, 16, 255, 256]) {
    test(`makes at most ${colors} colours`, async () => {
      const { palette, indices } = await pixels.quantise(colourCube(), { colors });
      assert.ok(palette.length / 4 <= colors, `${palette.length / 4} colours`);
      assert.ok(indices.every((index) => index < palette.length / 4));
    });
  }

  test('256 colours for an even colour cube are at least 25 dB near', async () => {
    const cube = colourCube();
    assert.ok(psnr(cube.data, expanded(await pixels.quantise(cube)).data) >= 25);
  });

  // 45 dB over four channels, of which alpha has no error, are 43.7 over three.
  const GOOD = 43.5;

  test('many colours near each other, as of the sea, keep what tells them apart', async () => {
    const sea = scattered((chance) => [
      100 + (chance % 24),
      140 + ((chance >> 8) % 24),
      170 + ((chance >> 16) % 24),
      255,
    ]);
    const error = psnr(sea.data, expanded(await pixels.quantise(sea)).data);
    assert.ok(error >= 43, `${error} dB`);
  });

  test('many rare colours beside few frequent ones are told by no more error than others', async () => {
    const map = scattered((chance, pixel) => {
      if (pixel % 8 > 0) return [240, 235, 220, 255];
      return [(chance % 20) + 12 * ((chance >> 20) % 9), ((chance >> 8) % 12) + 12 * ((chance >> 24) % 8), 40, 255];
    });
    const { palette, ...indexed } = await pixels.quantise(map);
    assert.ok(palette.length / 4 < 256, `${palette.length / 4} colours`);
    const error = psnr(map.data, expanded({ palette, ...indexed }).data);
    assert.ok(error >= GOOD, `${error} dB`);
  });

  test('a small patch of a colour of its own keeps it', async () => {
    const data = new Uint8Array(256 * 256 * 4).fill(255);
    for (let i = 0; i < 65536; i++) data.set([200 + (i % 40), 200 + ((i >> 8) % 40), 210], i * 4);
    for (let i = 0; i < 100; i++) data.set([255, 0, 0], (100 * 256 + i) * 4);
    const { data: result } = expanded(await pixels.quantise({ data, width: 256, height: 256, channels: 4 }));
    assert.deepEqual([...result.subarray((100 * 256 + 50) * 4, (100 * 256 + 50) * 4 + 4)], [255, 0, 0, 255]);
  });

  test('IMG-04: fastoctree keeps steps of alpha', async () => {
    const data = new Uint8Array(256 * 256 * 4);
    for (let i = 0; i < 65536; i++) data.set([255, i & 63, 0, i >> 8], i * 4);
    const { palette } = await pixels.quantise({ data, width: 256, height: 256, channels: 4 });
    const alphas = new Set([...palette].filter((_, i) => i % 4 === 3));
    assert.ok(alphas.size > 30, `${alphas.size} steps`);
  });

  test('IMG-04: mediancut has one transparent entry, for alpha of at most 128, and opaque ones', async () => {
    const raster = rasterOf([
      [
        [1, 2, 3, 128],
        [9, 9, 9, 0],
        [1, 2, 3, 129],
      ],
    ]);
    const { palette, indices } = await pixels.quantise(raster, { colors: 2, method: 'mediancut' });
    assert.deepEqual([...palette], [0, 0, 0, 0, 1, 2, 3, 255]);
    assert.deepEqual([...indices], [0, 0, 1]);
  });

  test('IMG-04: mediancut keeps the transparent entry when colours are reduced', async () => {
    const cube = colourCube();
    cube.data.set([0, 0, 0, 0], 4 * 77);
    const indexed = await pixels.quantise(cube, { colors: 8, method: 'mediancut' });
    const alphas = [...indexed.palette].filter((_, i) => i % 4 === 3).sort((a, b) => a - b);
    assert.deepEqual(alphas.slice(0, 2), [0, 255]);
    assert.ok(alphas.length <= 8);
    assert.equal(expanded(indexed).data[4 * 77 + 3], 0);
  });
});
