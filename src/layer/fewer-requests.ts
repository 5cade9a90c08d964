import type { SourceQuery } from '../source/contract.ts';
import type { Drawable } from './map-layer.ts';

/**
 * What has to be drawn for a map, from the bottom up: nothing that an opaque source will cover (row SRC-35), and one
 * source for neighbours whose server draws them together (row SRC-34).
 */
export function fewerRequests(drawables: readonly Drawable[], query: SourceQuery): readonly Drawable[] {
  if (drawables.length < 2) return drawables;
  const bottom = drawables.findLastIndex(
    (drawable) =>
      drawable.kind === 'source' && drawable.limits === undefined && (drawable.source.isOpaque?.(query) ?? false),
  );
  const [first, ...others] = drawables.slice(Math.max(bottom, 0));
  if (first === undefined) return [];
  const combined: Drawable[] = [first];
  for (const drawable of others) {
    const source = combine(combined.at(-1), drawable, query);
    if (source === undefined) combined.push(drawable);
    else combined[combined.length - 1] = source;
  }
  return combined;
}

function combine(lower: Drawable | undefined, upper: Drawable, query: SourceQuery): Drawable | undefined {
  if (lower?.kind !== 'source' || upper.kind !== 'source') return undefined;
  if (lower.limits !== undefined || upper.limits !== undefined) return undefined;
  const source = lower.source.combineWith?.(upper.source, query);
  return source && { ...lower, source };
}
