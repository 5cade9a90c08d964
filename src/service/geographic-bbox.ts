import type { Bbox } from '../grid/types.ts';
import { type Srs, srsByCode } from '../srs/srs.ts';

/** Capabilities end a little before the poles: some clients cannot project them (row WMS-10). */
const MAX_LATITUDE = 89.999999;

const WORLD: Bbox = [-180, -MAX_LATITUDE, 180, MAX_LATITUDE];

/** A bbox in degrees, west before south, within ±180 and ±89.999999; the world for what degrees cannot say. */
export function geographicBbox(bbox: Bbox, srs: Srs): Bbox {
  const degrees = transformed(bbox, srs, srsByCode('EPSG:4326'));
  if (degrees === undefined) return WORLD;
  return [
    Math.max(degrees[0], WORLD[0]),
    Math.max(degrees[1], WORLD[1]),
    Math.min(degrees[2], WORLD[2]),
    Math.min(degrees[3], WORLD[3]),
  ];
}

/** The bbox in another SRS; undefined where it has no place there. */
export function transformed(bbox: Bbox, from: Srs, to: Srs): Bbox | undefined {
  try {
    return from.transformBbox(to, bbox);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
