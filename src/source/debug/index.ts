import sharp from 'sharp';
import { z } from 'zod';
import { defineSource, type MapSource } from '../contract.ts';
import { commonSourceOptions } from '../options.ts';

const options = z.object(commonSourceOptions);

/** Writes the bbox and resolution of every request on a transparent picture (row SRC-63). */
export default defineSource<z.infer<typeof options>>({
  type: 'debug',
  options,
  build(_own, context): MapSource {
    return {
      kind: 'map',
      name: context.name,
      image: context.image('image/png', { transparent: true }),
      extent: undefined,
      async getMap({ bbox, size: [width, height] }) {
        const resolutions = [(bbox[2] - bbox[0]) / width, (bbox[3] - bbox[1]) / height];
        const lines = [
          `bbox: (${bbox.map((value) => value.toFixed(8)).join(', ')})`,
          `res: ${resolutions.map((value) => value.toFixed(8)).join(' ')}`,
          `size: ${width} x ${height}`,
        ];
        const text = lines.map((line, row) => `<text x="10" y="${20 * (row + 1)}">${line}</text>`).join('');
        const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
          font-family="DejaVu Sans, sans-serif" font-size="12">${text}</svg>`;
        return { body: await sharp(Buffer.from(drawing)).png().toBuffer(), cacheable: true };
      },
    };
  },
});
