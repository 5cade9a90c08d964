import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { encodeImage } from '../../../src/image/encode.ts';
import { globalImageOptions, type ImageOptions, imageSettings } from '../../../src/image/options.ts';
import { blankRaster } from '../../../src/image/raster.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { requirePrograms } from '../../support/debian.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Prints what Pillow, which knows nothing of ours, reads out of the file. */
const READER = `
import json, sys
from PIL import Image
image = Image.open(sys.argv[1])
tags = {tag: list(image.tag_v2[tag]) for tag in (33550, 33922, 34735)}
print(json.dumps({**tags, 'pixel': image.convert('RGB').getpixel((3, 3)), 'frames': image.n_frames}))
`;

async function geotiff(code: string, own: ImageOptions = {}): Promise<Buffer> {
  const settings = imageSettings(globalImageOptions.parse({}), 'image/GeoTIFF', { ...own, transparent: false });
  const where = { bbox: [5, 50, 15, 55], srs: srsByCode(code) } as const;
  const { body, mimeType } = await encodeImage(blankRaster([20, 10], [200, 100, 50]), settings, where);
  assert.equal(mimeType, 'image/GeoTIFF');
  return body;
}

describe('GeoTIFF', () => {
  const KEYS = [
    ['EPSG:4326', [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326]],
    ['EPSG:25832', [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 25832]],
  ] as const;
  for (const [code, keys] of KEYS) {
    it(`IMG-05: says where it is in ${code}, as another program reads it`, async (t) => {
      if (!(await requirePrograms(t, { '/usr/lib/python3/dist-packages/PIL/__init__.py': 'python3-pil' }))) return;
      const file = path.join(await temporaryFolder(t), 'map.tif');
      await writeFile(file, await geotiff(code));
      const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', READER, file]);
      assert.deepEqual(JSON.parse(stdout), {
        33550: [0.5, 0.5, 0],
        33922: [0, 0, 0, 5, 55, 0],
        34735: keys,
        pixel: [200, 100, 50],
        frames: 1,
      });
    });
  }

  for (const compression of ['raw', 'tiff_lzw', 'jpeg'] as const) {
    it(`IMG-02: can be read with compression ${compression}`, async () => {
      const body = await geotiff('EPSG:3857', { encoding_options: { tiff_compression: compression } });
      const { width, height } = await sharp(body).metadata();
      assert.deepEqual([width, height], [20, 10]);
    });
  }
});
