import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { createPixels, type Raster } from '@mapgate/pixels';
import fc from 'fast-check';
import sharp from 'sharp';
import { onEveryImplementation, rasterOf, rowsOf } from './implementations.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

interface Parts {
  readonly width: number;
  readonly height: number;
  readonly bits?: number;
  readonly colour: number;
  readonly interlace?: number;
  readonly before?: readonly Buffer[];
  /** Rows with their filters. */
  readonly rows: readonly number[];
}

/** A PNG file, byte for byte. */
function pngOf({ width, height, bits = 8, colour, interlace = 0, before = [], rows }: Parts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colour, 0, 0, interlace], 8);
  const data = deflateSync(Uint8Array.from(rows));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const PALETTE = chunk('PLTE', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));

onEveryImplementation('PNG', (pixels) => {
  const decoded = async (parts: Parts) => {
    const raster = await pixels.decodePng(pngOf(parts));
    assert.ok(raster !== null);
    return rowsOf(raster);
  };

  for (const [filter, rows] of [
    ['None', [0, 10, 20, 30, 0, 1, 2, 3]],
    ['Sub', [1, 10, 10, 10, 1, 1, 1, 1]],
    ['Up', [2, 10, 20, 30, 2, 247, 238, 229]],
    ['Average', [3, 10, 15, 20, 3, 252, 248, 243]],
    ['Paeth', [4, 10, 10, 10, 4, 247, 248, 239]],
  ] as const) {
    test(`decodes filter ${filter}`, async () => {
      assert.deepEqual(await decoded({ width: 3, height: 2, colour: 0, rows }), [
        [10, 20, 30],
        [1, 2, 3],
      ]);
    });
  }

  test('decodes palettes of 2 bits to RGB, with tRNS to RGBA', async () => {
    const parts = { width: 3, height: 1, bits: 2, colour: 3, rows: [0, 0b00_01_10_00] };
    assert.deepEqual(await decoded({ ...parts, before: [PALETTE] }), [
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ]);
    const before = [PALETTE, chunk('tRNS', Buffer.of(0, 128))];
    assert.deepEqual(await decoded({ ...parts, before }), [
      [
        [1, 2, 3, 0],
        [4, 5, 6, 128],
        [7, 8, 9, 255],
      ],
    ]);
  });

  test('decodes grey of 1 bit, and its transparent value', async () => {
    const parts = { width: 3, height: 1, bits: 1, colour: 0, rows: [0, 0b10100000] };
    assert.deepEqual(await decoded(parts), [[255, 0, 255]]);
    const before = [chunk('tRNS', Buffer.of(0, 0))];
    assert.deepEqual(await decoded({ ...parts, before }), [
      [
        [255, 255, 255, 255],
        [0, 0, 0, 0],
        [255, 255, 255, 255],
      ],
    ]);
  });

  test('decodes the transparent colour of RGB', async () => {
    const before = [chunk('tRNS', Buffer.of(0, 1, 0, 2, 0, 3))];
    const rows = [0, 1, 2, 3, 1, 2, 4];
    assert.deepEqual(await decoded({ width: 2, height: 1, colour: 2, before, rows }), [
      [
        [1, 2, 3, 0],
        [1, 2, 4, 255],
      ],
    ]);
  });

  test('decodes grey with alpha to RGBA', async () => {
    assert.deepEqual(await decoded({ width: 1, height: 1, colour: 4, rows: [0, 7, 99] }), [[[7, 7, 7, 99]]]);
  });

  for (const [what, parts, pixel] of [
    ['grey', { colour: 0, rows: [0, 7] }, [7, 7, 7, 255]],
    ['grey with alpha', { colour: 4, rows: [0, 7, 99] }, [7, 7, 7, 99]],
    ['RGB', { colour: 2, rows: [0, 1, 2, 3] }, [1, 2, 3, 255]],
    ['RGBA', { colour: 6, rows: [0, 1, 2, 3, 4] }, [1, 2, 3, 4]],
    ['a palette of 8 bits', { colour: 3, before: [PALETTE], rows: [0, 2] }, [7, 8, 9, 255]],
    ['a palette of 2 bits', { bits: 2, colour: 3, before: [PALETTE], rows: [0, 0b01_00_00_00] }, [4, 5, 6, 255]],
    [
      'a translucent palette',
      { colour: 3, before: [PALETTE, chunk('tRNS', Buffer.of(1, 2))], rows: [0, 1] },
      [4, 5, 6, 2],
    ],
  ] as const) {
    test(`decodes ${what} into another picture`, async () => {
      const target = rasterOf([
        [
          [9, 9, 9, 9],
          [8, 8, 8, 8],
        ],
      ]);
      const file = pngOf({ width: 1, height: 1, ...parts });
      const opaque = pixel[3] === 255;
      assert.deepEqual(await pixels.decodePngInto(target, file, 1, 0), { width: 1, height: 1, opaque });
      assert.deepEqual(rowsOf(target), [[[9, 9, 9, 9], pixel]]);
    });
  }

  test('cuts off what does not fit into the other picture', async () => {
    const target = rasterOf([[[9, 9, 9, 9]]]);
    const file = pngOf({ width: 3, height: 2, colour: 0, rows: [0, 10, 20, 30, 0, 1, 2, 3] });
    await pixels.decodePngInto(target, file, -1, -1);
    assert.deepEqual(rowsOf(target), [[[2, 2, 2, 255]]]);
    await pixels.decodePngInto(target, file, 5, 5);
    assert.deepEqual(rowsOf(target), [[[2, 2, 2, 255]]]);
  });

  test('cuts off the sides of what is RGBA already', async () => {
    const target = rasterOf([[[9, 9, 9, 9]]]);
    const file = pngOf({ width: 3, height: 1, colour: 6, rows: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] });
    await pixels.decodePngInto(target, file, -1, 0);
    assert.deepEqual(rowsOf(target), [[[5, 6, 7, 8]]]);
  });

  /** Larger than what is inflated at a time: each row of another grey, the filter Up from the row above. */
  const LARGE = { width: 2000, height: 600 } as const;
  const large = (last = 2) =>
    pngOf({
      ...LARGE,
      colour: 0,
      rows: Array.from({ length: LARGE.height }, (_, y) => [
        y === LARGE.height - 1 ? last : 2,
        ...Array.from({ length: LARGE.width }, (_, x) => (y === 0 ? x % 251 : 1)),
      ]).flat(),
    });
  const blank = (width: number, height: number): Raster => ({
    data: new Uint8Array(width * height * 4),
    width,
    height,
    channels: 4,
  });

  test('decodes a large picture in pieces', async () => {
    const [decoded, target] = [await pixels.decodePng(large()), blank(700, 650)];
    await pixels.decodePngInto(target, large(), -1500, 7);
    const at = (x: number, y: number) => ((x % 251) + y) % 256;
    for (const [x, y] of [
      [0, 0],
      [1999, 261],
      [1500, 262],
      [1998, 263],
      [1999, 599],
    ] as const) {
      assert.equal(decoded?.data[y * LARGE.width + x], at(x, y), `${x}, ${y}`);
      const place = ((y + 7) * 700 + x - 1500) * 4;
      if (x < 1500) continue;
      assert.deepEqual([...target.data.subarray(place, place + 4)], [at(x, y), at(x, y), at(x, y), 255], `${x}, ${y}`);
    }
    assert.equal(target.data[(6 * 700 + 5) * 4 + 3], 0);
    assert.equal(target.data[(607 * 700 + 5) * 4 + 3], 0);
    assert.equal(target.data[(20 * 700 + 500) * 4 + 3], 0);
  });

  test('leaves the place of a damaged large picture transparent', async () => {
    const target = blank(LARGE.width, LARGE.height + 1);
    target.data.fill(9, LARGE.width * LARGE.height * 4);
    await assert.rejects(pixels.decodePngInto(target, large(7), 0, 0), /filter 7/);
    assert.ok(target.data.subarray(0, LARGE.width * LARGE.height * 4).every((byte) => byte === 0));
    assert.ok(target.data.subarray(LARGE.width * LARGE.height * 4).every((byte) => byte === 9));
  });

  test('writes nothing of a damaged file, or of one that is left to others', async () => {
    const target = rasterOf([[[9, 9, 9, 9]]]);
    const damaged = pngOf({ width: 1, height: 2, colour: 3, before: [PALETTE], rows: [0, 1, 0, 3] });
    await assert.rejects(pixels.decodePngInto(target, damaged, 0, 0), /colour 3 is not in the palette/);
    assert.equal(await pixels.decodePngInto(target, Buffer.from('GIF89a......'), 0, 0), null);
    assert.deepEqual(rowsOf(target), [[[9, 9, 9, 9]]]);
  });

  for (const [what, parts] of [
    ['interlaced files', { width: 1, height: 1, colour: 0, interlace: 1, rows: [0, 1] }],
    ['16 bits', { width: 1, height: 1, bits: 16, colour: 0, rows: [0, 1, 1] }],
    ['an ICC profile', { width: 1, height: 1, colour: 0, before: [chunk('iCCP', Buffer.of(0))], rows: [0, 1] }],
    [
      'unknown critical chunks',
      { width: 1, height: 1, colour: 0, before: [chunk('ABCD', Buffer.of(0))], rows: [0, 1] },
    ],
  ] as const) {
    test(`leaves ${what} to others`, async () => {
      assert.equal(await pixels.decodePng(pngOf(parts)), null);
    });
  }

  test('leaves what is no PNG to others', async () => {
    for (const file of [Buffer.alloc(0), Buffer.from('GIF89a......'), SIGNATURE.subarray(0, 7)]) {
      assert.equal(await pixels.decodePng(file), null);
    }
  });

  for (const [what, parts, message] of [
    ['no palette', { width: 1, height: 1, colour: 3, rows: [0, 0] }, /no palette/],
    [
      'a colour beyond the palette',
      { width: 1, height: 1, colour: 3, before: [PALETTE], rows: [0, 3] },
      /colour 3 is not/,
    ],
    [
      'a palette of 4 bytes',
      { width: 1, height: 1, colour: 3, before: [chunk('PLTE', Buffer.alloc(4))], rows: [0, 0] },
      /palette of 4/,
    ],
    ['an unknown filter', { width: 1, height: 1, colour: 0, rows: [5, 0] }, /filter 5/],
    ['too little data', { width: 2, height: 1, colour: 0, rows: [0, 0] }, /too little/],
    ['too much data', { width: 1, height: 1, colour: 0, rows: [0, 0, 0] }, /too much/],
    ['no pixels', { width: 0, height: 1, colour: 0, rows: [0] }, /0 x 1 pixels/],
    ['too many pixels', { width: 65_535, height: 65_535, colour: 6, rows: [0] }, /65535 x 65535 pixels: more than/],
    ['a side that is too long', { width: 65_536, height: 1, colour: 0, rows: [0] }, /65536 x 1 pixels: a side/],
    ['much more than the data can hold', { width: 5000, height: 5000, colour: 6, rows: [0] }, /too little/],
    [
      'alpha values for no colours',
      { width: 1, height: 1, colour: 3, before: [PALETTE, chunk('tRNS', Buffer.alloc(4))], rows: [0, 0] },
      /more alpha/,
    ],
    [
      'tRNS with alpha',
      { width: 1, height: 1, colour: 6, before: [chunk('tRNS', Buffer.alloc(6))], rows: [0, 0, 0, 0, 0] },
      /transparency/,
    ],
  ] as const) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(pixels.decodePng(pngOf(parts)), message);
    });
  }

  test('IMG-19: refuses a file that is cut anywhere after its signature', async () => {
    const file = await pixels.encodePng(
      rasterOf([
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ]),
    );
    for (let size = 8; size < file.length; size++)
      await assert.rejects(pixels.decodePng(file.subarray(0, size)), /damaged/);
  });

  test('IMG-19: a changed byte is refused, wherever it is after the signature', async () => {
    const file = await pixels.encodePng(
      rasterOf([
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ]),
    );
    for (let at = 8; at < file.length; at++) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      await assert.rejects(pixels.decodePng(changed), /damaged/, `byte ${at}`);
    }
  });

  test('the limit of pixels is the one that was set', async () => {
    const { implementation } = pixels;
    const strict = createPixels({ implementation, maxPixels: 3 });
    const file = pngOf({ width: 2, height: 2, colour: 0, rows: [0, 1, 1, 0, 1, 1] });
    await assert.rejects(strict.decodePng(file), /2 x 2 pixels: more than 3/);
  });

  for (const [colors, bits] of [
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 4],
    [16, 4],
    [17, 8],
    [256, 8],
  ] as const) {
    test(`a palette of ${colors} takes ${bits} bits for each pixel`, async () => {
      const palette = Uint8Array.from({ length: colors * 4 }, (_, i) => (i % 4 === 3 ? 255 - (i >> 4) : i));
      const indices = Uint8Array.from({ length: 37 * 9 }, (_, i) => i % colors);
      const file = await pixels.encodePng({ palette, indices, width: 37, height: 9 });
      assert.equal(file[24], bits);
      const { data } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      const expected = [...indices].flatMap((index) => [...palette.subarray(index * 4, index * 4 + 4)]);
      assert.deepEqual([...data], expected);
    });
  }

  const size = fc.integer({ min: 1, max: 40 });
  const raster = fc
    .tuple(
      size,
      size,
      fc.constantFrom(1 as const, 3 as const, 4 as const),
      fc.integer({ min: 1, max: 256 }),
      fc.integer(),
    )
    .map(([width, height, channels, spread, seed]) => {
      let state = seed;
      const data = Uint8Array.from({ length: width * height * channels }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        return (state >>> 16) % spread;
      });
      return { data, width, height, channels };
    });

  test('what is encoded is what sharp decodes, and what we decode', async () => {
    await fc.assert(
      fc.asyncProperty(raster, fc.integer({ min: 0, max: 9 }), async (picture, level) => {
        const file = await pixels.encodePng(picture, { level });
        const own = await pixels.decodePng(file);
        assert.ok(own !== null);
        assert.deepEqual(Buffer.from(own.data), Buffer.from(picture.data));
        const image = picture.channels === 1 ? sharp(file).extractChannel(0) : sharp(file);
        const { data } = await image.raw().toBuffer({ resolveWithObject: true });
        assert.deepEqual(data, Buffer.from(picture.data));
      }),
      { numRuns: 30 },
    );
  });

  test('an opaque picture is written without alpha', async () => {
    const file = await pixels.encodePng(
      rasterOf([
        [
          [1, 2, 3, 255],
          [4, 5, 6, 255],
        ],
      ]),
    );
    assert.deepEqual(await pixels.decodePng(file).then((png) => png && rowsOf(png)), [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]);
  });

  test('an index beyond the palette is refused', async () => {
    const picture = { palette: new Uint8Array(8), indices: Uint8Array.of(0, 1, 2, 0), width: 2, height: 2 };
    await assert.rejects(pixels.encodePng(picture), /index 2 is not in a palette of 2 colours/);
  });

  test('encodeIndexedPng is quantise and encodePng', async () => {
    const picture = rasterOf([
      [
        [1, 2, 3, 255],
        [4, 5, 6, 9],
        [4, 5, 7, 9],
      ],
    ]);
    const file = await pixels.encodeIndexedPng(picture, { colors: 2, level: 9 });
    assert.deepEqual(file, await pixels.encodePng(await pixels.quantise(picture, { colors: 2 }), { level: 9 }));
  });

  for (const channels of [1, 3, 4] as const) {
    test(`encodeIndexedPng of a window is that of the same pixels cut out, ${channels} channels`, async () => {
      const [width, height] = [13, 11];
      const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * i * 31) & 255);
      const window = { left: 4, top: 3, width: 9, height: 7 };
      const cut = { data: new Uint8Array(9 * 7 * channels), width: 9, height: 7, channels };
      await pixels.blit(cut, { data, width, height, channels }, -4, -3);
      for (const colors of [5, 256]) {
        const file = await pixels.encodeIndexedPng({ data, width, height, channels }, { colors, window });
        assert.deepEqual(file, await pixels.encodeIndexedPng(cut, { colors }));
      }
    });
  }

  test('decodeRgbaPng gives four channels and tells whether the file has alpha', async () => {
    const pictures = { grey: rasterOf([[7, 9]]), rgb: rasterOf([[[1, 2, 3]]]), rgba: rasterOf([[[1, 2, 3, 4]]]) };
    const decode = async (picture: Raster) => pixels.decodeRgbaPng(await pixels.encodePng(picture));
    const [grey, rgb, rgba] = [await decode(pictures.grey), await decode(pictures.rgb), await decode(pictures.rgba)];
    assert.deepEqual([...(grey?.data ?? [])], [7, 7, 7, 255, 9, 9, 9, 255]);
    assert.deepEqual([...(rgb?.data ?? [])], [1, 2, 3, 255]);
    assert.deepEqual([...(rgba?.data ?? [])], [1, 2, 3, 4]);
    assert.deepEqual([grey?.opaque, rgb?.opaque, rgba?.opaque], [true, true, false]);
    assert.deepEqual([grey?.width, grey?.height], [2, 1]);
    assert.equal(await pixels.decodeRgbaPng(Buffer.from('no PNG')), null);
  });
});
