import proj4 from 'proj4';
import { ConfigError } from '../http/errors.ts';
import { isNorthFirst } from './axis-order.ts';
import { epsgDefinition } from './definitions.ts';
import { edgePoints } from './edge.ts';
import type { Bbox, Point } from './types.ts';

/** Half the width of the world in spherical Mercator, in metres. */
export const MERCATOR_LIMIT = 20037508.342789244;

/** One degree on the equator of WGS 84, in metres (row WMTS-12). */
export const METERS_PER_DEGREE = 111319.4907932736;

/** Where spherical Mercator ends as far as MapProxy is concerned, in degrees north (row TRAP-08). */
const MERCATOR_LATITUDE = 85.06;

const MERCATOR_CODES = new Set(['EPSG:900913', 'EPSG:3857', 'EPSG:102100', 'EPSG:102113']);

/**
 * A spatial reference system. Coordinates here are always x (east) before y (north); `northFirst` says what protocols
 * with an axis order make of them.
 */
export class Srs {
  /** As configured, in upper case: `EPSG:900913` stays so, though it equals `EPSG:3857` (row TRAP-07). */
  readonly code: string;
  readonly isGeographic: boolean;
  /** Whether latitude or northing comes first where the registry's axis order counts (row TRAP-06). */
  readonly northFirst: boolean;
  /** Metres in one map unit; 1 for every projected system, as MapProxy takes it (row WMTS-12). */
  readonly metersPerUnit: number;
  /** What makes two codes the same system. */
  readonly #identity: string;
  readonly #definition: string;
  readonly #converters = new Map<string, (point: Point) => number[]>();

  /** Use `srsByCode`. `identity` is the code by which the registry knows the system. */
  constructor(code: string, identity: string, definition: string, northFirst: boolean) {
    this.code = code;
    this.#identity = identity;
    this.#definition = definition;
    this.isGeographic = /\+proj=longlat\b/.test(definition);
    this.northFirst = northFirst;
    this.metersPerUnit = this.isGeographic ? METERS_PER_DEGREE : 1;
  }

  /** Same projection and datum; the axis order does not count: `CRS:84` equals `EPSG:4326` (row TRAP-07). */
  equals(other: Srs): boolean {
    return this.#identity === other.#identity;
  }

  /** As `equals`, by code and without building the other system: `EPSG:3857` covers all names of web Mercator. */
  equalsCode(code: string): boolean {
    return this.#identity === identityOf(code);
  }

  /**
   * One point, x before y on both sides.
   *
   * @throws RangeError for a point that has no place in the other system.
   */
  transformPoint(to: Srs, point: Point): [x: number, y: number] {
    if (this.equals(to)) return [point[0], point[1]];
    const result = this.#project(to, point);
    if (!isFinitePoint(result)) throw noPlace(this, to, point);
    return result;
  }

  /**
   * The bbox of a bbox's outline. `points` are taken along the four edges (16 as MapProxy does, row GRD-05). From
   * degrees to Mercator the ends of the world are snapped to Mercator's (row TRAP-08).
   *
   * @throws RangeError when the outline leaves the other system.
   */
  transformBbox(to: Srs, bbox: Bbox, points = 16): Bbox {
    if (this.equals(to)) return bbox;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const point of edgePoints(bbox, points)) {
      const [x, y] = this.#project(to, point);
      // Math.min and Math.max hand NaN on, so that one look at the result is enough.
      [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
    }
    if (this.#identity === 'EPSG:4326' && to.#identity === 'EPSG:3857') {
      if (bbox[0] <= -180) west = -MERCATOR_LIMIT;
      if (bbox[1] <= -MERCATOR_LATITUDE) south = -MERCATOR_LIMIT;
      if (bbox[2] >= 180) east = MERCATOR_LIMIT;
      if (bbox[3] >= MERCATOR_LATITUDE) north = MERCATOR_LIMIT;
    }
    const result: Bbox = [west, south, east, north];
    if (!result.every(Number.isFinite)) throw noPlace(this, to, bbox);
    return result;
  }

  /** Infinite coordinates: no place there. */
  #project(to: Srs, point: Point): [x: number, y: number] {
    let convert = this.#converters.get(to.#identity);
    if (convert === undefined) {
      const converter = proj4(this.#definition, to.#definition);
      convert = ([x, y]) => converter.forward([x, y]);
      this.#converters.set(to.#identity, convert);
    }
    try {
      const [x = Infinity, y = Infinity] = convert(point);
      return [x, y];
    } catch {
      // proj4 throws for points outside a projection's domain as well as for coordinates that are no numbers.
      return [Infinity, Infinity];
    }
  }
}

function isFinitePoint(point: Point): boolean {
  return Number.isFinite(point[0]) && Number.isFinite(point[1]);
}

function noPlace(from: Srs, to: Srs, coordinates: readonly number[]): RangeError {
  return new RangeError(`${coordinates.join(', ')} in ${from.code} has no place in ${to.code}`);
}

const known = new Map<string, Srs>();

/** Codes seen are few; a client that tries all of the registry must not fill the memory. */
const KNOWN_LIMIT = 2048;

/**
 * The system of a code: `EPSG:25832`, `epsg:4326`, `4326`, `CRS:84`.
 *
 * @throws ConfigError `unknown SRS` for what the offline registry does not have.
 */
export function srsByCode(code: string): Srs {
  const name = code.includes(':') ? code.toUpperCase() : `EPSG:${code}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const srs = createSrs(name);
  if (known.size < KNOWN_LIMIT) known.set(name, srs);
  return srs;
}

/** The code by which the registry knows a system that has several names (row TRAP-07). */
function identityOf(code: string): string {
  if (MERCATOR_CODES.has(code)) return 'EPSG:3857';
  return code === 'CRS:84' ? 'EPSG:4326' : code;
}

function createSrs(code: string): Srs {
  const identity = identityOf(code);
  const [, authority, number] = /^(EPSG|ESRI):(\d{1,7})$/.exec(identity) ?? [];
  const definition = number === undefined ? undefined : epsgDefinition(Number(number));
  if (number === undefined || definition === undefined) throw new ConfigError(`unknown SRS '${code}'`);
  const northFirst = code !== 'CRS:84' && authority === 'EPSG' && isNorthFirst(Number(number));
  return new Srs(code, identity, definition, northFirst);
}
