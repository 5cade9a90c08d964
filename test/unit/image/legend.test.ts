import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { joinLegends } from '../../../src/image/legend.ts';
import { solidPng } from '../../support/map-server.ts';

describe('legends in one picture', () => {
  it('WMS-42: the last is at the top, beside narrow ones it is transparent', async () => {
    const joined = await joinLegends([await solidPng(2, 1, [255, 0, 0]), await solidPng(1, 1, [0, 0, 255])]);
    const { data, info } = await sharp(joined).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [2, 2]);
    const pixel = (at: number) => [...data.subarray(at * 4, at * 4 + 4)];
    assert.deepEqual([pixel(0), pixel(1)[3]], [[0, 0, 255, 255], 0]);
    assert.deepEqual(
      [pixel(2), pixel(3)],
      [
        [255, 0, 0, 255],
        [255, 0, 0, 255],
      ],
    );
  });
});
