import type { Places } from './places.ts';
import { isMapping, type Mapping } from './yaml.ts';

/** Lists that are one value: they replace the base's. */
const REPLACED_LISTS = new Set(['bbox', 'tile_size', 'max_output_pixels', 'sources', 'grids', 'res']);

/** A configuration laid over the one it is based on; neither is changed (rows CFG-05 to CFG-07). */
export function mergeOver(base: Mapping, own: Mapping, places: Places): Mapping {
  const merged: Mapping = {};
  const take = (from: Mapping, key: string, value: unknown) => {
    merged[key] = value;
    places.copy(from, key, merged);
  };
  for (const [key, value] of Object.entries(base)) take(base, key, value);
  for (const [key, value] of Object.entries(own)) {
    const below = base[key];
    if (below === undefined || below === null) take(own, key, value);
    else if (value !== null) take(own, key, mergeValue(key, below, value, places));
  }
  return merged;
}

function mergeValue(key: string, below: unknown, value: unknown, places: Places): unknown {
  if (isMapping(below) && isMapping(value)) return mergeOver(below, value, places);
  if (!Array.isArray(below) || !Array.isArray(value) || REPLACED_LISTS.has(key)) return value;
  if (key === 'layers') return mergeLayers(below, value, places);
  return value.length === 0 ? null : concatenate(below, value, places);
}

function concatenate(below: readonly unknown[], value: readonly unknown[], places: Places): unknown[] {
  const list = [...below, ...value];
  for (const index of below.keys()) places.copy(below, index, list);
  for (const index of value.keys()) places.copy(value, index, list, below.length + index);
  return list;
}

/** Layers of the same name become one, in the base's order; new ones follow. */
function mergeLayers(below: readonly unknown[], value: readonly unknown[], places: Places): unknown[] {
  const list = concatenate(below, [], places);
  for (const [index, layer] of value.entries()) {
    const at = isMapping(layer) && layer.name !== undefined ? findByName(list, layer.name) : -1;
    const old = list[at];
    const position = at === -1 ? list.length : at;
    list[position] = isMapping(old) && isMapping(layer) ? mergeOver(old, layer, places) : layer;
    places.copy(value, index, list, position);
  }
  return list;
}

function findByName(layers: readonly unknown[], name: unknown): number {
  return layers.findIndex((layer) => isMapping(layer) && layer.name === name);
}
