import { ConfigError } from '../http/errors.ts';
import { getLogger } from '../log.ts';
import { isNorthFirst } from './axis-order.ts';
import { customDefinition } from './custom.ts';
import { type Definition, epsgDefinition } from './definitions.ts';
import { edgePoints } from './edge.ts';
import { Projection } from './projection.ts';
import { Transformation } from './transformation.ts';
import type { Bbox, Point } from './types.ts';

const log = getLogger('mapproxy.proj');

/** Half the width of the world in spherical Mercator, in metres. */
export const MERCATOR_LIMIT = 20037508.342789244;

/** One degree on the equator of WGS 84, in metres (row WMTS-12). */
export const METERS_PER_DEGREE = 111319.4907932736;

/** Where spherical Mercator ends as far as MapProxy is concerned, in degrees north (row TRAP-08). */
const MERCATOR_LATITUDE = 85.06;

/** What of a bbox in degrees Mercator has a place for; all of it where that is nothing. */
function withoutPoles([west, south, east, north]: Bbox): Bbox {
  const [lowest, highest] = [Math.max(south, -MERCATOR_LATITUDE), Math.min(north, MERCATOR_LATITUDE)];
  return lowest < highest ? [west, lowest, east, highest] : [west, south, east, north];
}

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
  /** How it is computed, in the words of PROJ. */
  readonly definition: string;
  /** What makes two codes the same system. */
  readonly #identity: string;
  readonly #projection: Projection;
  readonly #base: string | undefined;
  readonly #transformations = new Map<string, Transformation>();

  /**
   * Use `srsByCode`. `identity` is the code by which the registry knows the system.
   *
   * @throws what the library throws for projections that it does not have
   */
  constructor(code: string, identity: string, definition: Definition, northFirst: boolean) {
    this.code = code;
    this.#identity = identity;
    this.definition = definition.text;
    this.#projection = new Projection(definition.text);
    this.#base = definition.base;
    this.isGeographic = this.#projection.isGeographic;
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
    const points = Float64Array.of(point[0], point[1]);
    this.transformPoints(to, points);
    const [x = Number.NaN, y = Number.NaN] = points;
    if (Number.isNaN(x)) throw noPlace(this, to, point);
    return [x, y];
  }

  /**
   * Many points at once, for meshes and outlines: x and y in turn, replaced by what they are in the other system, NaN
   * where they have no place there.
   */
  transformPoints(to: Srs, points: Float64Array): void {
    if (!this.equals(to)) this.#transformationTo(to).transform(points);
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
    const toMercator = this.#identity === 'EPSG:4326' && to.#identity === 'EPSG:3857';
    const outline = Float64Array.from(edgePoints(toMercator ? withoutPoles(bbox) : bbox, points).flat());
    this.transformPoints(to, outline);
    for (let index = 0; index < outline.length; index += 2) {
      const [x, y] = [outline[index] ?? Number.NaN, outline[index + 1] ?? Number.NaN];
      // Math.min and Math.max hand NaN on, so that one look at the result is enough.
      [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
    }
    if (toMercator) {
      if (bbox[0] <= -180) west = -MERCATOR_LIMIT;
      if (bbox[1] <= -MERCATOR_LATITUDE) south = -MERCATOR_LIMIT;
      if (bbox[2] >= 180) east = MERCATOR_LIMIT;
      if (bbox[3] >= MERCATOR_LATITUDE) north = MERCATOR_LIMIT;
    }
    const result: Bbox = [west, south, east, north];
    if (!result.every(Number.isFinite)) throw noPlace(this, to, bbox);
    return result;
  }

  #transformationTo(to: Srs): Transformation {
    const found = this.#transformations.get(to.#identity);
    if (found !== undefined) return found;
    const isSameBase = this.#base !== undefined && this.#base === to.#base;
    const transformation = new Transformation(this.#projection, to.#projection, isSameBase);
    this.#transformations.set(to.#identity, transformation);
    return transformation;
  }
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
  const definition = customDefinition(code) ?? (number === undefined ? undefined : epsgDefinition(Number(number)));
  if (definition === undefined) throw new ConfigError(`unknown SRS '${code}'${reasonFor(code)}`);
  const northFirst = code !== 'CRS:84' && authority === 'EPSG' && isNorthFirst(Number(number));
  try {
    const srs = new Srs(code, identity, definition, northFirst);
    warnOfGridFile(code, definition);
    return srs;
  } catch (cause) {
    throw new ConfigError(`SRS '${code}' uses a projection that is not available: ${definition.text}`, undefined, {
      cause,
    });
  }
}

/** Authorities whose codes PROJ knows, and MapProxy with it (row GRD-03). */
const OTHER_AUTHORITY = /^(?:IAU_\d+|IGNF|ESRI|OGC|NKG):/;

function reasonFor(code: string): string {
  if (!OTHER_AUTHORITY.test(code)) return '';
  return ': of other authorities than EPSG only those are known that a file in globals.srs.proj_data_dir defines';
}

const warnedBases = new Set<string>();

/** Once for each datum: metres matter to few maps, but those who care must know. */
function warnOfGridFile(code: string, { base, gridFile }: Definition): void {
  if (gridFile === undefined || base === undefined || warnedBases.has(base)) return;
  warnedBases.add(base);
  log.warn(`${code} is placed within a few metres: the grid file ${gridFile} for the datum of ${base} is not used`);
}
