import { addPixels, meanOf, noPixels, type Sample, sampleColours } from './colour-samples.ts';
import type { Cell, Colour } from './colour-table.ts';

/** Mean squared error of a channel that is good enough; as in cc/kernels/palette.cc, where the rest is told, too. */
const GOOD_ERROR = 2.06;

export interface Palette {
  readonly colours: Colour[];
  /** The palette entry of each cell. */
  readonly entryOfCell: Uint8Array;
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
  if (cells.length === 0) return { colours, entryOfCell: new Uint8Array() };
  const { samples, numberOfCell, error } = sampleColours(cells, maxColors);
  const entryOfSample = new Uint8Array(samples.length);
  const inOrder = [...samples];
  for (const { begin, end } of divide(inOrder, maxColors, error)) {
    const pixels = noPixels();
    for (const sample of inOrder.slice(begin, end)) {
      entryOfSample[sample.number] = colours.length;
      addPixels(pixels, sample.pixels);
    }
    colours.push(meanOf(pixels));
  }
  return { colours, entryOfCell: Uint8Array.from(numberOfCell, (number) => entryOfSample[number] ?? 0) };
}

/** `error`: of what the samples stand for. */
function divide(samples: Sample[], maxGroups: number, error: number): Group[] {
  const first = measure(samples, 0, samples.length);
  const groups = [first];
  const goodError = samples.reduce((count, sample) => count + sample.pixels.count, 0) * 4 * GOOD_ERROR;
  let whole = error + first.error;
  while (groups.length < maxGroups && whole > goodError) {
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
    whole += lower.error + upper.error - worst.error;
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
    const { value: values, pixels } = sample;
    count += pixels.count;
    for (let c = 0; c < 4; c++) {
      const value = values[c] ?? 0;
      sums[c] = (sums[c] ?? 0) + pixels.count * value;
      squares[c] = (squares[c] ?? 0) + pixels.count * value * value;
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
    const { count: here } = sample.pixels;
    counts[value] = (counts[value] ?? 0) + here;
    totalCount += here;
    totalSum += here * value;
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
