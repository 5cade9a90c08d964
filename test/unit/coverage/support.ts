import { join } from 'node:path';
import { openDatabase } from '../../../src/cache/store/sqlite.ts';
import { buildCoverage } from '../../../src/coverage/build.ts';
import type { Coverage } from '../../../src/coverage/contract.ts';
import { coverageOptions } from '../../../src/coverage/options.ts';
import { srsByCode } from '../../../src/srs/srs.ts';

export const WGS84 = srsByCode('EPSG:4326');
export const MERCATOR = srsByCode('EPSG:3857');
export const UTM = srsByCode('EPSG:25832');

/** Builds a coverage as written in a configuration. @param warnings takes what is told on the way */
export async function coverage(options: unknown, folder = '/', warnings: string[] = []): Promise<Coverage> {
  return buildCoverage(coverageOptions.parse(options), {
    resolvePath: (path) => join(folder, path),
    openDatabase: (file) => openDatabase(file, { readonly: true }),
    warn: (message) => warnings.push(message),
  });
}

/** Area of all polygons in map units, holes taken off. */
export function areaOf(one: Coverage): number {
  const ringArea = (ring: readonly (readonly [number, number])[]) =>
    Math.abs(
      ring.slice(1).reduce((sum, [x, y], index) => {
        const [previousX, previousY] = ring[index] ?? [0, 0];
        return sum + (previousX * y - x * previousY) / 2;
      }, 0),
    );
  return one
    .polygons()
    .reduce(
      (sum, [outline, ...holes]) => holes.reduce((left, hole) => left - ringArea(hole), sum + ringArea(outline)),
      0,
    );
}
