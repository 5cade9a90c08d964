import proj4 from 'proj4';
import { type Datum, datumOf, type GeodeticPoint, WGS84_DATUM } from './datum.ts';

const RADIANS_PER_DEGREE = Math.PI / 180;

/** The library's object for one definition, as far as it is used; angles in radians, lengths in metres. */
interface LibraryProjection {
  readonly projName: string;
  readonly a: number;
  readonly es: number;
  readonly to_meter?: number;
  /** Longitude of the prime meridian. */
  readonly from_greenwich?: number;
  readonly datum: { readonly datum_type: number; readonly datum_params?: readonly number[]; readonly grids?: unknown };
  /** May change and return its argument, or make a new one; nothing or a throw: no place. */
  forward(point: GeodeticPoint): GeodeticPoint | null | undefined;
  inverse(point: GeodeticPoint): GeodeticPoint | null | undefined;
}

/** One definition of PROJ: `+proj=utm +zone=32 +ellps=GRS80`. */
export class Projection {
  /** Undefined: not known; its longitudes and latitudes are taken as they are. */
  readonly datum: Datum | undefined;
  readonly isGeographic: boolean;
  readonly #library: LibraryProjection;
  readonly #toMetres: number;
  readonly #primeMeridian: number;
  /** Undefined: east before north, as nearly everywhere. */
  readonly #axes: Axes | undefined;

  /** @throws what the library throws, also strings, for projections that it does not have */
  constructor(definition: string) {
    const created: unknown = new proj4.Proj(definition);
    const library = created as LibraryProjection;
    this.#library = library;
    this.isGeographic = library.projName === 'longlat';
    this.#toMetres = this.isGeographic ? RADIANS_PER_DEGREE : (library.to_meter ?? 1);
    this.#primeMeridian = library.from_greenwich ?? 0;
    this.#axes = axesIn(definition);
    this.datum = datumIn(definition, library);
  }

  /** From map units to longitude and latitude of Greenwich, in radians. False: no place there. */
  toGeodetic(point: GeodeticPoint): boolean {
    if (this.#axes !== undefined) fromAxes(point, this.#axes);
    point.x *= this.#toMetres;
    point.y *= this.#toMetres;
    if (!this.isGeographic && !this.#run('inverse', point)) return false;
    point.x += this.#primeMeridian;
    return Number.isFinite(point.x) && Number.isFinite(point.y);
  }

  /** The other way round. */
  fromGeodetic(point: GeodeticPoint): boolean {
    point.x -= this.#primeMeridian;
    if (!this.isGeographic && !this.#run('forward', point)) return false;
    point.x /= this.#toMetres;
    point.y /= this.#toMetres;
    if (this.#axes !== undefined) toAxes(point, this.#axes);
    return Number.isFinite(point.x) && Number.isFinite(point.y);
  }

  #run(direction: 'forward' | 'inverse', point: GeodeticPoint): boolean {
    let result: GeodeticPoint | null | undefined;
    try {
      result = this.#library[direction](point);
    } catch {
      return false;
    }
    if (result === null || result === undefined) return false;
    point.x = result.x;
    point.y = result.y;
    return true;
  }
}

/** Web Mercator draws longitudes and latitudes of WGS 84 on a sphere: its definition says so with an empty grid. */
const NO_SHIFT = '+nadgrids=@null';

function datumIn(definition: string, { a, es }: LibraryProjection): Datum | undefined {
  if (definition.includes(NO_SHIFT)) return WGS84_DATUM;
  const [, parameters] = /\+towgs84=(\S+)/.exec(definition) ?? [];
  if (parameters !== undefined) return datumOf(a, es, parameters.split(',').map(Number));
  const isKnown = /\+(?:datum=(?:WGS84|NAD83)|ellps=(?:WGS84|GRS80))\b/.test(definition);
  return isKnown ? datumOf(a, es, []) : undefined;
}

/** Where the axes of a system point to that does not count eastwards and northwards (South Africa, Krovak). */
interface Axes {
  /** Whether the first axis is the one to the north or south. */
  readonly isSwapped: boolean;
  readonly east: 1 | -1;
  readonly north: 1 | -1;
}

function axesIn(definition: string): Axes | undefined {
  const [, axes] = /\+axis=([ewns]{2})/.exec(definition) ?? [];
  if (axes === undefined || axes === 'en') return undefined;
  const isSwapped = axes.startsWith('n') || axes.startsWith('s');
  return { isSwapped, east: axes.includes('w') ? -1 : 1, north: axes.includes('s') ? -1 : 1 };
}

function toAxes(point: GeodeticPoint, { isSwapped, east, north }: Axes): void {
  const [x, y] = [point.x * east, point.y * north];
  point.x = isSwapped ? y : x;
  point.y = isSwapped ? x : y;
}

function fromAxes(point: GeodeticPoint, { isSwapped, east, north }: Axes): void {
  const { x, y } = point;
  point.x = (isSwapped ? y : x) * east;
  point.y = (isSwapped ? x : y) * north;
}
