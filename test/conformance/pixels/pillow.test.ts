import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createPixels, type IndexedRaster, type Quad } from '@mapgate/pixels';
import { mapPicture, noisePicture, overlayPicture, reliefPicture } from '../../bench/pixels/pictures.ts';
import { requirePrograms } from '../../support/debian.ts';
import { psnr } from './implementations.ts';

const PYTHON = '/usr/bin/python3';
const PROGRAMS = { [PYTHON]: 'python3', '/usr/lib/python3/dist-packages/PIL/Image.py': 'python3-pil' };
const SCRIPT = fileURLToPath(new URL('pillow.py', import.meta.url));
const SIZE = 256;

const pixels = createPixels();

function pillow(task: object, ...input: readonly Uint8Array[]): Buffer {
  const args = [SCRIPT, JSON.stringify({ size: [SIZE, SIZE], ...task })];
  return execFileSync(PYTHON, args, { input: Buffer.concat(input), maxBuffer: 64 * 1024 * 1024 });
}

/** A test that compares with Pillow; skipped by name where it cannot be brought. */
function comparison(title: string, body: (t: TestContext) => Promise<void>): void {
  test(title, async (t) => {
    if (await requirePrograms(t, PROGRAMS)) await body(t);
  });
}

function assertNear(title: string, actual: Uint8Array, expected: Uint8Array, decibels: number): void {
  const measured = psnr(actual, expected);
  assert.ok(measured >= decibels, `${title}: ${measured.toFixed(1)} dB, wanted ${decibels}`);
}

/** A target of 300 x 200 in 12 quads, each a little turned and bent. */
function bentMesh(): Quad[] {
  const place = (x: number, y: number) => {
    return [30 + x * 0.7 + y * 0.1 + 6 * Math.sin(y / 60), 10 + y * 0.9 - x * 0.08 + 5 * Math.cos(x / 50)] as const;
  };
  return [0, 75, 150, 225].flatMap((left) =>
    [0, 70, 140].map((top): Quad => {
      const [right, bottom] = [left + 75, Math.min(200, top + 70)];
      const corners = [
        ...place(left, top),
        ...place(left, bottom),
        ...place(right, bottom),
        ...place(right, top),
      ] as const;
      return { left, top, right, bottom, corners };
    }),
  );
}

for (const [method, decibels] of [
  ['nearest', 60],
  ['bilinear', 45],
  ['bicubic', 38],
] as const) {
  comparison(`IMG-17: ${method}: an extent is as Pillow's transform makes it`, async () => {
    for (const picture of [await mapPicture(SIZE), await overlayPicture(SIZE)]) {
      for (const box of [
        [10.3, 20.7, 200.1, 180.2],
        [-20.25, -30.5, 300, 280],
        [100, 100, 140, 130],
      ] as const) {
        const { data } = await pixels.resample(picture, { box, width: 200, height: 170, method });
        const expected = pillow({ do: 'extent', to: [200, 170], box, method }, picture.data);
        assertNear(`${picture.name} ${box}`, data, expected, decibels);
      }
    }
  });

  comparison(`IMG-17: ${method}: a mesh is as Pillow's transform makes it`, async () => {
    const picture = await mapPicture(SIZE);
    const mesh = bentMesh();
    const { data } = await pixels.warp(picture, { mesh, width: 300, height: 200, method });
    const boxes = mesh.map(({ left, top, right, bottom, corners }) => [[left, top, right, bottom], corners]);
    assertNear('mesh', data, pillow({ do: 'mesh', to: [300, 200], mesh: boxes, method }, picture.data), decibels);
  });
}

comparison('IMG-12: composite is within one level of Pillow', async () => {
  const [map, overlay] = [await mapPicture(SIZE), await overlayPicture(SIZE)];
  for (let at = 3; at < map.data.length; at += 4) map.data[at] = (at * 7) & 255;
  const expected = pillow({ do: 'composite' }, map.data, overlay.data);
  await pixels.composite(map, overlay);
  for (let at = 0; at < expected.length; at++) {
    const difference = Math.abs((map.data[at] ?? 0) - (expected[at] ?? 0));
    assert.ok(difference <= 1, `byte ${at}: ${map.data[at]} and ${expected[at]}`);
  }
});

comparison("IMG-04: quantised pictures are at least as near to the original as Pillow's", async () => {
  for (const picture of await Promise.all(
    [mapPicture, overlayPicture, reliefPicture, noisePicture].map((draw) => draw(SIZE)),
  )) {
    const own = psnr(picture.data, expanded(await pixels.quantise(picture)));
    const pillows = psnr(picture.data, pillow({ do: 'quantise' }, picture.data));
    assert.ok(own >= pillows, `${picture.name}: ${own.toFixed(1)} dB, Pillow ${pillows.toFixed(1)}`);
  }
});

function expanded({ palette, indices }: IndexedRaster): Uint8Array {
  const data = new Uint8Array(indices.length * 4);
  for (const [i, index] of indices.entries()) data.set(palette.subarray(index * 4, index * 4 + 4), i * 4);
  return data;
}
