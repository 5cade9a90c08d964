import { ConfigError } from '../../http/errors.ts';
import type { Point } from '../../srs/types.ts';
import type { Polygon, Ring } from '../contract.ts';

/** A geometry as GeoJSON has it; other formats are brought into this form. */
export interface ReadGeometry {
  readonly type: string;
  readonly coordinates: unknown;
}

/** Where polygons come from, and who is told of what they do not have. */
export interface ReadContext {
  /** As an author knows it: the name of the file. */
  readonly name: string;
  readonly warn: (message: string) => void;
}

/** Polygons of a geometry; others are told and left out (rows COV-02, COV-03). @throws ConfigError for broken ones */
export function polygonsOf({ type, coordinates }: ReadGeometry, { name, warn }: ReadContext): Polygon[] {
  if (type === 'Polygon') return polygonOf(coordinates, name);
  if (type === 'MultiPolygon') return list(coordinates, name).flatMap((polygon) => polygonOf(polygon, name));
  warn(`ignoring non-polygon geometry (${type}) from ${name}`);
  return [];
}

/** None for an empty one. */
function polygonOf(coordinates: unknown, name: string): Polygon[] {
  const [outline, ...holes] = list(coordinates, name).map((ring) => ringOf(ring, name));
  return outline === undefined || outline.length === 0 ? [] : [[outline, ...holes.filter(({ length }) => length > 0)]];
}

/** Closed, without heights. */
function ringOf(points: unknown, name: string): Ring {
  const ring = list(points, name).map((point): Point => {
    const [x, y] = list(point, name);
    if (typeof x === 'number' && typeof y === 'number' && Number.isFinite(x + y)) return [x, y];
    throw new ConfigError(`a coordinate in ${name} is not two numbers`);
  });
  const [first, last] = [ring[0], ring.at(-1)];
  if (first === undefined || last === undefined) return ring;
  const closed = first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
  if (closed.length < 4) throw new ConfigError(`an outline in ${name} has less than three points`);
  return closed;
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ConfigError(`coordinates in ${name} are no list`);
}
