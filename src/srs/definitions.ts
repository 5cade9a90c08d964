import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { datumShift } from './datum-shifts.ts';

/** epsg-index keeps one small file for each code of the registry; only codes in use are read. */
const resolveModule = createRequire(import.meta.url).resolve;

interface RegistryEntry {
  readonly wkt: string | null;
  readonly proj4: string | null;
}

/** The PROJ definition of an EPSG code, ready for proj4. Undefined: not a two-dimensional system we know. */
export function epsgDefinition(code: number): string | undefined {
  const entry = readEntry(code);
  if (entry === undefined || entry.proj4 === null) return undefined;
  return withDatumShift(entry.proj4, geographicCode(code, entry));
}

function readEntry(code: number): RegistryEntry | undefined {
  try {
    return JSON.parse(readFileSync(resolveModule(`epsg-index/s/${code}.json`), 'utf8')) as RegistryEntry;
  } catch {
    return undefined;
  }
}

/** The geographic system a projected one is built on. */
function geographicCode(code: number, { wkt }: RegistryEntry): number | undefined {
  if (wkt === null) return undefined;
  if (wkt.startsWith('GEOGCS')) return code;
  const [, base] = /AUTHORITY\["EPSG","(\d+)"\]\],PROJECTION\[/.exec(wkt) ?? [];
  return base === undefined ? undefined : Number(base);
}

/**
 * The index's own shifts turn the wrong way for some datums and name grid files that are not here for others (proj4
 * refuses those), so ours take their place. A datum without any shift is taken for WGS 84. Web Mercator's
 * `+nadgrids=@null` stays: it says that there is no shift.
 */
function withDatumShift(definition: string, geographic: number | undefined): string {
  const shift = geographic === undefined ? undefined : datumShift(geographic);
  const withoutGrids = definition
    .replace(/ ?\+nadgrids=("[^"]*"|[^@\s]\S*)/, '')
    .replace('+datum=NAD27', '+ellps=clrk66');
  if (shift === undefined || withoutGrids.includes('+nadgrids=@null') || withoutGrids.includes('+datum=WGS84')) {
    return withoutGrids;
  }
  return `${withoutGrids.replace(/ ?\+towgs84=\S+/, '')} +towgs84=${shift}`;
}
