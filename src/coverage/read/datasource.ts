import { open, readFile } from 'node:fs/promises';
import { ConfigError } from '../../http/errors.ts';
import type { Polygon } from '../contract.ts';
import { polygonsOfGeoJson } from './geojson.ts';
import type { ReadableDatabase } from './geopackage.ts';
import type { ReadContext } from './polygons.ts';

export interface DatasourceContext extends ReadContext {
  /** Opens an SQLite database for reading only. */
  readonly openDatabase: (file: string) => ReadableDatabase;
}

/** Bytes that tell one format from another; MapProxy looks at as many (row COV-02). */
const HEAD_LENGTH = 50;

/** What a file of each format begins with. */
const SHAPEFILE = Buffer.from([0, 0, 0x27, 0x0a]);
const SQLITE = Buffer.from('SQLite format 3\0');

const READABLE =
  'WKT, GeoJSON, shapefiles (.shp) and GeoPackages (.gpkg) are read; ogr2ogr makes them of other formats';

/**
 * Polygons of a file, by what it begins with (rows COV-02 to COV-04).
 *
 * @param where filter of its features
 * @throws ConfigError for files that cannot be read and formats that are not known
 */
export async function polygonsOfFile(
  file: string,
  where: string | undefined,
  context: DatasourceContext,
): Promise<Polygon[]> {
  const head = await readHead(file);
  if (head.subarray(0, SHAPEFILE.length).equals(SHAPEFILE)) {
    return (await import('./shapefile.ts')).polygonsOfShapefile(file, where, context);
  }
  if (head.subarray(0, SQLITE.length).equals(SQLITE)) {
    const { polygonsOfGeopackage } = await import('./geopackage.ts');
    return polygonsOfGeopackage(() => context.openDatabase(file), where, context);
  }
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .toLowerCase();
  if (text.startsWith('{')) return polygonsOfGeoJson(await readFile(file, 'utf8'), where, context);
  if (text.startsWith('polygon') || text.startsWith('multipolygon')) return polygonsOfWktFile(file, context);
  throw new ConfigError(`the format of ${context.name} is not known: ${READABLE}`);
}

/** @throws ConfigError for a file that cannot be read */
export async function polygonsOfWktFile(file: string, context: ReadContext): Promise<Polygon[]> {
  const { polygonsOfWkt } = await import('./wkt.ts');
  return polygonsOfWkt(await readFile(file, 'utf8'), context);
}

/** `PG:dbname=...`: a data source of OGR that is no file (row COV-04). One letter is a drive of Windows. */
export function isConnection(datasource: string): boolean {
  return /^\w{2,}:/.test(datasource);
}

/** @throws ConfigError always */
export function refuseConnection(datasource: string): never {
  const [driver] = datasource.split(':');
  throw new ConfigError(`data sources of ${driver} cannot be read: ${READABLE}`);
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_LENGTH), 0, HEAD_LENGTH, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
