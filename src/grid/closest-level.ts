/**
 * The level whose tiles a map of `wanted` map units per pixel is drawn from.
 *
 * A coarser level may be enlarged by `stretch` unless a level exists that fits better without (row GRD-16). Where a
 * threshold lies between two levels it decides alone: maps coarser than it take the coarser level (row GRD-15).
 *
 * @param resolutions from the coarsest to the finest
 */
export function closestLevel(
  resolutions: readonly number[],
  wanted: number,
  stretch: number,
  thresholds: readonly number[],
): number {
  const coarsest = resolutions[0] ?? 0;
  const pending = thresholds.toSorted((a, b) => a - b);
  let threshold = pending.pop();
  while (threshold !== undefined && threshold > coarsest && pending.length > 0) threshold = pending.pop();

  let coarser = coarsest;
  let stretched: number | undefined;
  for (const [level, resolution] of resolutions.entries()) {
    if (threshold !== undefined && coarser > threshold && threshold >= resolution) {
      if (wanted > threshold) return level - 1;
      if (wanted >= resolution) return level;
      threshold = pending.pop();
    }
    if (stretched !== undefined && resolution < wanted) return stretched;
    if (resolution <= wanted * stretch) stretched = level;
    coarser = resolution;
  }
  return resolutions.length - 1;
}
