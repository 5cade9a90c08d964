import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPixels, type Raster } from '@mapgate/pixels';
import { onEveryImplementation } from './implementations.ts';

onEveryImplementation('arguments', (pixels) => {
  const grey: Raster = { data: new Uint8Array(4), width: 2, height: 2, channels: 1 };
  const rgb: Raster = { data: new Uint8Array(12), width: 2, height: 2, channels: 3 };
  const mesh = (quad: object) => ({
    mesh: [{ left: 0, top: 0, right: 2, bottom: 2, corners: [0, 0, 0, 2, 2, 2, 2, 0] as const, ...quad }],
    width: 2,
    height: 2,
    method: 'nearest' as const,
  });

  const wrong: Record<string, [() => Promise<unknown>, RegExp]> = {
    'too little data': [
      () => pixels.hasAlpha({ ...grey, data: new Uint8Array(3) }),
      /raster\.data\.length is 3, must be 4/,
    ],
    'too much data': [
      () => pixels.hasAlpha({ ...grey, data: new Uint8Array(5) }),
      /raster\.data\.length is 5, must be 4/,
    ],
    'data of another type': [
      () => pixels.hasAlpha({ ...grey, data: 'x' as never }),
      /raster\.data is 'x', must be a Uint8Array/,
    ],
    'no width': [() => pixels.hasAlpha({ ...grey, width: 0 }), /raster\.width is 0/],
    'half a pixel': [() => pixels.hasAlpha({ ...grey, width: 1.5 }), /raster\.width is 1\.5/],
    'a side that is too long': [() => pixels.hasAlpha({ ...grey, height: 65_536 }), /raster\.height is 65536/],
    'two channels': [() => pixels.hasAlpha({ ...grey, channels: 2 as never }), /raster\.channels is 2/],
    'colours on grey': [() => pixels.blit(grey, rgb, 0, 0), /source\.channels is 3/],
    'a position between pixels': [() => pixels.blit(rgb, rgb, 0.5, 0), /x is 0\.5/],
    'a position out of range': [() => pixels.blit(rgb, rgb, 0, 2 ** 31), /y is 2147483648/],
    'too much opacity': [() => pixels.applyOpacity(rgb, 1.1), /opacity is 1\.1/],
    'opacity that is no number': [() => pixels.applyOpacity(rgb, Number.NaN), /opacity is NaN/],
    'a mask of another size': [
      () => pixels.composite(rgb, rgb, { mask: new Uint8Array(3) }),
      /mask\.length is 3, must be 4/,
    ],
    'a colour out of range': [() => pixels.transparentColor(rgb, [0, 256, 0], 0), /rgb\[1\] is 256/],
    'a tolerance below 0': [() => pixels.transparentColor(rgb, [0, 0, 0], -1), /tolerance is -1/],
    'no sources': [() => pixels.bandMerge([], 3, []), /sources is empty/],
    'sources of two sizes': [
      () => pixels.bandMerge([grey, { ...grey, width: 4, height: 1 }], 1, []),
      /sources\[1\]\.width is 4/,
    ],
    'a band that is not there': [
      () => pixels.bandMerge([grey], 1, [{ targetBand: 1, source: 0, sourceBand: 0 }]),
      /operations\[0\]\.targetBand is 1/,
    ],
    'a source that is not there': [
      () => pixels.bandMerge([grey], 1, [{ targetBand: 0, source: 1, sourceBand: 0 }]),
      /operations\[0\]\.source is 1/,
    ],
    'half a point': [() => pixels.maskByPolygon(grey, [[1, 2, 3]]), /rings\[0\]\.length is 3/],
    'an endless ring': [() => pixels.maskByPolygon(grey, [[1, Number.POSITIVE_INFINITY]]), /rings\[0\] is Infinity/],
    'a quad outside': [() => pixels.warp(grey, mesh({ right: 3 })), /mesh\[0\]\.right is 3/],
    'an empty quad': [() => pixels.warp(grey, mesh({ bottom: 0 })), /mesh\[0\]\.bottom is 0/],
    'too few corners': [() => pixels.warp(grey, mesh({ corners: [0, 0] })), /mesh\[0\]\.corners\.length is 2/],
    'a corner nowhere': [
      () => pixels.warp(grey, mesh({ corners: [0, 0, 0, 2, 2, 2, 2, Number.NaN] })),
      /corners is NaN/,
    ],
    'an unknown method': [() => pixels.warp(grey, { ...mesh({}), method: 'best' as never }), /method is 'best'/],
    'a background of too few values': [
      () => pixels.warp(rgb, { ...mesh({}), background: [1] }),
      /background\.length is 1/,
    ],
    'an empty box': [
      () => pixels.resample(grey, { box: [1, 0, 1, 2], width: 1, height: 1, method: 'nearest' }),
      /box is \[1,0,1,2\]/,
    ],
    'no colours': [() => pixels.quantise(grey, { colors: 0 }), /colors is 0/],
    'too many colours': [() => pixels.encodeIndexedPng(grey, { colors: 257 }), /colors is 257/],
    'a window beyond the raster': [
      () => pixels.encodeIndexedPng(grey, { window: { left: 1, top: 0, width: 2, height: 2 } }),
      /window\.width is 2/,
    ],
    'an empty window': [
      () => pixels.encodeIndexedPng(grey, { window: { left: 0, top: 0, width: 1, height: 0 } }),
      /window\.height is 0/,
    ],
    'one colour and transparency': [() => pixels.quantise(grey, { colors: 1, method: 'mediancut' }), /colors is 1/],
    'no quality': [() => pixels.cutJpeg(grey.data, [], { quality: 0 }), /quality is 0/],
    'a window without width': [
      () => pixels.cutJpeg(grey.data, [{ left: 0, top: 0, width: 0, height: 1 }]),
      /windows\[0\]\.width is 0/,
    ],
    'a window that begins nowhere': [
      () => pixels.cutJpeg(grey.data, [{ left: -1, top: 0, width: 1, height: 1 }]),
      /windows\[0\]\.left is -1/,
    ],
    'an unknown level': [() => pixels.encodePng(grey, { level: 10 }), /level is 10/],
    'a palette without colours': [
      () => pixels.encodePng({ palette: new Uint8Array(0), indices: grey.data, width: 2, height: 2 }),
      /picture\.palette\.length is 0/,
    ],
    'a file that is no Uint8Array': [() => pixels.decodePng('x' as never), /file is 'x'/],
    'decoding into a target without alpha': [
      () => pixels.decodePngInto(grey, new Uint8Array(), 0, 0),
      /target.channels is 1/,
    ],
  };
  for (const [what, [call, message]] of Object.entries(wrong)) {
    test(`${what}: named with the value`, async () => {
      await assert.rejects(call(), (error: Error) => error instanceof RangeError && message.test(error.message));
    });
  }

  test('the limit of pixels holds for what is given and for what is asked for', async () => {
    const strict = createPixels({ implementation: pixels.implementation, maxPixels: 3 });
    await assert.rejects(strict.hasAlpha(grey), /raster is 2 x 2 pixels, must be at most 3/);
    const source: Raster = { data: new Uint8Array(1), width: 1, height: 1, channels: 1 };
    const options = { box: [0, 0, 1, 1], width: 2, height: 2, method: 'nearest' } as const;
    await assert.rejects(strict.resample(source, options), /result is 2 x 2 pixels, must be at most 3/);
  });
});
