// Writes PNG files of every kind that is decoded into a folder: node test/fuzz/pixels_corpus.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

for (const channels of [1, 3, 4]) {
  const data = Uint8Array.from({ length: 13 * 9 * channels }, (_, i) => (i * 37) % 251);
  const image = sharp(data, { raw: { width: 13, height: 9, channels } });
  for (const adaptiveFiltering of [false, true]) {
    const file = await image.clone().png({ adaptiveFiltering }).toBuffer();
    writeFileSync(join(folder, `raster-${channels}-${adaptiveFiltering}.png`), file);
  }
  for (const colours of [2, 4, 16, 200]) {
    const file = await image.clone().png({ palette: true, colours }).toBuffer();
    writeFileSync(join(folder, `palette-${channels}-${colours}.png`), file);
  }
}
