import type { Bbox } from '../grid/types.ts';
import type { Srs } from '../srs/srs.ts';
import { BboxCoverage } from './bbox-coverage.ts';
import type { Coverage } from './contract.ts';
import { polygonsOf, type ReadGeometry } from './read/polygons.ts';

/**
 * The area that an authorisation hook leaves to a client; maps are cut at it (rows COV-09, AUTH).
 *
 * @param geometry a bbox, polygons as WKT with one in each line, or a geometry as GeoJSON has it
 * @throws ConfigError for what is none of these; EmptyCoverageError
 */
export async function limitedTo(geometry: Bbox | string | ReadGeometry, srs: Srs): Promise<Coverage> {
  if (isBbox(geometry)) return new BboxCoverage(geometry, srs, true);
  const context = { name: 'limited_to', warn: () => undefined };
  const polygons =
    typeof geometry === 'string'
      ? (await import('./read/wkt.ts')).polygonsOfWkt(geometry, context)
      : polygonsOf(geometry, context);
  const { coverageOfPolygons } = await import('./combine.ts');
  return coverageOfPolygons(polygons, { srs, clip: true, simplifies: false });
}

function isBbox(geometry: Bbox | string | ReadGeometry): geometry is Bbox {
  return Array.isArray(geometry);
}
