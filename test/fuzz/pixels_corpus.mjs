// Writes files of every kind that is decoded or cut into FOLDER/png and FOLDER/jpeg: node test/fuzz/pixels_corpus.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const [png, jpeg] = ['png', 'jpeg'].map((kind) => join(process.argv[2], kind));
for (const folder of [png, jpeg]) mkdirSync(folder, { recursive: true });

for (const channels of [1, 3, 4]) {
  const data = Uint8Array.from({ length: 13 * 9 * channels }, (_, i) => (i * 37) % 251);
  const image = sharp(data, { raw: { width: 13, height: 9, channels } });
  for (const adaptiveFiltering of [false, true]) {
    const file = await image.clone().png({ adaptiveFiltering }).toBuffer();
    writeFileSync(join(png, `raster-${channels}-${adaptiveFiltering}.png`), file);
  }
  for (const colours of [2, 4, 16, 200]) {
    const file = await image.clone().png({ palette: true, colours }).toBuffer();
    writeFileSync(join(png, `palette-${channels}-${colours}.png`), file);
  }
}

for (const [width, height] of [
  [16, 16],
  [40, 35],
]) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 251);
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  for (const quality of [30, 80, 100]) {
    for (const optimiseCoding of [false, true]) {
      const file = await image.clone().jpeg({ quality, optimiseCoding, chromaSubsampling: '4:2:0' }).toBuffer();
      writeFileSync(join(jpeg, `${width}-${quality}-${optimiseCoding}.jpeg`), file);
      // With restart markers announced, which then are missing.
      const interval = Buffer.from([0xff, 0xdd, 0, 4, 0, 1]);
      const restarting = Buffer.concat([file.subarray(0, 2), interval, file.subarray(2)]);
      writeFileSync(join(jpeg, `${width}-${quality}-${optimiseCoding}-restarting.jpeg`), restarting);
    }
  }
}
