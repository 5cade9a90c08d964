import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { encodeImage, encodeWindow } from '../../../src/image/encode.ts';
import { formatExtension, formatMimeType, sniffImageKind } from '../../../src/image/format.ts';
import { mergeLayers, onBackground, withOpacity } from '../../../src/image/merge.ts';
import { globalImageOptions, type ImageOptions, imageSettings } from '../../../src/image/options.ts';
import { blankRaster, decodeImage, type Raster, windowOf } from '../../../src/image/raster.ts';
import { resample } from '../../../src/image/resample.ts';

const globals = globalImageOptions.parse({});

function settings(format: string, own: ImageOptions = {}) {
  return imageSettings(globals, format, own);
}

/** Where a PNG says of what kind its pixels are (PNG specification, IHDR). */
const PNG_COLOR_TYPE = 25;
const PNG_PALETTE = 3;

/** Red grows by two with each column, green with each row. */
function gradient(width: number, height: number): Raster {
  const data = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < width * height; at++) {
    data[at * 4] = (at % width) * 2;
    data[at * 4 + 1] = Math.floor(at / width) * 2;
  }
  return { data, width, height, opaque: true };
}

function pixel({ data, width }: Raster, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x + 1) * 4)];
}

describe('windows', () => {
  for (const format of ['image/png', 'image/jpeg', 'mixed', 'image/webp', 'image/png; mode=8bit']) {
    it(`${format}: is written as a copy of the window would be, whether it is opaque or not, inside or not`, async () => {
      const opaque = gradient(40, 30);
      const translucent = { ...opaque, data: Buffer.from(opaque.data), opaque: false };
      translucent.data[(12 * 40 + 12) * 4 + 3] = 100;
      for (const raster of [opaque, translucent]) {
        for (const [left, top] of [
          [0, 0],
          [8, 8],
          [24, 14],
          [30, 20],
          [-4, 2],
        ] as const) {
          const copied = await encodeImage(windowOf(raster, left, top, [16, 16]), settings(format));
          assert.deepEqual(await encodeWindow(raster, left, top, [16, 16], settings(format)), copied.body);
        }
      }
    });
  }
});

describe('formats', () => {
  const EXTENSIONS = [
    ['image/jpeg', 'jpeg'],
    ['image/png', 'png'],
    ['image/png; mode=24bit', 'png'],
    ['mixed', 'mixed'],
    ['image/vnd.jpeg-png', 'vnd.jpeg-png'],
    ['png', 'png'],
  ] as const;
  for (const [format, extension] of EXTENSIONS) {
    it(`TRAP-12: ${format} is .${extension}`, () => {
      assert.equal(formatExtension(format), extension);
    });
  }

  it('IMG-08: options do not count for the media type', () => {
    assert.equal(formatMimeType('image/png; mode=24bit'), 'image/png');
  });

  it('IMG-07: the first bytes tell what a picture is', () => {
    assert.equal(sniffImageKind(Buffer.from([0xff, 0xd8, 0xff])), 'jpeg');
    assert.equal(sniffImageKind(Buffer.from('<html>')), undefined);
  });
});

describe('settings', () => {
  it('GLB-02: PNG gets a palette unless told otherwise', () => {
    assert.equal(settings('image/png').colors, 256);
    assert.equal(settings('image/png', { colors: 0 }).colors, 0, 'IMG-03');
    assert.equal(settings('image/jpeg').colors, 0);
    assert.equal(imageSettings({ ...globals, paletted: false }, 'image/png').colors, 0);
  });

  it('GLB-08: formats have names', () => {
    const formats = { photo: { format: 'image/jpeg', encoding_options: { jpeg_quality: 60 } } };
    const named = imageSettings(globalImageOptions.parse({ formats }), 'photo');
    assert.equal(named.format, 'image/jpeg');
    assert.equal(named.jpegQuality, 60);
  });

  it('GLB-47: own options win over the format, the format over globals', () => {
    const formats = { p: { format: 'image/png', resampling_method: 'nearest' } };
    const given = globalImageOptions.parse({ formats, resampling_method: 'bilinear' });
    assert.equal(imageSettings(given, 'image/png').resampling, 'bilinear');
    assert.equal(imageSettings(given, 'p').resampling, 'nearest');
    assert.equal(imageSettings(given, 'p', { resampling_method: 'bicubic' }).resampling, 'bicubic');
  });
});

describe('encoding', () => {
  it('GLB-02: a paletted PNG', async () => {
    const { body, mimeType } = await encodeImage(gradient(64, 64), settings('image/png'));
    assert.equal(mimeType, 'image/png');
    assert.equal(body[PNG_COLOR_TYPE], PNG_PALETTE);
  });

  it('IMG-03: colors 0 keeps every pixel as it is', async () => {
    const raster = gradient(64, 64);
    const { body } = await encodeImage(raster, settings('image/png', { colors: 0 }));
    assert.deepEqual((await decodeImage(body)).data, raster.data);
  });

  it('IMG-06: JPEG has no alpha: transparent becomes white', async () => {
    const { body, mimeType } = await encodeImage(blankRaster([16, 16]), settings('image/jpeg'));
    assert.equal(mimeType, 'image/jpeg');
    assert.deepEqual(pixel(await decodeImage(body), 8, 8), [255, 255, 255, 255]);
  });

  it('IMG-07: mixed is JPEG, or PNG where something is transparent', async () => {
    const mixed = settings('mixed');
    assert.equal((await encodeImage(gradient(16, 16), mixed)).mimeType, 'image/jpeg');
    assert.equal((await encodeImage(blankRaster([16, 16]), mixed)).mimeType, 'image/png');
  });

  it('IMG-05: GIF and TIFF', async () => {
    for (const kind of ['gif', 'tiff'] as const) {
      const { body } = await encodeImage(gradient(16, 16), settings(`image/${kind}`));
      assert.equal(sniffImageKind(body), kind);
    }
  });

  it('GLB-03: JPEG quality', async () => {
    const fine = await encodeImage(gradient(64, 64), settings('image/jpeg'));
    const rough = await encodeImage(
      gradient(64, 64),
      settings('image/jpeg', { encoding_options: { jpeg_quality: 20 } }),
    );
    assert.ok(rough.body.length < fine.body.length);
  });

  it('an unknown format is refused', async () => {
    await assert.rejects(encodeImage(gradient(8, 8), settings('image/avif')), RangeError);
  });
});

