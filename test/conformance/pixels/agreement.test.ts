import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPixels, type Pixels, type Raster } from '@mapgate/pixels';
import fc from 'fast-check';

const native = createPixels();
const twin = createPixels({ implementation: 'typescript' });

const byte = fc.integer({ min: 0, max: 255 });
const channels = fc.constantFrom(1 as const, 3 as const, 4 as const);
const side = fc.integer({ min: 1, max: 24 });

/** Few values make runs and equal neighbours likely; opaque and transparent pixels are as likely as others. */
function rasterWith(channelCount: fc.Arbitrary<1 | 3 | 4>, sides = fc.tuple(side, side)): fc.Arbitrary<Raster> {
  return fc.tuple(sides, channelCount, fc.constantFrom(1, 3, 255)).chain(([[width, height], count, values]) => {
    const size = width * height * count;
    return fc.uint8Array({ minLength: size, maxLength: size, max: values }).map((data) => ({
      data: data.map((value) => Math.floor((value * 255) / values)),
      width,
      height,
      channels: count,
    }));
  });
}

const raster = rasterWith(channels);
const position = fc.integer({ min: -30, max: 30 });
const coordinate = fc.double({ min: -40, max: 40, noNaN: true });
const method = fc.constantFrom('nearest' as const, 'bilinear' as const, 'bicubic' as const);

/** Runs a call on both implementations and compares all bytes of the results. */
async function agree(call: (pixels: Pixels) => Promise<unknown>): Promise<void> {
  const [one, other] = await Promise.all([call(native), call(twin)]);
  assert.deepEqual(plain(one), plain(other));
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

const copyOf = (picture: Raster): Raster => ({ ...picture, data: picture.data.slice() });

const skip = native.implementation === 'native' ? false : String(native.fallbackReason);

/** For all inputs of an arbitrary, both implementations give the same bytes. */
function agreeOn<T>(
  title: string,
  inputs: fc.Arbitrary<T>,
  call: (pixels: Pixels, input: T) => Promise<unknown>,
): void {
  test(`both implementations give the same bytes: ${title}`, { skip }, async () => {
    await fc.assert(
      fc.asyncProperty(inputs, (input) => agree((pixels) => call(pixels, input))),
      { numRuns: 100 },
    );
  });
}

const fitting = fc.tuple(raster, raster).filter(([target, source]) => target.channels !== 1 || source.channels === 1);

agreeOn('blit', fc.tuple(fitting, position, position), async (pixels, [[target, source], x, y]) => {
  const copy = copyOf(target);
  await pixels.blit(copy, source, x, y);
  return copy;
});

const opacity = fc.double({ min: 0, max: 1, noNaN: true });
const overlay = fc.tuple(fitting, position, position, opacity, fc.boolean());
agreeOn('composite', overlay, async (pixels, [[target, source], x, y, alpha, masked]) => {
  const copy = copyOf(target);
  const mask = masked ? Uint8Array.from({ length: source.width * source.height }, (_, i) => i * 37) : undefined;
  await pixels.composite(copy, source, { x, y, opacity: alpha, ...(mask === undefined ? {} : { mask }) });
  return copy;
});

agreeOn('applyOpacity', fc.tuple(raster, opacity), (pixels, [picture, alpha]) => pixels.applyOpacity(picture, alpha));

agreeOn('transparentColor', fc.tuple(raster, byte, byte, byte, byte), (pixels, [picture, r, g, b, tolerance]) =>
  pixels.transparentColor(picture, [r, g, b], tolerance),
);

const factor = fc.oneof(fc.constant(1), fc.double({ min: -2, max: 4, noNaN: true }));
const operation = fc.record({
  targetBand: fc.integer({ min: 0, max: 2 }),
  source: fc.integer({ min: 0, max: 1 }),
  sourceBand: fc.integer({ min: 0, max: 3 }),
  factor,
});
const sameSize = fc.tuple(side, side).chain((size) => {
  const one = rasterWith(channels, fc.constant(size));
  return fc.tuple(one, one);
});
agreeOn('bandMerge', fc.tuple(sameSize, fc.array(operation)), (pixels, [sources, operations]) =>
  pixels.bandMerge(sources, 4, operations),
);

const ring = fc.array(fc.tuple(coordinate, coordinate), { maxLength: 8 }).map((points) => points.flat());
agreeOn('maskByPolygon', fc.tuple(raster, fc.array(ring, { maxLength: 3 })), (pixels, [picture, rings]) =>
  pixels.maskByPolygon(picture, rings),
);

agreeOn('isSingleColor and hasAlpha', raster, (pixels, picture) =>
  Promise.all([pixels.isSingleColor(picture), pixels.hasAlpha(picture)]),
);

const corners = fc.tuple(...([coordinate, coordinate, coordinate, coordinate] as const));
agreeOn('warp', fc.tuple(raster, corners, corners, method), (pixels, [source, a, b, sampling]) => {
  const quad = { left: 1, top: 0, right: 20, bottom: 15, corners: [...a, ...b] } as const;
  return pixels.warp(source, { mesh: [quad], width: 21, height: 17, method: sampling });
});

const box = fc.tuple(
  coordinate,
  coordinate,
  fc.double({ min: 0.1, max: 50, noNaN: true }),
  fc.double({ min: 0.1, max: 50, noNaN: true }),
);
agreeOn('resample', fc.tuple(raster, box, method, side), (pixels, [source, [x, y, w, h], sampling, width]) =>
  pixels.resample(source, { box: [x, y, x + w, y + h], width, height: 9, method: sampling }),
);

const quantisation = fc.tuple(raster, fc.integer({ min: 2, max: 40 }), fc.constantFrom('fastoctree', 'mediancut'));
agreeOn('quantise', quantisation, (pixels, [picture, colors, quantiser]) =>
  pixels.quantise(picture, { colors, method: quantiser as 'fastoctree' }),
);

// Runs that begin and end about the 16 and 64 pixels that are looked at together.
const wide = rasterWith(channels, fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 3 })));
agreeOn('quantise, wide', fc.tuple(wide, quantisation), (pixels, [picture, [, colors, quantiser]]) =>
  pixels.quantise(picture, { colors, method: quantiser as 'fastoctree' }),
);

/** Samples in 0 to 255 by their position: (pixel, channel), and a number by chance. */
const PICTURES: Readonly<Record<string, (pixel: number, channel: number, chance: number) => number>> = {
  'of random colours': (_pixel, _channel, chance) => chance,
  'that are opaque': (_pixel, channel, chance) => (channel === 3 ? 255 : chance),
  'of few bits at the top and many below': (pixel, _channel, chance) => chance & (pixel < 30_000 ? 0xf0 : 0xff),
  'of flat and of noisy parts': (pixel, channel, chance) => (pixel % 512 < 400 ? 200 + channel : chance),
};

for (const [kind, sampleAt] of Object.entries(PICTURES)) {
  for (const method of ['fastoctree', 'mediancut'] as const) {
    const title = `both implementations give the same bytes: quantise by ${method}, more colours than are counted singly ${kind}`;
    test(title, { skip }, async () => {
      let state = 1;
      const data = Uint8Array.from({ length: 200 * 200 * 4 }, (_, at) => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        return sampleAt(at >> 2, at & 3, state >>> 24);
      });
      await agree((pixels) => pixels.quantise({ data, width: 200, height: 200, channels: 4 }, { method }));
    });
  }
}

agreeOn('decodePng of encodePng', raster, async (pixels, picture) => pixels.decodePng(await pixels.encodePng(picture)));
