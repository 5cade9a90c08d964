import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Window } from '@mapgate/pixels';
import fc from 'fast-check';
import sharp, { type JpegOptions } from 'sharp';
import { decodeJpeg, encodeJpeg } from '../../../src/image/jpeg.ts';
import { jpegHead } from '../../../src/image/jpeg-head.ts';
import { decodeImage } from '../../../src/image/raster.ts';

const [WIDTH, HEIGHT] = [67, 45];

/** Slopes of all colours, which JPEG keeps well. */
function slopes(channels: 3 | 4): { data: Buffer; width: number; height: number; channels: 3 | 4 } {
  const data = Buffer.alloc(WIDTH * HEIGHT * channels, 255);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) data.set([x * 3, y * 5, 200 - x], (y * WIDTH + x) * channels);
  }
  return { data, width: WIDTH, height: HEIGHT, channels };
}

const written = (options: JpegOptions = {}): Promise<Buffer> =>
  sharp(slopes(3).data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 90, ...options })
    .toBuffer();

function cutOut(
  { data, width, channels }: { readonly data: Uint8Array; readonly width: number; readonly channels: number },
  window: Window,
): Buffer {
  const rows = Array.from({ length: window.height }, (_, row) => {
    const start = ((window.top + row) * width + window.left) * channels;
    return data.subarray(start, start + window.width * channels);
  });
  return Buffer.concat(rows);
}

/** Mean of the squared differences of red, green and blue. */
function meanError(one: Buffer, other: Buffer): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) if (i % 4 !== 3) sum += ((one[i] ?? 0) - (other[i] ?? 0)) ** 2;
  return sum / (one.length * 0.75);
}

describe('JPEG', () => {
  for (const channels of [3, 4] as const) {
    it(`IMG-06: ${channels} channels are written so that both decoders read them alike`, async () => {
      const body = await encodeJpeg(slopes(channels), 90);
      assert.equal((await sharp(body).metadata()).chromaSubsampling, '4:2:0');
      const byLibrary = await sharp(body).ensureAlpha().raw().toBuffer();
      assert.ok(meanError(byLibrary, slopes(4).data) < 6);
      const own = await decodeJpeg(body);
      assert.ok(own);
      assert.ok(meanError(own.data, byLibrary) < 2);
    });
  }

  it('GLB-03: less quality is fewer bytes', async () => {
    assert.ok((await encodeJpeg(slopes(3), 50)).length < (await encodeJpeg(slopes(3), 95)).length);
  });

  for (const channels of [3, 4] as const) {
    it(`a window of ${channels} channels becomes the same bytes as a copy of it`, async () => {
      const picture = slopes(channels);
      const windows = [
        { left: 0, top: 0, width: 32, height: 16 },
        { left: 35, top: 7, width: 32, height: 16 },
        { left: 35, top: 29, width: 32, height: 16 },
        { left: 0, top: 29, width: WIDTH, height: 16 },
        { left: 66, top: 44, width: 1, height: 1 },
      ];
      for (const window of windows) {
        const cut = { data: cutOut(picture, window), width: window.width, height: window.height, channels };
        assert.deepEqual(await encodeJpeg(picture, 90, window), await encodeJpeg(cut, 90), JSON.stringify(window));
      }
    });
  }

  it('a window of a decoded picture reaches to its last pixel', async () => {
    const picture = await decodeJpeg(await written());
    assert.ok(picture);
    const window = { left: 64, top: 42, width: 3, height: 3 };
    assert.deepEqual(
      await encodeJpeg(picture, 90, window),
      await encodeJpeg({ data: cutOut(picture, window), width: 3, height: 3, channels: 4 }, 90),
    );
  });

  it('many at a time do not get in the way of each other', async () => {
    const pictures = Array.from({ length: 40 }, (_, index) => ({
      ...slopes(3),
      data: Buffer.alloc(WIDTH * HEIGHT * 3, index * 6),
    }));
    const alone: Buffer[] = [];
    for (const picture of pictures) alone.push(await encodeJpeg(picture, 90));
    assert.deepEqual(await Promise.all(pictures.map((picture) => encodeJpeg(picture, 90))), alone);
  });

  it('what is encoded does not keep the memory of what it might have been', async () => {
    const body = await encodeJpeg(slopes(3), 90);
    assert.ok(body.buffer.byteLength <= Math.max(body.length, Buffer.poolSize));
  });

  for (const [name, options] of [
    ['progressive', { progressive: true }],
    ['with colours at full resolution', { chromaSubsampling: '4:4:4' }],
    ['with Huffman tables of its own', { optimiseCoding: true }],
  ] as const) {
    it(`reads what is ${name}`, async () => {
      const body = await written(options);
      const own = await decodeJpeg(body);
      assert.ok(own);
      assert.ok(meanError(own.data, await sharp(body).ensureAlpha().raw().toBuffer()) < 2);
    });
  }

  it('reads grey as colours', async () => {
    const { data, opaque } = await decodeImage(
      await sharp(await written())
        .toColourspace('b-w')
        .jpeg()
        .toBuffer(),
    );
    assert.equal(opaque, true);
    assert.deepEqual([data[0], data[3]], [data[1], 255]);
  });

  it('leaves profiles, CMYK and what is broken to the general decoder', async () => {
    const whole = await written();
    const profiled = await sharp(whole).withIccProfile('p3').jpeg().toBuffer();
    const cmyk = await sharp(whole).toColourspace('cmyk').jpeg().toBuffer();
    const cut = whole.subarray(0, whole.length / 2);
    for (const body of [profiled, cmyk, cut]) assert.equal(await decodeJpeg(body), null);
    assert.equal((await decodeImage(profiled)).width, WIDTH);
    assert.equal((await decodeImage(cmyk)).width, WIDTH);
    await assert.rejects(decodeImage(cut));
  });

  it('takes no memory for a head that declares more pixels than may be', async () => {
    const body = await written();
    const frame = body.indexOf(Buffer.from([0xff, 0xc0]));
    body.writeUInt16BE(65_500, frame + 5);
    body.writeUInt16BE(65_500, frame + 7);
    assert.equal(await decodeJpeg(body), null);
    await assert.rejects(decodeImage(body));
  });

  it('bytes of any kind are either a picture or refused', async () => {
    const whole = await written();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const body = Buffer.from(whole.subarray(0, length));
          for (const [at, value] of changes) if (at < body.length) body[at] = value;
          const head = jpegHead(body);
          const decoded = await decodeJpeg(body);
          if (decoded !== null) assert.deepEqual([decoded.width, decoded.height], [head?.width, head?.height]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('without libjpeg-turbo the general library does it all', () => {
    const script = `
      const { decodeJpeg, encodeJpeg } = await import('./src/image/jpeg.ts');
      const picture = { data: Buffer.alloc(48, 100), width: 4, height: 4, channels: 3 };
      const body = await encodeJpeg(picture, 90);
      const part = await encodeJpeg(picture, 90, { left: 2, top: 1, width: 2, height: 3 });
      const { width, height } = await (await import('sharp')).default(part).metadata();
      console.log(body.subarray(0, 2).toString('hex'), await decodeJpeg(body), width, height);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../../../', import.meta.url)),
      env: { ...process.env, MAPGATE_NO_JPEG_TURBO: '1' },
      encoding: 'utf8',
    });
    assert.equal(stdout, 'ffd8 null 2 3\n', stderr);
  });
});
