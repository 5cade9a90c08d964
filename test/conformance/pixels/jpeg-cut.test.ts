import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPixels, type Window } from '@mapgate/pixels';
import fc from 'fast-check';
import sharp, { type JpegOptions, type Metadata, type Sharp } from 'sharp';
import { mutationsOf } from '../../support/mutations.ts';
import { onEveryImplementation, psnr } from './implementations.ts';

const [WIDTH, HEIGHT] = [120, 90];

/** Hills with some noise, without colour; of more noise the codes are longer. */
function picture(noise = 12, width = WIDTH, height = HEIGHT): Sharp {
  let state = 1;
  const chance = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const data = new Uint8ClampedArray(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const level = 128 + noise * (chance() - 0.5);
    for (let c = 0; c < 3; c++) data[pixel * 3 + c] = level + 90 * Math.sin(x / 9 + c) * Math.cos(y / 7);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const jpeg = (image: Sharp, options: JpegOptions = {}): Promise<Buffer> =>
  image
    .clone()
    .jpeg({ chromaSubsampling: '4:2:0', optimiseCoding: false, ...options })
    .toBuffer();

const rgba = (file: Uint8Array): Promise<Buffer> => sharp(file).ensureAlpha().raw().toBuffer();

const WHOLE: Window = { left: 0, top: 0, width: WIDTH, height: HEIGHT };
const WINDOWS: readonly Window[] = [
  WHOLE,
  { left: 0, top: 0, width: 16, height: 16 },
  { left: 16, top: 32, width: 48, height: 33 },
  { left: 48, top: 16, width: WIDTH - 48, height: HEIGHT - 16 },
  { left: 112, top: 80, width: 1, height: 10 },
];

/** Largest difference of a sample between a window and the same part of a picture, two pixels from the window's edges. */
function innerDifference(tile: Buffer, whole: Buffer, { left, top, width, height }: Window): number {
  let most = 0;
  for (let y = 2; y < height - 2; y++) {
    for (let at = 8; at < (width - 2) * 4; at++) {
      const inWhole = ((y + top) * WIDTH + left) * 4 + at;
      most = Math.max(most, Math.abs((tile[y * width * 4 + at] ?? 0) - (whole[inWhole] ?? 0)));
    }
  }
  return most;
}

/** Bytes behind the head of a file and before its end. */
function scanOf(file: Buffer): Buffer {
  const at = file.indexOf(Buffer.from([0xff, 0xda]));
  return file.subarray(at + 2 + file.readUInt16BE(at + 2), file.length - 2);
}

onEveryImplementation('JPEG files cut out of one', (pixels) => {
  for (const [kind, options] of Object.entries<JpegOptions>({
    'as most write them': { quality: 80 },
    'with codes of their own': { quality: 80, optimiseCoding: true },
    'of the same quality': { quality: 90 },
  })) {
    test(`keep every pixel of a file of no more quality, ${kind}`, async () => {
      const file = await jpeg(picture(), options);
      const cut = await pixels.cutJpeg(file, WINDOWS, { quality: 90 });
      assert.ok(cut !== null);
      assert.deepEqual([cut.width, cut.height, cut.files.length], [WIDTH, HEIGHT, WINDOWS.length]);
      const whole = await rgba(file);
      for (const [i, window] of WINDOWS.entries()) {
        const { width, height } = window;
        const told: Metadata = await sharp(cut.files[i]).metadata();
        assert.deepEqual([told.width, told.height], [width, height]);
        assert.deepEqual([told.format, told.chromaSubsampling], ['jpeg', '4:2:0']);
        // Colours of half the resolution are interpolated across an edge that is no longer there.
        assert.equal(innerDifference(await rgba(cut.files[i] ?? file), whole, window), 0);
      }
      assert.equal(psnr(await rgba(cut.files[0] ?? file), whole), Number.POSITIVE_INFINITY);
    });
  }

  for (const noise of [12, 250]) {
    test(`are of the quality asked for where the file has more: noise ${noise}`, async () => {
      const image = picture(noise);
      const cut = await pixels.cutJpeg(await jpeg(image, { quality: 97, optimiseCoding: true }), [WHOLE], {
        quality: 75,
      });
      const [own] = cut?.files ?? [];
      assert.ok(own !== undefined);
      const byPixels = await jpeg(sharp(await jpeg(image, { quality: 97 })), { quality: 75 });
      const exact = await image.clone().ensureAlpha().raw().toBuffer();
      assert.ok(psnr(await rgba(own), exact) > psnr(await rgba(byPixels), exact) - 0.05);
      assert.ok(Math.abs(own.length / byPixels.length - 1) < 0.03, `${own.length} and ${byPixels.length} bytes`);
      assert.deepEqual(quantOf(own), quantOf(byPixels), 'the divisors of the library');
    });
  }

  test('come from files with restart markers', async () => {
    const size = { width: 48, height: 32 };
    const file = await jpeg(picture(12, size.width, size.height), { quality: 80 });
    const units = [0, 16].flatMap((top) => [0, 16, 32].map((left) => ({ left, top, width: 16, height: 16 })));
    const cut = await pixels.cutJpeg(file, [{ left: 0, top: 0, ...size }, ...units]);
    const [whole, ...parts] = cut?.files ?? [];
    assert.ok(whole !== undefined);
    const head: Buffer = whole.subarray(2, whole.length - 2 - scanOf(whole).length);
    const interval = Buffer.from([0xff, 0xd8, 0xff, 0xdd, 0, 4, 0, 1]);
    const restarting = (scan: readonly Buffer[]): Buffer =>
      Buffer.concat([interval, head, ...scan, Buffer.from([0xff, 0xd9])]);
    // Each unit as if it were the first one, which is what restart markers are for.
    const scan = parts.flatMap((part, i) => [scanOf(part), Buffer.from([0xff, 0xd0 + i])]).slice(0, -1);
    const again = await pixels.cutJpeg(restarting(scan), [{ left: 0, top: 0, ...size }]);
    assert.deepEqual(again?.files[0], whole);
    assert.equal(await pixels.cutJpeg(restarting(scan.toSpliced(3, 1)), units), null, 'a marker that is missing');
    assert.equal(await pixels.cutJpeg(restarting(scan.toSpliced(2, 2)), units), null, 'a unit that is missing');
  });

  test('are in the order of the windows, which may overlap', async () => {
    const file = await jpeg(picture());
    const [one, other] = [WINDOWS[2] ?? WHOLE, WINDOWS[3] ?? WHOLE];
    const forth = await pixels.cutJpeg(file, [one, other]);
    const back = await pixels.cutJpeg(file, [other, one, other]);
    assert.deepEqual(back?.files, [forth?.files[1], forth?.files[0], forth?.files[1]]);
    assert.deepEqual((await pixels.cutJpeg(file, []))?.files, []);
  });

  const others: Record<string, () => Promise<Buffer>> = {
    PNG: () => picture().png().toBuffer(),
    'no file': async () => Buffer.alloc(0),
    progressive: () => jpeg(picture(), { progressive: true }),
    'colours at full resolution': () => jpeg(picture(), { chromaSubsampling: '4:4:4' }),
    grey: () => jpeg(picture().toColourspace('b-w')),
    CMYK: () => jpeg(picture().toColourspace('cmyk')),
    'an ICC profile': () => jpeg(picture().withIccProfile('p3')),
  };
  for (const [kind, make] of Object.entries(others)) {
    test(`are not made from others: ${kind}`, async () => {
      assert.equal(await pixels.cutJpeg(await make(), [{ left: 0, top: 0, width: 16, height: 16 }]), null);
    });
  }

  for (const [why, window] of Object.entries<Partial<Window>>({
    'begins between units': { left: 8 },
    'begins between units below': { top: 15 },
    'is too wide': { left: 16, width: WIDTH - 15 },
    'is too high': { height: HEIGHT + 1 },
    'begins outside': { left: 128, width: 1 },
  })) {
    test(`are not made where a window ${why}`, async () => {
      const file = await jpeg(picture());
      assert.equal(await pixels.cutJpeg(file, [WHOLE, { ...WHOLE, ...window }]), null);
    });
  }

  test('are not made from a file that is cut off, wherever', async () => {
    const file = await jpeg(picture(), { quality: 50 });
    for (let size = 0; size < file.length; size += size < 700 ? 1 : 13) {
      assert.equal(await pixels.cutJpeg(file.subarray(0, size), [WHOLE]), null, `${size} bytes`);
    }
    assert.equal(await pixels.cutJpeg(file.subarray(0, -1), [WHOLE]), null, 'half of the last marker');
    assert.notEqual(await pixels.cutJpeg(file, [WHOLE]), null);
  });

  test('are not made from more pixels than allowed', async () => {
    const { cutJpeg } = createPixels({ implementation: pixels.implementation, maxPixels: WIDTH * HEIGHT - 1 });
    assert.equal(await cutJpeg(await jpeg(picture()), [WHOLE]), null);
  });

  test('of colours that are not Y, Cb and Cr are left to others', async () => {
    const file = await jpeg(picture());
    const named = Buffer.from(file);
    const [frame, scan] = [file.indexOf(Buffer.from([0xff, 0xc0])) + 10, file.length - scanOf(file).length - 11];
    for (const [i, id] of [...Buffer.from('RGB')].entries()) {
      named[frame + i * 3] = id;
      named[scan + i * 2] = id;
    }
    assert.equal(await pixels.cutJpeg(named, [WHOLE]), null);
    const jfif = Buffer.from([0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
    const told = Buffer.concat([named.subarray(0, 2), jfif, named.subarray(2)]);
    assert.notEqual(await pixels.cutJpeg(told, [WHOLE]), null, 'JFIF knows no others');
    const adobe = Buffer.from([0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 0]);
    const rgb = Buffer.concat([file.subarray(0, 2), adobe, file.subarray(2)]);
    assert.equal(await pixels.cutJpeg(rgb, [WHOLE]), null);
    rgb[2 + adobe.length - 1] = 1;
    assert.notEqual(await pixels.cutJpeg(rgb, [WHOLE]), null);
  });
});

/** The divisors of a file's coefficients. */
function quantOf(file: Buffer): Buffer[] {
  const tables: Buffer[] = [];
  for (let at = 2; file[at + 1] !== 0xda; at += 2 + file.readUInt16BE(at + 2)) {
    if (file[at + 1] === 0xdb) tables.push(file.subarray(at + 5, at + 69));
  }
  return tables;
}

const native = createPixels();
const skip = native.implementation === 'native' ? false : String(native.fallbackReason);

test('both implementations give the same bytes, of damaged files too', { skip }, async () => {
  const twin = createPixels({ implementation: 'typescript' });
  const sources = await Promise.all([
    jpeg(picture(12, 40, 35), { quality: 85 }),
    jpeg(picture(250, 33, 18), { quality: 100, optimiseCoding: true }),
    jpeg(picture(60, 70, 20), { quality: 20, optimiseCoding: true }),
  ]);
  let cut = 0;
  const inputs = fc.tuple(fc.constantFrom(...sources).chain(mutationsOf), fc.integer({ min: 1, max: 100 }));
  const windows = [
    { left: 0, top: 0, width: 33, height: 18 },
    { left: 16, top: 0, width: 16, height: 16 },
  ];
  await fc.assert(
    fc.asyncProperty(inputs, async ([file, quality]) => {
      const [one, other] = await Promise.all([native, twin].map((own) => own.cutJpeg(file, windows, { quality })));
      assert.deepEqual(one, other);
      if (one !== null) cut++;
    }),
    { numRuns: 400 },
  );
  assert.ok(cut > 40, `only ${cut} files were cut`);
});
