import type { Srs } from '../srs/srs.ts';
import type { Point } from '../srs/types.ts';
import type { InfoQuery } from './contract.ts';
import { type ServerAbilities, serverSrs } from './server-map.ts';

/** Where on the map a question is about, in map units. */
export function pointOf({ bbox: [west, south, east, north], size, position }: InfoQuery): Point {
  return [west + (position[0] * (east - west)) / size[0], north - (position[1] * (north - south)) / size[1]];
}

/**
 * The same point on a map in an SRS that the server has, with square pixels and whole ones, as MapProxy counts them
 * (row SRC-36). Null: has no place there.
 */
export function pointForServer(
  abilities: Pick<ServerAbilities, 'srs' | 'preferredSrs'>,
  query: InfoQuery,
): InfoQuery | null {
  const srs = serverSrs(abilities, query.srs);
  if (srs.equals(query.srs)) return { ...query, srs };
  try {
    return transformed(query, srs);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function transformed(query: InfoQuery, srs: Srs): InfoQuery {
  const [width] = query.size;
  const [x, y] = query.srs.transformPoint(srs, pointOf(query));
  const bbox = query.srs.transformBbox(srs, query.bbox);
  const [west, south, east, north] = bbox;
  const height = Math.max(1, Math.trunc(((north - south) / (east - west)) * width));
  const column = Math.round(((x - west) * width) / (east - west));
  const row = Math.round(((north - y) * height) / (north - south));
  return { ...query, bbox, srs, size: [width, height], position: [column, row] };
}