describe('decoding', () => {
  it('takes no memory for a size that a file of its length cannot have', async () => {
    const file = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    file.writeUInt32BE(7000, 16);
    file.writeUInt32BE(7000, 20);
    file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
    const taken: number[] = [];
    const decoding = decodeImage(file, (bytes) => {
      taken.push(bytes);
      return Buffer.alloc(bytes);
    });
    await assert.rejects(decoding);
    assert.deepEqual(taken, []);
  });

  it('IMG-18: a palette is expanded', async () => {
    const { body } = await encodeImage(gradient(16, 16), settings('image/png', { colors: 16 }));
    assert.equal((await decodeImage(body)).data.length, 16 * 16 * 4);
  });

  it('a picture that claims too many pixels is refused before memory is taken', async () => {
    const header = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    header.writeUInt32BE(60000, 16);
    header.writeUInt32BE(60000, 20);
    const before = process.memoryUsage().rss;
    await assert.rejects(decodeImage(header));
    assert.ok(process.memoryUsage().rss - before < 200_000_000);
  });

  it('what is no picture is refused', async () => {
    await assert.rejects(decodeImage(Buffer.from('<html>not a picture</html>')));
  });
});

describe('cutting and merging', () => {
  it('a window beyond the picture is transparent there', () => {
    const window = windowOf(gradient(8, 8), -2, -2, [4, 4]);
    assert.deepEqual(pixel(window, 0, 0), [0, 0, 0, 0]);
    assert.deepEqual(pixel(window, 3, 2), [2, 0, 255, 255]);
    assert.equal(window.opaque, false);
  });

  it('IMG-12: layers are laid over each other by their alpha', async () => {
    const top = windowOf(blankRaster([4, 4], [9, 9, 9]), 2, 0, [4, 4]);
    const merged = await mergeLayers([blankRaster([4, 4], [255, 0, 0]), top]);
    assert.deepEqual(pixel(merged, 0, 0), [9, 9, 9, 255]);
    assert.deepEqual(pixel(merged, 3, 0), [255, 0, 0, 255]);
  });

  it('IMG-12: a single layer is not touched', async () => {
    const only = gradient(4, 4);
    assert.equal(await mergeLayers([only]), only);
  });

  it('IMG-13: opacity multiplies alpha', async () => {
    const half = await withOpacity(blankRaster([2, 2], [200, 0, 0]), 0.5);
    assert.ok(Math.abs((pixel(half, 0, 0)[3] ?? 0) - 127) <= 1);
    const merged = await onBackground(half, [255, 255, 255]);
    assert.ok(Math.abs((pixel(merged, 0, 0)[1] ?? 0) - 128) <= 2);
  });

  it('IMG-13: opacity 1 is ignored', async () => {
    const raster = gradient(2, 2);
    assert.equal(await withOpacity(raster, 1), raster);
  });
});

describe('resampling', () => {
  const map = gradient(100, 100);

  it('IMG-17: the same scale is cut, not resampled', async () => {
    const cut = await resample(map, [0, 0, 100, 100], [10, 20, 40, 50], [30, 30], 'bicubic');
    assert.deepEqual(pixel(cut, 0, 0), [20, 100, 255, 255]);
  });

  it('IMG-17: a shift by less than half a pixel too', async () => {
    const cut = await resample(map, [0, 0, 100, 100], [10.3, 20, 40.3, 50], [30, 30], 'bicubic');
    assert.deepEqual(pixel(cut, 0, 0), [20, 100, 255, 255]);
  });

  for (const method of ['nearest', 'bilinear', 'bicubic'] as const) {
    for (const [size, tolerance] of [
      [64, 2],
      [20, 3],
    ] as const) {
      it(`IMG-17: ${method} puts every pixel where it belongs at ${size} pixels`, async () => {
        const scaled = await resample(map, [0, 0, 100, 100], [10.3, 20, 50.3, 60], [size, size], method);
        assert.equal(scaled.width, size);
        for (const column of [1, Math.floor(size / 2), size - 2]) {
          const ideal = 2 * (10.3 + ((column + 0.5) * 40) / size - 0.5);
          const found = pixel(scaled, column, column)[0] ?? 0;
          assert.ok(Math.abs(found - ideal) <= tolerance, `column ${column}: ${found} is not ${ideal}`);
        }
      });
    }
  }

  it('IMG-17: what lies outside the map is transparent', async () => {
    const scaled = await resample(map, [0, 0, 100, 100], [-50, 0, 50, 100], [50, 50], 'bilinear');
    assert.equal(pixel(scaled, 5, 25)[3], 0);
    assert.equal(pixel(scaled, 45, 25)[3], 255);
  });
});
