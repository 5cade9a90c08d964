import WKB from 'ol/format/WKB.js';
import SimpleGeometry from 'ol/geom/SimpleGeometry.js';
import { ConfigError } from '../../http/errors.ts';
import type { Polygon } from '../contract.ts';
import { polygonsOf, type ReadContext } from './polygons.ts';

/** What reading needs of an SQLite library. */
export interface ReadableDatabase {
  prepare(sql: string): { raw(): { all(): unknown[] } };
  close(): unknown;
}

/** First bytes of a geometry in a GeoPackage (version 1.3, clause 2.1.3): `GP`. */
const MAGIC = Buffer.from('GP');

/** Bytes before the envelope: magic, version, flags, id of the SRS. */
const HEADER_LENGTH = 8;

/** Bytes of the envelope by its code in the flags (ibid., table 6). */
const ENVELOPE_LENGTHS = [0, 32, 48, 48, 64];

/**
 * Polygons of a GeoPackage, in its own coordinates (row COV-04).
 *
 * @param where a condition on the first layer, or a whole SELECT; both in the words of SQLite
 * @throws ConfigError for a file or statement that SQLite does not take
 */
export function polygonsOfGeopackage(
  open: () => ReadableDatabase,
  where: string | undefined,
  context: ReadContext,
): Polygon[] {
  const format = new WKB();
  return geometryBlobs(open, where, context).flatMap((blob) => {
    const flags = blob[3] ?? 0;
    const offset = HEADER_LENGTH + (ENVELOPE_LENGTHS[(flags >> 1) & 7] ?? 0);
    const geometry = format.readGeometry(blob.subarray(offset));
    if (geometry === null) return [];
    const coordinates = geometry instanceof SimpleGeometry ? geometry.getCoordinates() : null;
    return polygonsOf({ type: geometry.getType(), coordinates }, context);
  });
}

function geometryBlobs(open: () => ReadableDatabase, where: string | undefined, { name }: ReadContext): Buffer[] {
  let database: ReadableDatabase | undefined;
  try {
    database = open();
    const rows = database.prepare(statement(database, where)).raw().all();
    return rows.flatMap((row) => (Array.isArray(row) ? row.filter(isGeometry) : []));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${name}: ${reason}`, undefined, { cause });
  } finally {
    database?.close();
  }
}

function statement(database: ReadableDatabase, where: string | undefined): string {
  if (where !== undefined && /^\s*select\b/i.test(where)) return where;
  const [row] = database
    .prepare("SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY rowid LIMIT 1")
    .raw()
    .all();
  const table: unknown = Array.isArray(row) ? row[0] : undefined;
  if (typeof table !== 'string') throw new Error('there is no layer with features');
  const all = `SELECT * FROM "${table.replaceAll('"', '""')}"`;
  return where === undefined ? all : `${all} WHERE ${where}`;
}

function isGeometry(column: unknown): column is Buffer {
  return Buffer.isBuffer(column) && column.subarray(0, MAGIC.length).equals(MAGIC);
}
