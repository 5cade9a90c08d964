import type { Srs } from './srs.ts';

/** For each target, the systems to ask for by preference. */
export type PreferredSources = readonly { readonly target: Srs; readonly sources: readonly Srs[] }[];

/**
 * The system in which to ask for a map that is wanted in `target` (row GLB-40): the target itself where it is offered,
 * else what is preferred for it, else the first of the same kind (degrees or metres), else the first. Undefined: none is
 * offered.
 */
export function sourceSrs(target: Srs, offered: readonly Srs[], preferred: PreferredSources): Srs | undefined {
  // The same name first: servers tell EPSG:900913 from EPSG:3857 (row TRAP-07).
  const same = offered.find(({ code }) => code === target.code) ?? offered.find((one) => one.equals(target));
  if (same !== undefined) return same;
  const wanted = preferred.find((one) => one.target.equals(target))?.sources ?? [];
  const best = wanted.flatMap((one) => offered.find((other) => other.equals(one)) ?? []);
  return best[0] ?? offered.find(({ isGeographic }) => isGeographic === target.isGeographic) ?? offered[0];
}
