import { ConfigError } from '../http/errors.ts';
import type { Places } from './places.ts';
import { isMapping, type Mapping } from './yaml.ts';

/** Keys for which null is an answer (row GLB-18). */
const NULL_MEANS_NONE = new Set(['access_control_allow_origin']);

/**
 * A configuration in one shape: older ways of writing (rows CFG-14, CFG-15) are brought into today's, and null counts
 * as not set (rows CFG-04, GLB-47).
 *
 * @param warn told of what is deprecated
 */
export function normalize(root: Mapping, places: Places, warn: (path: string[], message: string) => void): Mapping {
  const shape: Mapping = {};
  for (const [key, value] of Object.entries(root)) {
    shape[key] = normalizeSection(key, value, places, warn);
    places.copy(root, key, shape);
  }
  return withoutNulls(shape, places) as Mapping;
}

function normalizeSection(
  key: string,
  value: unknown,
  places: Places,
  warn: (path: string[], message: string) => void,
): unknown {
  if (key === 'services' && isMapping(value)) return nullsAsEmpty(value, places);
  if (key === 'caches' && Array.isArray(value)) return fromOneKeyMaps(value, places);
  if (key === 'layers') {
    const layers = layerList(value, places);
    if (layers !== value) warn(['layers'], 'layers is a list of layers, each with its name; other ways are deprecated');
    return layers;
  }
  return value;
}

/** `tms:` alone is a service with all defaults (row CFG-04). */
function nullsAsEmpty(services: Mapping, places: Places): Mapping {
  const result: Mapping = {};
  for (const [key, value] of Object.entries(services)) {
    result[key] = value ?? {};
    places.copy(services, key, result);
  }
  return result;
}

function fromOneKeyMaps(list: readonly unknown[], places: Places): unknown {
  const result: Mapping = {};
  for (const item of list) {
    if (!isMapping(item)) return list;
    for (const [key, value] of Object.entries(item)) {
      result[key] = value;
      places.copy(item, key, result);
    }
  }
  return result;
}

const LAYER_KEYS = ['name', 'title', 'layers', 'sources', 'tile_sources'];

/** A mapping of layers by name, or a list of one-key mappings, as a list with names (row CFG-14). */
function layerList(value: unknown, places: Places): unknown {
  if (isMapping(value)) {
    if (LAYER_KEYS.some((key) => key in value)) return [value];
    return Object.keys(value).map((name) => namedLayer(value, name, places));
  }
  if (!Array.isArray(value) || !value.some(isOneKeyLayer)) return value;
  return value.map((item: unknown) => {
    if (!isOneKeyLayer(item)) return item;
    const [name = ''] = Object.keys(item);
    return namedLayer(item, name, places);
  });
}

function isOneKeyLayer(item: unknown): item is Mapping {
  if (!isMapping(item)) return false;
  const [name, ...others] = Object.keys(item);
  return name !== undefined && others.length === 0 && !LAYER_KEYS.includes(name) && isMapping(item[name]);
}

function namedLayer(container: Mapping, name: string, places: Places): unknown {
  const options = container[name];
  if (!isMapping(options)) return options;
  const layer: Mapping = { name };
  places.copy(container, name, layer, 'name');
  for (const [key, value] of Object.entries(options)) {
    layer[key] = value;
    places.copy(options, key, layer);
  }
  return layer;
}

/** Aliases may name a part twice: each is copied where it is used, at most this often in all. */
const MOST_CONTAINERS = 200_000;

function withoutNulls(root: unknown, places: Places): unknown {
  let containers = 0;
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (++containers > MOST_CONTAINERS) throw new ConfigError('the configuration has too many parts');
    if (Array.isArray(value)) {
      const list = value.map(copy);
      for (const index of value.keys()) places.copy(value, index, list);
      return list;
    }
    if (!isMapping(value)) return value;
    const mapping: Mapping = {};
    for (const [key, item] of Object.entries(value)) {
      if (item === null && !NULL_MEANS_NONE.has(key)) continue;
      mapping[key] = copy(item);
      places.copy(value, key, mapping);
    }
    return mapping;
  };
  return copy(root);
}
