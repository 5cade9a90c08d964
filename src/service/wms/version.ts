/** The versions of WMS that are spoken, lowest first (row WMS-01). */
export const WMS_VERSIONS = ['1.0.0', '1.1.0', '1.1.1', '1.3.0'] as const;

export type WmsVersion = (typeof WMS_VERSIONS)[number];

/**
 * The version to answer in: the one asked for, else the next lower, else the lowest; the highest when none is asked for
 * (row WMS-02). What is no version number counts as not given; MapProxy answers 500 then.
 *
 * @param offered lowest first, one at least.
 */
export function negotiateVersion(asked: string | undefined, offered: readonly WmsVersion[]): WmsVersion {
  const wanted = asked === undefined || !/^\d+(\.\d+){0,2}$/.test(asked.trim()) ? '9999' : asked.trim();
  let answer = offered[0] ?? '1.3.0';
  for (const version of offered) if (compareVersions(version, wanted) <= 0) answer = version;
  return answer;
}

function compareVersions(one: string, two: string): number {
  const parts = two.split('.').map(Number);
  for (const [index, part] of one.split('.').map(Number).entries()) {
    const difference = part - (parts[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
