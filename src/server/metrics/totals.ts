import type { Counts } from '../../metrics.ts';

/** What all workers counted, those that are gone included. */
export class Totals {
  readonly #counts = new Map<string, { family: Counts['family']; labels: readonly string[]; values: number[] }>();

  add(counts: readonly Counts[]): void {
    for (const { family, labels, values } of counts) {
      const key = JSON.stringify([family, ...labels]);
      const total = this.#counts.get(key);
      if (total === undefined) this.#counts.set(key, { family, labels, values: [...values] });
      else for (const [index, value] of values.entries()) total.values[index] = (total.values[index] ?? 0) + value;
    }
  }

  list(): Counts[] {
    return [...this.#counts.values()];
  }

  /** Of a counter, over all its labels. */
  sum(family: Counts['family']): number {
    return this.list()
      .filter((counts) => counts.family === family)
      .reduce((sum, { values }) => sum + (values[0] ?? 0), 0);
  }
}
