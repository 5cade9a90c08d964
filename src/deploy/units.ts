const BYTES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** @param written bytes, or a number with K, M or G. @throws RangeError for what is no size */
export function bytesOf(written: number | string): number {
  if (typeof written === 'number') return written;
  const match = /^(\d+)\s*([KMG]?)i?B?$/i.exec(written);
  const unit = BYTES[match?.[2]?.toUpperCase() ?? '?'];
  if (match === null || unit === undefined) {
    throw new RangeError(`${JSON.stringify(written)} is not a size such as 800M`);
  }
  return Number(match[1]) * unit;
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** @param written seconds, or a number with ms, s or m, as the schema has it */
export function millisecondsOf(written: number | string): number {
  if (typeof written === 'number') return written * 1000;
  const [, number, unit = 's'] = /^([\d.]+)\s*(ms|s|m)$/.exec(written) ?? [];
  return Number(number) * (MILLISECONDS[unit] ?? 1000);
}
