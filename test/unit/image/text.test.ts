import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageImage, withAttribution } from '../../../src/image/message.ts';
import { blankRaster, type Raster } from '../../../src/image/raster.ts';
import { createWatermark, watermarkOptions } from '../../../src/image/watermark.ts';

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Around all pixels that differ from the first; undefined: there are none. */
function drawn({ data, width, height }: Raster): Box | undefined {
  const ground = data.readUInt32BE(0);
  const found = Array.from({ length: width * height }, (_, index) => index).filter(
    (index) => data.readUInt32BE(index * 4) !== ground,
  );
  if (found.length === 0) return undefined;
  const [columns, rows] = [found.map((index) => index % width), found.map((index) => Math.floor(index / width))];
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)];
}

function darkest({ data }: Raster): number {
  return Math.min(...data.filter((_, index) => index % 4 === 0));
}

describe('messages', () => {
  it('IMG-22: stand in the upper left corner, black', async () => {
    const picture = await messageImage('out of order', [200, 100], { transparent: false, background: [255, 255, 255] });
    const [left, top, right, bottom] = drawn(picture) ?? assert.fail('nothing drawn');
    assert.ok(left < 10 && top < 10 && right < 120 && bottom < 20, String([left, top, right, bottom]));
    assert.ok(darkest(picture) < 60);
  });

  it('IMG-22: are white on a dark ground', async () => {
    const picture = await messageImage('night', [100, 50], { transparent: false, background: [10, 10, 40] });
    assert.ok(Math.max(...picture.data.filter((_, index) => index % 4 === 0)) > 200);
  });

  it('markup in a message is text', async () => {
    const ground = { transparent: false, background: [255, 255, 255] } as const;
    assert.notEqual(drawn(await messageImage('<b>&', [100, 50], ground)), undefined);
  });

  it('an empty message leaves the picture empty', async () => {
    const ground = { transparent: true, background: [255, 255, 255] } as const;
    assert.equal(drawn(await messageImage(' \n', [100, 50], ground)), undefined);
  });

  it('a message longer than the picture is cut off', async () => {
    const ground = { transparent: false, background: [255, 255, 255] } as const;
    const picture = await messageImage('long '.repeat(2000), [100, 50], ground);
    assert.deepEqual([picture.width, picture.height], [100, 50]);
  });
});

describe('attribution', () => {
  it('IMG-21: stands in the lower right corner, in a box that lets the map through', async () => {
    const map = await withAttribution(blankRaster([200, 100], [0, 100, 0]), '© somebody');
    const [left, top, right, bottom] = drawn(map) ?? assert.fail('nothing drawn');
    assert.deepEqual([right, bottom], [199, 99]);
    assert.ok(left > 100 && top > 75, String([left, top]));
    const box = [...map.data.subarray((top * 200 + left) * 4, (top * 200 + left) * 4 + 3)];
    assert.deepEqual(box, [120, 173, 120]);
  });
});

describe('watermarks', () => {
  const tile = blankRaster([256, 256], [255, 255, 255]);
  const draw = createWatermark(watermarkOptions.parse({ text: 'Mark' }));

  it('IMG-20: in even rows in the middle', async () => {
    const [left, top, right, bottom] = drawn(await draw(tile, [3, 2, 5])) ?? assert.fail('nothing drawn');
    assert.ok(Math.abs((left + right) / 2 - 128) < 4 && Math.abs((top + bottom) / 2 - 128) < 4);
  });

  it('IMG-20: in odd rows across both borders', async () => {
    const marked = await draw(tile, [3, 3, 5]);
    const [left, , right] = drawn(marked) ?? assert.fail('nothing drawn');
    assert.ok(left < 3 && right > 252, String([left, right]));
  });

  it('IMG-20: opacity 30 of 255 by default', async () => {
    const marked = await draw(tile, [0, 0, 5]);
    assert.ok(Math.abs(darkest(marked) - (255 - ((255 - 128) * 30) / 255)) <= 2, String(darkest(marked)));
  });

  it('IMG-20: wide: on every second tile', async () => {
    const wide = createWatermark(watermarkOptions.parse({ text: 'Mark', spacing: 'wide' }));
    assert.equal(await wide(tile, [2, 2, 5]), tile);
    assert.notEqual(await wide(tile, [2, 3, 5]), tile);
  });
});
