export interface Table {
  readonly title: string;
  /** The row that the others are divided by. */
  readonly yardstick: string;
  /** Figures of each row, one a round. */
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

/** Prints median, best, worst and the ratio to the yardstick of each row. */
export function printTable({ title, yardstick, samples }: Table): void {
  const width = Math.max(...[...samples.keys()].map((name) => name.length)) + 2;
  const unit = median(samples.get(yardstick) ?? []);
  console.log(`\n${title}\n`);
  console.log(`    ${''.padEnd(width)}  median     best    worst   / ${yardstick}`);
  for (const [name, values] of samples) {
    const figures = [median(values), Math.min(...values), Math.max(...values)];
    const columns = figures.map((value) => value.toFixed(2).padStart(8)).join(' ');
    console.log(`    ${name.padEnd(width)}${columns}    ${(median(values) / unit).toFixed(2)}`);
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
