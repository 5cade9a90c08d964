import { type Cell, type Colour, channelOf, roundedQuotient } from './colour-table.ts';

/** Of some pixels: sums of red, green and blue times alpha, and of alpha. */
export interface PixelSums {
  count: number;
  readonly sums: [number, number, number, number];
}

/** A colour to be put into a group. */
export interface Sample {
  readonly number: number;
  /** Premultiplied. */
  readonly value: Uint8Array;
  readonly pixels: PixelSums;
}

export interface ColourSamples {
  readonly samples: readonly Sample[];
  /** The sample of each cell. */
  readonly numberOfCell: Uint16Array;
  /** Of the values that are in one sample, the sum of their squared distances from its value. */
  readonly error: number;
}

/** As in cc/kernels/colour_samples.cc, where the reasons are told. */
const FEW_CELLS = 512;
const FREQUENT_PART = 2048;
const NEAR_MASK = 0xf8f8f8f8;

export function noPixels(): PixelSums {
  return { count: 0, sums: [0, 0, 0, 0] };
}

export function addPixels(to: PixelSums, { count, sums }: PixelSums): void {
  to.count += count;
  for (const [c, sum] of sums.entries()) to.sums[c] = (to.sums[c] ?? 0) + sum;
}

/** The colour that stands for some pixels; there are any. */
export function meanOf({ count, sums }: PixelSums): Colour {
  const [red, green, blue, alphaSum] = sums;
  const alpha = roundedQuotient(alphaSum, count);
  if (alpha === 0) return 0;
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((sum) => roundedQuotient(sum, alphaSum));
  return (r | (g << 8) | (b << 16) | (alpha << 24)) >>> 0;
}

/**
 * Colours of many pixels alone, those of few together with others near them, unless that leaves fewer than `wanted`. The
 * order of all sums is that in C++.
 */
export function sampleColours(cells: readonly Cell[], wanted: number): ColourSamples {
  const all = cells.reduce((sum, { count }) => sum + count, 0);
  const frequent = cells.length <= FEW_CELLS ? 0 : Math.floor(all / FREQUENT_PART);
  let { parts, numberOfCell } = gather(cells, frequent);
  if (parts.length < wanted && parts.length < cells.length) ({ parts, numberOfCell } = gather(cells, 0));
  let squares = 0;
  for (const { colour, count } of cells) squares += count * squaresOf(colour);
  const samples = parts.map((pixels, number): Sample => {
    const value = new Uint8Array(4);
    const part = 1 / (pixels.count * 255);
    for (const [c, sum] of pixels.sums.entries()) {
      const whole = c === 3 ? sum * 255 : sum;
      const mean = Math.trunc(whole * part + 0.5);
      value[c] = mean;
      squares += distancesWithoutSquares(whole, pixels.count, mean);
    }
    return { number, value, pixels };
  });
  return { samples, numberOfCell, error: squares / (255 * 255) };
}

/** Those of at least `frequent` pixels are alone. */
function gather(cells: readonly Cell[], frequent: number): { parts: PixelSums[]; numberOfCell: Uint16Array } {
  const numberOfCell = new Uint16Array(cells.length);
  const parts: PixelSums[] = [];
  const shared = new Map<Colour, number>();
  for (const [i, cell] of cells.entries()) {
    const key = (cell.colour & NEAR_MASK) >>> 0;
    const number = (cell.count >= frequent ? undefined : shared.get(key)) ?? parts.push(noPixels()) - 1;
    if (cell.count < frequent) shared.set(key, number);
    numberOfCell[i] = number;
    addPixels(parts[number] ?? noPixels(), pixelsOf(cell));
  }
  return { parts, numberOfCell };
}

function pixelsOf({ colour, count }: Cell): PixelSums {
  const alpha = count * channelOf(colour, 3);
  const times = (channel: number) => alpha * channelOf(colour, channel);
  return { count, sums: [times(0), times(1), times(2), alpha] };
}

/** Of a colour's channels times alpha, and of alpha times 255: all are 255 times their premultiplied values. */
function squaresOf(colour: Colour): number {
  const alpha = channelOf(colour, 3);
  let squares = 255 * 255;
  for (let c = 0; c < 3; c++) squares += channelOf(colour, c) ** 2;
  return alpha * alpha * squares;
}

/** By how much the squared distances of some values from their mean, as it is kept, differ from their squares. */
function distancesWithoutSquares(sum: number, count: number, mean: number): number {
  const kept = mean * 255;
  return kept * (count * kept - 2 * sum);
}
