import { splitTags } from './build/tags.ts';
import type { CheckedOptions } from './configuration.ts';
import { didYouMean } from './nearest.ts';
import type { LayerOptions } from './options/layer.ts';
import type { Path } from './places.ts';

/** Grids of one name, which clients cannot tell apart (row GRD-02). */
export function equalGridNames({ grids }: CheckedOptions): { readonly path: Path; readonly message: string }[] {
  const keys = new Map<string, string>();
  return [...grids].flatMap(([key, { name = key }]) => {
    const other = keys.get(name);
    keys.set(name, other ?? key);
    return other === undefined
      ? []
      : [{ path: ['grids', key], message: `grid '${other}' has the same name '${name}'` }];
  });
}

/** A name that leads nowhere, at the place where it is written. */
export interface MissingReference {
  readonly path: Path;
  readonly message: string;
  /** The part of the message that building would tell too: `grid "utm" not found`. */
  readonly subject: string;
}

/**
 * Names of grids, sources and caches that are not there, also where nothing uses what names them; MapProxy tells these as
 * warnings (row CFG-02).
 */
export function missingReferences(options: CheckedOptions): MissingReference[] {
  const { names } = options;
  const grids = new Set([...options.grids.keys(), ...names.grids]);
  const drawn = new Set([...names.sources, ...names.caches]);
  const caches = new Set(names.caches);
  const found: MissingReference[] = [];

  const need = (kind: string, known: ReadonlySet<string>, name: unknown, path: Path, of = '') => {
    if (typeof name !== 'string' || known.has(name)) return;
    const subject = `${kind} "${name}"${of} not found`;
    found.push({ path, subject, message: subject + didYouMean(name, known) });
  };

  for (const [name, { base, align_resolutions_with: alignWith }] of options.grids) {
    need('grid', grids, base, ['grids', name, 'base']);
    need('grid', grids, alignWith, ['grids', name, 'align_resolutions_with']);
  }
  for (const [name, { options: own }] of options.sources) {
    if (own !== undefined && 'grid' in own) need('grid', grids, own.grid, ['sources', name, 'grid']);
  }
  for (const [name, { options: own }] of options.caches) {
    for (const [index, grid] of (own.grids ?? []).entries())
      need('grid', grids, grid, ['caches', name, 'grids', index]);
    const needSource = (source: string, path: Path) => {
      if (!drawn.has(source)) need('source', drawn, splitTags(source).source, path, ` of cache "${name}"`);
    };
    const path = ['caches', name, 'sources'];
    if (Array.isArray(own.sources)) {
      for (const [index, source] of own.sources.entries()) needSource(source, [...path, index]);
      continue;
    }
    for (const [band, sources = []] of Object.entries(own.sources)) {
      for (const [index, { source }] of sources.entries()) needSource(source, [...path, band, index, 'source']);
    }
  }
  const visit = ({ sources = [], tile_sources: tileSources = [], layers = [] }: LayerOptions, path: Path) => {
    for (const [index, source] of sources.entries()) {
      if (!drawn.has(source)) need('source/cache', drawn, splitTags(source).source, [...path, 'sources', index]);
    }
    for (const [index, cache] of tileSources.entries()) need('cache', caches, cache, [...path, 'tile_sources', index]);
    for (const [index, layer] of layers.entries()) visit(layer, [...path, 'layers', index]);
  };
  for (const [index, layer] of options.layers.entries()) visit(layer, ['layers', index]);
  return found;
}
