import { describe } from 'node:test';
import { createPixels, type Pixels, type Raster } from '@mapgate/pixels';

/** Both implementations, or the one there is: where nothing may be skipped, a missing addon is an error. */
function implementations(): readonly Pixels[] {
  const best = createPixels();
  const mayBeMissing = process.env.CI !== 'true' || process.env.MAPGATE_NO_ADDON === '1';
  if (best.implementation === 'typescript' && !mayBeMissing) throw new Error(String(best.fallbackReason));
  return best.implementation === 'native' ? [best, createPixels({ implementation: 'typescript' })] : [best];
}

/** Runs a suite on every implementation. */
export function onEveryImplementation(title: string, suite: (pixels: Pixels) => void): void {
  for (const pixels of implementations()) describe(`${title} (${pixels.implementation})`, () => suite(pixels));
}

/** A raster from its rows of pixels: numbers for grey, arrays for colours. */
export function rasterOf(rows: readonly (readonly (number | readonly number[])[])[]): Raster {
  const pixels = rows.flat().map((pixel) => (typeof pixel === 'number' ? [pixel] : pixel));
  const channels = pixels[0]?.length;
  if (channels !== 1 && channels !== 3 && channels !== 4) throw new Error('1, 3 or 4 channels');
  return { data: Uint8Array.from(pixels.flat()), width: rows[0]?.length ?? 0, height: rows.length, channels };
}

/** The rows of a raster, as `rasterOf` takes them. */
export function rowsOf({ data, width, height, channels }: Raster): (number | number[])[][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const pixel = [...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)];
      return channels === 1 ? (pixel[0] ?? 0) : pixel;
    }),
  );
}

/** Peak signal-to-noise ratio in dB of two RGBA pictures, as seen on a black and on a white ground. */
export function psnr(one: Uint8Array, other: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 4) {
    const [alpha, otherAlpha] = [one[at + 3] ?? 0, other[at + 3] ?? 0];
    for (let c = at; c < at + 3; c++) {
      const black = ((one[c] ?? 0) * alpha - (other[c] ?? 0) * otherAlpha) / 255;
      sum += black ** 2 + (black + otherAlpha - alpha) ** 2;
    }
  }
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 ** 2 * 6 * (one.length / 4)) / sum);
}
