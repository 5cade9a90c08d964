import { type Cell, type Colour, channelOf, roundedQuotient } from './colour-table.ts';
import { div255 } from './composite.ts';

/** Mean squared error of a channel that is good enough; as in cc/kernels/palette.cc, where the rest is told, too. */
const GOOD_ERROR = 2.06;

export interface Palette {
  readonly colours: Colour[];
  /** The palette entry of each cell. */
  readonly entryOfCell: Uint8Array;
}

/** A cell's colour, premultiplied. */
interface Sample {
  readonly cell: number;
  readonly count: number;
  readonly value: Uint8Array;
}

interface Group {
  readonly begin: number;
  readonly end: number;
  readonly error: number;
  /** The channel whose values spread most. */
  readonly axis: number;
}

/** Divides the cells into at most `maxColors` groups and takes each group's mean. */
export function dividePalette(cells: readonly Cell[], maxColors: number): Palette {
  const colours: Colour[] = [];
  const entryOfCell = new Uint8Array(cells.length);
  if (cells.length === 0) return { colours, entryOfCell };
  const samples = cells.map(sampleOf);
  for (const { begin, end } of divide(samples, maxColors)) {
    const sums = [0, 0, 0, 0];
    let count = 0;
    for (const sample of samples.slice(begin, end)) {
      entryOfCell[sample.cell] = colours.length;
      count += sample.count;
      const colour = cells[sample.cell]?.colour ?? 0;
      const alpha = sample.count * channelOf(colour, 3);
      for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + alpha * channelOf(colour, c);
      sums[3] = (sums[3] ?? 0) + alpha;
    }
    colours.push(meanOf(sums, count));
  }
  return { colours, entryOfCell };
}

function sampleOf({ colour, count }: Cell, cell: number): Sample {
  const alpha = channelOf(colour, 3);
  const value = Uint8Array.from([0, 1, 2, 3], (c) => (c === 3 ? alpha : div255(alpha * channelOf(colour, c))));
  return { cell, count, value };
}

/** Of sums of red, green and blue times alpha, and of alpha. */
function meanOf(sums: readonly number[], count: number): Colour {
  const [red = 0, green = 0, blue = 0, alphaSum = 0] = sums;
  const alpha = roundedQuotient(alphaSum, count);
  if (alpha === 0) return 0;
  const [r, g, b] = [red, green, blue].map((sum) => roundedQuotient(sum, alphaSum));
  return ((r ?? 0) | ((g ?? 0) << 8) | ((b ?? 0) << 16) | (alpha << 24)) >>> 0;
}

function divide(samples: Sample[], maxGroups: number): Group[] {
  const first = measure(samples, 0, samples.length);
  const groups = [first];
  const goodError = samples.reduce((count, sample) => count + sample.count, 0) * 4 * GOOD_ERROR;
  let error = first.error;
  while (groups.length < maxGroups && error > goodError) {
    let worst = first;
    let at = -1;
    for (const [i, group] of groups.entries()) {
      if (at !== -1 && group.error <= worst.error) continue;
      worst = group;
      at = i;
    }
    if (!(worst.error > 0)) break;
    const middle = cut(samples, worst);
    const lower = measure(samples, worst.begin, middle);
    const upper = measure(samples, middle, worst.end);
    groups[at] = lower;
    groups.push(upper);
    error += lower.error + upper.error - worst.error;
  }
  return groups;
}

function measure(samples: readonly Sample[], begin: number, end: number): Group {
  let count = 0;
  const sums = new Float64Array(4);
  const squares = new Float64Array(4);
  for (let i = begin; i < end; i++) {
    const sample = samples[i];
    if (sample === undefined) break;
    count += sample.count;
    for (let c = 0; c < 4; c++) {
      const value = sample.value[c] ?? 0;
      sums[c] = (sums[c] ?? 0) + sample.count * value;
      squares[c] = (squares[c] ?? 0) + sample.count * value * value;
    }
  }
  let error = 0;
  let axis = 0;
  let widest = -1;
  for (let c = 0; c < 4; c++) {
    const sum = sums[c] ?? 0;
    const channelError = (squares[c] ?? 0) - (sum * sum) / count;
    error += channelError;
    if (channelError <= widest) continue;
    widest = channelError;
    axis = c;
  }
  // Two values that are one apart have an error of a half and more; less is that of rounding.
  return { begin, end, error: error < 0.25 ? 0 : error, axis };
}

/** Puts the samples below the best threshold first; returns where the others begin. */
function cut(samples: Sample[], { begin, end, axis }: Group): number {
  const threshold = thresholdOf(samples, begin, end, axis);
  let middle = begin;
  for (let i = begin; i < end; i++) {
    const sample = samples[i];
    const other = samples[middle];
    if (sample === undefined || other === undefined || (sample.value[axis] ?? 0) > threshold) continue;
    samples[i] = other;
    samples[middle++] = sample;
  }
  return middle;
}

/** The greatest value of the lower part when a group is cut where the means of its parts are farthest apart, weighted. */
function thresholdOf(samples: readonly Sample[], begin: number, end: number, axis: number): number {
  const counts = new Float64Array(256);
  let totalCount = 0;
  let totalSum = 0;
  for (let i = begin; i < end; i++) {
    const sample = samples[i];
    if (sample === undefined) break;
    const value = sample.value[axis] ?? 0;
    counts[value] = (counts[value] ?? 0) + sample.count;
    totalCount += sample.count;
    totalSum += sample.count * value;
  }
  const mean = totalSum / totalCount;
  let best = -1;
  let threshold = 0;
  let count = 0;
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    const here = counts[value] ?? 0;
    if (here === 0) continue;
    count += here;
    sum += here * value;
    if (count === totalCount) break;
    const distance = sum - mean * count;
    const gain = (distance * distance) / (count * (totalCount - count));
    if (gain <= best) continue;
    best = gain;
    threshold = value;
  }
  return threshold;
}
