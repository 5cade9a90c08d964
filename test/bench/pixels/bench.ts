// CPU time (all threads) of pixel work: the native kernels, their TypeScript twin, sharp and Pillow.
//   node --import tsx test/bench/pixels/bench.ts [ROUNDS]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPixels, type Pixels, type Quad, type Raster } from '@mapgate/pixels';
import sharp, { type Sharp } from 'sharp';
import { findProgram } from '../../support/debian.ts';
import { median } from '../table.ts';
import { mapPicture, noisePicture, overlayPicture, plainPicture, reliefPicture } from './pictures.ts';

const ROUNDS = Number(process.argv[2] ?? 7);
const SIDE = 1024;
const TILE = 256;
const PYTHON = '/usr/bin/python3';

interface Figure {
  readonly ms: number;
  readonly bytes: number | null;
}

type Job = () => Promise<unknown>;
type Figures = Readonly<Record<string, Figure>>;

async function measure(job: Job): Promise<Figure> {
  await job();
  const samples: number[] = [];
  let made: unknown;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    made = await job();
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / 1000);
  }
  return { ms: median(samples), bytes: Buffer.isBuffer(made) ? made.length : null };
}

async function measureAll(jobs: Readonly<Record<string, Job>>): Promise<Figures> {
  const figures: Record<string, Figure> = {};
  for (const [name, job] of Object.entries(jobs)) figures[name] = await measure(job);
  return figures;
}

function mesh(): Quad[] {
  const starts = Array.from({ length: SIDE / 64 }, (_, i) => i * 64);
  return starts.flatMap((x) =>
    starts.map((y): Quad => {
      const corners = [x + 1.5, y + 2, x - 3, y + 60, x + 61, y + 63, x + 66, y + 1] as const;
      return { left: x, top: y, right: x + 64, bottom: y + 64, corners };
    }),
  );
}

const BOX = [10.3, 20.7, SIDE - 30.2, SIDE - 5.5] as const;
const asSharp = ({ data, width, height, channels }: Raster) => sharp(data, { raw: { width, height, channels } });

/** The picture with its red as alpha, so that every kind of pixel is composited. */
function overlayOf(picture: Raster): Raster {
  return { ...picture, data: picture.data.map((value, i) => (i % 4 === 3 ? (picture.data[i - 3] ?? 0) : value)) };
}

function jobsOfKernels(pixels: Pixels, picture: Raster, tiles: readonly [Buffer, Buffer]): Record<string, Job> {
  const resample = (method: 'bilinear' | 'bicubic') =>
    pixels.resample(picture, { box: BOX, width: SIDE, height: SIDE, method });
  const [overlay, target] = [overlayOf(picture), { ...picture, data: Buffer.from(picture.data) }];
  return {
    'PNG, true colour': () => pixels.encodePng(picture),
    'PNG, 256 colours': () => pixels.encodeIndexedPng(picture),
    'PNG, 256 colours, better': () => pixels.encodeIndexedPng(picture, { level: 6 }),
    'resample, bilinear': () => resample('bilinear'),
    'resample, bicubic': () => resample('bicubic'),
    'warp, bilinear': () => pixels.warp(picture, { mesh: mesh(), width: SIDE, height: SIDE, method: 'bilinear' }),
    composite: () => pixels.composite(target, overlay),
    'decode tile, 256 colours': () => pixels.decodePng(tiles[0]),
    'decode tile, true colour': () => pixels.decodePng(tiles[1]),
  };
}

function jobsOfSharp(picture: Raster, tiles: readonly [Buffer, Buffer]): Record<string, Job> {
  const buffer = (image: Sharp) => image.toBuffer();
  const overlay = overlayOf(picture);
  const raw = { width: SIDE, height: SIDE, channels: 4 } as const;
  const resample = (interpolator: 'bilinear' | 'bicubic') =>
    buffer(asSharp(picture).affine([1.02, 0, 0, 1.02], { interpolator, idx: -BOX[0], idy: -BOX[1] }).raw());
  return {
    'PNG, true colour': () => buffer(asSharp(picture).png()),
    'PNG, 256 colours': () => buffer(asSharp(picture).png({ palette: true, effort: 1, dither: 0 })),
    JPEG: () => buffer(asSharp(picture).removeAlpha().jpeg({ quality: 90 })),
    'resample, bilinear': () => resample('bilinear'),
    'resample, bicubic': () => resample('bicubic'),
    composite: () =>
      buffer(
        asSharp(picture)
          .composite([{ input: Buffer.from(overlay.data), raw }])
          .raw(),
      ),
    'decode tile, 256 colours': () => buffer(sharp(tiles[0]).ensureAlpha().raw()),
    'decode tile, true colour': () => buffer(sharp(tiles[1]).ensureAlpha().raw()),
  };
}

