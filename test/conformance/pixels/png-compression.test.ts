import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { createPixels, type IndexedRaster, type Raster } from '@mapgate/pixels';
import sharp from 'sharp';
import { mapPicture, noisePicture, overlayPicture, plainPicture, reliefPicture } from '../../bench/pixels/pictures.ts';
import { onEveryImplementation } from './implementations.ts';

const TILE = 256;

/** The data of all chunks IDAT. */
function imageData(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) !== 'IDAT') continue;
    parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  return Buffer.concat(parts);
}

/** Reproducible bytes below `values`; runs of up to `run` equal ones. */
function bytes(size: number, values: number, run: number): Uint8Array {
  let state = 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
  const made = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const end = Math.min(size, at + 1 + next(run));
    made.fill(next(values), at, end);
    at = end;
  }
  return made;
}

const grey = (data: Uint8Array, width: number): Raster => ({ data, width, height: data.length / width, channels: 1 });

onEveryImplementation('compression of PNG', (pixels) => {
  /** zlib, sharp and our own decoder read what was encoded. */
  async function assertReadable(picture: Raster, level?: number): Promise<Buffer> {
    const file = await pixels.encodePng(picture, level === undefined ? {} : { level });
    const { width, height, channels } = picture;
    assert.equal(inflateSync(imageData(file)).length, (width * channels + 1) * height);
    assert.deepEqual(Buffer.from((await pixels.decodePng(file))?.data ?? []), Buffer.from(picture.data));
    const image = channels === 1 ? sharp(file).extractChannel(0) : sharp(file);
    assert.deepEqual(await image.raw().toBuffer(), Buffer.from(picture.data));
    return file;
  }

  for (const [what, values, run] of [
    ['noise', 256, 1],
    ['few values', 3, 1],
    ['runs', 200, 600],
    ['one value', 1, 1],
  ] as const) {
    test(`${what} of one pixel to many rows is what decoders read`, async () => {
      // One pixel, around the longest match, around windows and stored blocks, and more than is compressed at once.
      for (const [width, height] of [
        [1, 1],
        [2, 1],
        [257, 1],
        [258, 1],
        [32_767, 1],
        [32_768, 2],
        [65_534, 1],
        [65_535, 1],
        [1, 4000],
        [600, 500],
      ] as const) {
        await assertReadable(grey(bytes(width * height, values, run), width));
      }
    });
  }

  for (let level = 0; level <= 9; level++) {
    test(`level ${level} is what decoders read`, async () => {
      const data = bytes(300 * 200 * 4, 255, 9);
      for (const channels of [1, 3, 4] as const) {
        const size = 300 * 200 * channels;
        await assertReadable({ data: data.subarray(0, size), width: 300, height: 200, channels }, level);
      }
    });
  }

  test('what cannot be compressed is stored', async () => {
    const data = bytes(512 * 512, 256, 1);
    const file = await assertReadable(grey(data, 512));
    assert.ok(file.length < data.length * 1.004, `${file.length} bytes`);
  });

  for (const bits of [1, 2, 4, 8]) {
    test(`palettes of ${bits} bits are what sharp reads`, async () => {
      const palette = bytes(4 * 2 ** bits, 256, 1).map((value, i) => (i % 4 === 3 ? 255 : value));
      const picture: IndexedRaster = { palette, indices: bytes(333 * 99, 2 ** bits, 20), width: 333, height: 99 };
      const { data } = await sharp(await pixels.encodePng(picture))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const expected = [...picture.indices].flatMap((index) => [...palette.subarray(index * 4, index * 4 + 3)]);
      assert.deepEqual(data, Buffer.from(expected));
    });
  }
});

const pixels = createPixels();
const twin = createPixels({ implementation: 'typescript' });

for (const draw of [mapPicture, plainPicture, overlayPicture, reliefPicture, noisePicture]) {
  test(`${draw.name}: a tile is at most a tenth larger than by zlib's level 4`, async () => {
    const picture = await draw(TILE);
    for (const each of [picture, await pixels.quantise(picture)]) {
      const own = await pixels.encodePng(each);
      const other = await twin.encodePng(each, { level: 4 });
      assert.ok(own.length <= other.length * 1.1, `${own.length} bytes, zlib ${other.length}`);
      assert.deepEqual(inflateSync(imageData(own)), inflateSync(imageData(other)));
    }
  });
}
