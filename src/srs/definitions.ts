import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type DatumShift, datumShift } from './datum-shifts.ts';

/** epsg-index keeps one small file for each code of the registry; only codes in use are read. */
const resolveModule = createRequire(import.meta.url).resolve;

interface RegistryEntry {
  readonly wkt: string | null;
  readonly proj4: string | null;
}

/** How a system is computed. */
export interface Definition {
  /** In the words of PROJ: `+proj=utm +zone=32 +ellps=GRS80`. */
  readonly text: string;
  /** What it is built on; between systems of one base nothing shifts. Undefined: not known. */
  readonly base: string | undefined;
  /** A file that would place it better by more than a metre. */
  readonly gridFile: string | undefined;
}

/** The definition of an EPSG code. Undefined: not a two-dimensional system we know. */
export function epsgDefinition(code: number): Definition | undefined {
  const entry = readEntry(code);
  if (entry === undefined || entry.proj4 === null) return undefined;
  const ownBase = baseCode(code, entry);
  // Codes that are newer than our table take what the system they are built on has.
  const shift = datumShift(code) ?? (ownBase === undefined ? undefined : datumShift(ownBase));
  const base = shift?.base ?? ownBase;
  return {
    text: withShift(entry.proj4, shift),
    base: base === undefined ? undefined : `EPSG:${base}`,
    gridFile: shift?.gridFile,
  };
}

function readEntry(code: number): RegistryEntry | undefined {
  try {
    return JSON.parse(readFileSync(resolveModule(`epsg-index/s/${code}.json`), 'utf8')) as RegistryEntry;
  } catch {
    return undefined;
  }
}

/** The geographic system that the registry names, where it does. */
function baseCode(code: number, { wkt }: RegistryEntry): number | undefined {
  if (wkt === null) return undefined;
  if (wkt.startsWith('GEOGCS')) return code;
  const [, base] = /AUTHORITY\["EPSG","(\d+)"\]\],PROJECTION\[/.exec(wkt) ?? [];
  return base === undefined ? undefined : Number(base);
}

/**
 * The index's own shifts turn the wrong way for some datums and name grid files that are not here for others, so ours
 * take their place. Web Mercator's `+nadgrids=@null` stays: it says that there is no shift.
 */
function withShift(definition: string, shift: DatumShift | undefined): string {
  const withoutGrids = withKnownEllipsoid(definition)
    .replace(/ ?\+nadgrids=("[^"]*"|[^@\s]\S*)/, '')
    .replace('+datum=NAD27', '+ellps=clrk66');
  if (shift === undefined || withoutGrids.includes('+nadgrids=@null') || withoutGrids.includes('+datum=WGS84')) {
    return withoutGrids;
  }
  const withoutShift = withoutGrids.replace(/ ?\+towgs84=\S+/, '');
  return shift.toWgs84 === undefined ? withoutShift : `${withoutShift} +towgs84=${shift.toWgs84}`;
}

/** Ellipsoids that the library for projections would take for WGS 84, as they are not among its names. */
const ELLIPSOIDS: Readonly<Record<string, string>> = {
  WGS72: '+a=6378135 +rf=298.26',
  GSK2011: '+a=6378136.5 +rf=298.2564151',
};

function withKnownEllipsoid(definition: string): string {
  return definition.replace(/\+ellps=(\w+)/, (option, name: string) => ELLIPSOIDS[name] ?? option);
}