function figuresOfPillow(picture: Raster): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'pixels-'));
  try {
    writeFileSync(join(folder, 'picture'), picture.data);
    const script = fileURLToPath(new URL('pillow.py', import.meta.url));
    const args = [script, join(folder, 'picture'), String(SIDE), String(ROUNDS)];
    return JSON.parse(execFileSync(PYTHON, args, { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function shown(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const size = figure.bytes === null ? '' : ` ${Math.round(figure.bytes / 1000)} kB`;
  return `${figure.ms.toFixed(figure.ms < 1 ? 2 : 1)}${size}`;
}

function print(title: string, columns: Readonly<Record<string, Figures>>): void {
  const names = [...new Set(Object.values(columns).flatMap((figures) => Object.keys(figures)))];
  console.log(
    `\n| ${title} | ${Object.keys(columns).join(' | ')} |\n|${'---|'.repeat(Object.keys(columns).length + 1)}`,
  );
  for (const name of names) {
    console.log(
      `| ${name} | ${Object.values(columns)
        .map((figures) => shown(figures[name]))
        .join(' | ')} |`,
    );
  }
}

/** What sharp's options make of a JPEG: most cost time and save bytes. */
async function jpegs(picture: Raster): Promise<void> {
  const rgb: Raster = { ...picture, channels: 3, data: await asSharp(picture).removeAlpha().raw().toBuffer() };
  const base = { quality: 90 };
  const jobs: Record<string, Job> = {
    'RGBA, removeAlpha': () => asSharp(picture).removeAlpha().jpeg(base).toBuffer(),
    'RGB, sequential': () =>
      sharp(rgb.data, { raw: { width: SIDE, height: SIDE, channels: 3 }, sequentialRead: true })
        .jpeg(base)
        .toBuffer(),
    'RGB, optimiseCoding: false': () =>
      asSharp(rgb)
        .jpeg({ ...base, optimiseCoding: false })
        .toBuffer(),
    'RGB, 4:4:4': () =>
      asSharp(rgb)
        .jpeg({ ...base, chromaSubsampling: '4:4:4' })
        .toBuffer(),
    'RGB, mozjpeg': () =>
      asSharp(rgb)
        .jpeg({ ...base, mozjpeg: true })
        .toBuffer(),
  };
  print('JPEG by sharp, quality 90', { 'ms and size': await measureAll(jobs) });
}

const [native, twin] = [createPixels(), createPixels({ implementation: 'typescript' })];
if (native.fallbackReason !== null) throw new Error(native.fallbackReason);
const hasPillow = findProgram(PYTHON) !== undefined && findProgram('/usr/lib/python3/dist-packages/PIL/Image.py');
if (!hasPillow) console.log('without Pillow: apt-get install -y python3-pil');

for (const draw of [mapPicture, plainPicture, overlayPicture, reliefPicture, noisePicture]) {
  const picture = await draw(SIDE);
  const corner = asSharp(picture).extract({ left: 0, top: 0, width: TILE, height: TILE });
  const tiles = [
    await corner.clone().png({ palette: true, effort: 1, dither: 0 }).toBuffer(),
    await corner.clone().png().toBuffer(),
  ] as const;
  print(`${picture.name}, ms and size`, {
    native: await measureAll(jobsOfKernels(native, picture, tiles)),
    TypeScript: await measureAll(jobsOfKernels(twin, picture, tiles)),
    sharp: await measureAll(jobsOfSharp(picture, tiles)),
    ...(hasPillow ? { Pillow: figuresOfPillow(picture) } : {}),
  });
  if (draw === mapPicture) await jpegs(picture);
}
