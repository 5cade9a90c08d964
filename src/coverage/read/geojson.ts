import { ConfigError } from '../../http/errors.ts';
import type { Polygon } from '../contract.ts';
import { compileWhere } from '../where/compile.ts';
import { polygonsOf, type ReadContext, type ReadGeometry } from './polygons.ts';

interface Feature {
  readonly geometry: ReadGeometry;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * Polygons of a GeoJSON text (row COV-03).
 *
 * @param where filter of the features' properties (row COV-04)
 * @throws ConfigError for what is no GeoJSON
 */
export function polygonsOfGeoJson(text: string, where: string | undefined, context: ReadContext): Polygon[] {
  const isWanted = compileWhere(where);
  return featuresOf(parse(text, context), context)
    .filter(({ properties }) => isWanted(properties))
    .flatMap(({ geometry }) => polygonsOf(geometry, context));
}

function parse(text: string, { name }: ReadContext): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new ConfigError(`${name} is not JSON`, undefined, { cause });
  }
}

function featuresOf(value: unknown, context: ReadContext): Feature[] {
  if (!isRecord(value) || typeof value.type !== 'string') throw new ConfigError(`${context.name} is not a GeoJSON`);
  const { type, features, geometry, coordinates, properties } = value;
  if (type === 'FeatureCollection') {
    if (!Array.isArray(features)) throw new ConfigError(`${context.name} has no list of features`);
    return features.flatMap((feature) => featuresOf(feature, context));
  }
  if (type !== 'Feature') return [{ geometry: { type, coordinates }, properties: {} }];
  if (!isRecord(geometry) || typeof geometry.type !== 'string') return [];
  const { type: kind, coordinates: points } = geometry;
  return [{ geometry: { type: kind, coordinates: points }, properties: isRecord(properties) ? properties : {} }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
