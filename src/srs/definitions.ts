import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * What epsg-index keeps of the registry, one small file for each code; only codes in use are read.
 */
const resolveModule = createRequire(import.meta.url).resolve;

/**
 * Datum shifts (metres, arc seconds, parts per million; position vector) for definitions that name a grid file we do
 * not have: the registry's transformation of widest use for that datum. They are good to a few metres.
 */
const SHIFT_FOR_GRID: Readonly<Record<string, string>> = {
  'BETA2007.gsb': '598.1,73.7,418.2,0.202,0.045,-2.455,6.7',
  'OSTN15_NTv2_OSGBtoETRS.gsb': '446.448,-125.157,542.06,0.15,0.247,0.842,-20.489',
  'nzgd2kgrid0005.gsb': '59.47,-5.04,187.44,0.47,-0.1,1.024,-4.5993',
  'NTv2_0.gsb': '-10,158,187',
  'National 84 (02.07.01).gsb': '-117.763,-51.51,139.061,0.292,0.443,0.277,-0.191',
  'CA7072_003.gsb': '-206.05,168.28,-3.82',
};

/** The PROJ definition of an EPSG code, ready for proj4. Undefined: not a two-dimensional system we know. */
export function epsgDefinition(code: number): string | undefined {
  const entry = readEntry(code);
  return entry === undefined ? undefined : withoutGridFiles(entry);
}

function readEntry(code: number): string | undefined {
  let text: string;
  try {
    text = readFileSync(resolveModule(`epsg-index/s/${code}.json`), 'utf8');
  } catch {
    return undefined;
  }
  const entry = JSON.parse(text) as { readonly proj4: string | null };
  return entry.proj4 ?? undefined;
}

/** proj4 refuses a definition whose grid file is not loaded; `@null` means no shift and is understood. */
function withoutGridFiles(definition: string): string {
  return definition.replace(/\+nadgrids=(?:"([^"]*)"|([^@\s]\S*))/, (_, quoted?: string, plain?: string) => {
    const shift = SHIFT_FOR_GRID[quoted ?? plain ?? ''];
    return shift === undefined ? '+towgs84=0,0,0,0,0,0,0' : `+towgs84=${shift}`;
  });
}
