import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blankRaster } from '../../../src/image/raster.ts';
import { type Decorate, decorated } from '../../../src/service/decoration.ts';
import { fakeRequest } from '../../support/fake-request.ts';

const PICTURE = blankRaster([2, 1], [1, 2, 3]);

const run = (decorate: Decorate) =>
  decorated(decorate, PICTURE, 'wms.map', ['osm'], fakeRequest('/service', { headers: { Cookie: 'a=b' } }), [
    'EPSG:4326',
    [1, 2, 3, 4],
  ]);

describe('decoration', () => {
  it('AUTH-08: the hook is told what the picture is of', async () => {
    const calls: Parameters<Decorate>[] = [];
    await run((...call) => {
      calls.push(call);
      return call[0];
    });
    const [[image, ...others] = []] = calls;
    assert.deepEqual([image?.width, image?.height], [2, 1]);
    assert.deepEqual(others, ['wms.map', ['osm'], { HTTP_COOKIE: 'a=b' }, ['EPSG:4326', [1, 2, 3, 4]]]);
  });

  it('AUTH-08: a picture changed in place is not changed for others', async () => {
    const { data } = await run((image) => {
      image.data.fill(9);
      return image;
    });
    assert.deepEqual([...data], Array(8).fill(9));
    assert.deepEqual([...PICTURE.data.subarray(0, 4)], [1, 2, 3, 255]);
  });

  it('AUTH-08: a picture may come later, in any array of bytes', async () => {
    const image = { data: new Uint8Array(8).fill(7), width: 2, height: 1, opaque: true };
    const { data, opaque } = await run(async () => image as never);
    assert.deepEqual([...data], Array(8).fill(7));
    assert.equal(opaque, false, 'its alpha counts');
  });

  const nonsense = [
    ['nothing', undefined],
    ['a text', 'image'],
    ['another size', blankRaster([1, 1])],
    ['too few bytes', { ...PICTURE, data: Buffer.alloc(7) }],
    ['no bytes', { ...PICTURE, data: [1, 2, 3, 4, 5, 6, 7, 8] }],
  ] as const;
  for (const [title, result] of nonsense) {
    it(`AUTH-08: ${title} instead of a picture is an error`, async () => {
      await assert.rejects(
        run(() => result as never),
        /hook 'decorate' gives back no picture of 2 x 1 pixels/,
      );
    });
  }
});
