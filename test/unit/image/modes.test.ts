import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { encodeImage } from '../../../src/image/encode.ts';
import { sniffImageKind } from '../../../src/image/format.ts';
import { globalImageOptions, type ImageOptions, imageSettings } from '../../../src/image/options.ts';
import { blankRaster, decodeImage, type Raster } from '../../../src/image/raster.ts';

const unpaletted = globalImageOptions.parse({ paletted: false });

async function encoded(raster: Raster, format: string, own: ImageOptions): Promise<Buffer> {
  return (await encodeImage(raster, imageSettings(unpaletted, format, own))).body;
}

/** Channels and bits of a file, as another decoder sees them. */
async function shapeOf(body: Buffer): Promise<{ channels: number; depth: string; isPalette: boolean }> {
  const { channels, depth, isPalette = false } = await sharp(body).metadata();
  return { channels, depth, isPalette };
}

/** Brightness in Rec. 601 is 124.02: 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2. */
const orange = blankRaster([8, 8], [200, 100, 50]);

describe('modes', () => {
  for (const format of ['image/png', 'image/jpeg', 'image/tiff']) {
    it(`IMG-01: L is grey of 8 bits in ${format}`, async () => {
      const body = await encoded(orange, format, { mode: 'L' });
      // The library expands grey PNG when it looks at them.
      if (format === 'image/png') assert.deepEqual([body[24], body[25]], [8, 0], 'bits and colour type of PNG');
      else assert.equal((await shapeOf(body)).channels, 1);
      const [red = 0, green, blue, alpha] = (await decodeImage(body)).data;
      assert.deepEqual([green, blue, alpha], [red, red, 255]);
      // JPEG may lose one.
      assert.ok(Math.abs(red - 124) <= (format === 'image/jpeg' ? 1 : 0), `${red}`);
    });
  }

  it('IMG-01: L is not reduced to a palette, and transparent is white', async () => {
    const paletted = imageSettings(globalImageOptions.parse({}), 'image/png', { mode: 'L' });
    const { body } = await encodeImage(blankRaster([8, 8]), paletted);
    assert.deepEqual([body[24], body[25]], [8, 0]);
    assert.deepEqual([...(await decodeImage(body)).data.subarray(0, 4)], [255, 255, 255, 255]);
  });

  it('IMG-01: I is grey of 16 bits in PNG and TIFF, the same part of white; MapProxy keeps the number', async () => {
    for (const format of ['image/png', 'image/tiff']) {
      const body = await encoded(orange, format, { mode: 'I' });
      assert.equal((await shapeOf(body)).depth, 'ushort', format);
      const { data } = await sharp(body)
        .toColourspace('grey16')
        .raw({ depth: 'ushort' })
        .toBuffer({ resolveWithObject: true });
      assert.equal(data.readUInt16LE(0), 124 * 257, format);
    }
    assert.equal((await shapeOf(await encoded(orange, 'image/jpeg', { mode: 'I' }))).depth, 'uchar');
  });

  it('IMG-01: P is a palette, also where others have none', async () => {
    assert.equal((await shapeOf(await encoded(orange, 'image/png', { mode: 'P' }))).isPalette, true);
    assert.equal((await shapeOf(await encoded(orange, 'image/png', {}))).isPalette, false);
    assert.equal((await shapeOf(await encoded(orange, 'image/png', { mode: 'P', colors: 0 }))).isPalette, false);
  });

  it('IMG-01: RGB has no alpha', async () => {
    const translucent = { ...blankRaster([8, 8]), opaque: false };
    translucent.data.fill(Buffer.from([0, 0, 0, 127]));
    const { opaque, data } = await decodeImage(await encoded(translucent, 'image/png', { mode: 'RGB' }));
    assert.equal(opaque, true);
    assert.equal(data[0], 128);
    assert.equal((await decodeImage(await encoded(translucent, 'image/png', { mode: 'RGBA' }))).data[3], 127);
  });
});

describe('WebP', () => {
  it('IMG-23: is written and read, with alpha where there is some; MapProxy has none', async () => {
    const body = await encoded(orange, 'image/webp', {});
    assert.equal(sniffImageKind(body), 'webp');
    const { data, opaque } = await decodeImage(body);
    assert.equal(opaque, true);
    for (const [channel, value] of [200, 100, 50].entries()) assert.ok(Math.abs((data[channel] ?? 0) - value) < 5);
    const half = blankRaster([8, 8]);
    half.data.fill(Buffer.from([200, 100, 50, 128]));
    assert.equal((await decodeImage(await encoded(half, 'webp', {}))).data[3], 128);
    assert.equal((await decodeImage(await encoded(half, 'webp', { transparent: false }))).opaque, true);
  });

  it('IMG-23: is as good as encoding_options say', async () => {
    const noise = blankRaster([64, 64], [0, 0, 0]);
    for (let at = 0; at < noise.data.length; at++) if (at % 4 < 3) noise.data[at] = (at * 7919) % 251;
    const sizeOf = async (encoding_options: ImageOptions['encoding_options']) =>
      (await encoded(noise, 'image/webp', { encoding_options })).length;
    assert.ok((await sizeOf({ webp_quality: 20 })) < (await sizeOf({})));
    assert.ok((await sizeOf({})) < (await sizeOf({ webp_quality: 98 })));
    const exact = await encoded(noise, 'image/webp', { encoding_options: { webp_lossless: true } });
    assert.deepEqual((await decodeImage(exact)).data, noise.data);
  });

  it('IMG-23: twelve bytes tell it', () => {
    assert.equal(sniffImageKind(Buffer.from('RIFF\0\0\0\0WEB')), undefined);
    assert.equal(sniffImageKind(Buffer.from('RIFF\0\0\0\0WAVE')), undefined);
    assert.equal(sniffImageKind(Buffer.from('RIFF\x01\x02\x03\x04WEBP')), 'webp');
  });
});
