import type { Bbox } from '../grid/types.ts';
import type { Srs } from '../srs/srs.ts';

/** Where on the earth a picture is. */
export interface Georeference {
  readonly bbox: Bbox;
  readonly srs: Srs;
}

/** Types of values in a TIFF directory (TIFF 6.0, section 2). */
const SHORT = 3;
const DOUBLE = 12;

const HEADER_SIZE = 8;
const ENTRY_SIZE = 12;

/** Numbers of tags (GeoTIFF 1.1, annex B). */
const MODEL_PIXEL_SCALE = 33550;
const MODEL_TIEPOINT = 33922;
const GEO_KEY_DIRECTORY = 34735;

/** Keys in the directory of GeoTIFF's own, and their values (GeoTIFF 1.1, section 7.5). */
const MODEL_TYPE = 1024;
const PROJECTED = 1;
const GEOGRAPHIC = 2;
const RASTER_TYPE = 1025;
const PIXEL_IS_AREA = 1;
const GEODETIC_CRS = 2048;
const PROJECTED_CRS = 3072;

/**
 * A TIFF file that says where it is (row IMG-05): the same file with a second directory at its end, which holds the
 * first one's entries and those of GeoTIFF. MapProxy names degrees under the key for projected systems too; here they
 * have their own, which all readers understand.
 *
 * @param file little-endian, with one directory
 * @throws RangeError for another file
 */
export function withGeoTags(
  file: Buffer,
  { bbox: [west, south, east, north], srs }: Georeference,
  [width, height]: readonly [width: number, height: number],
): Buffer {
  if (file.toString('latin1', 0, 2) !== 'II' || file.readUInt16LE(2) !== 42) throw new RangeError('not a TIFF file');
  const start = file.readUInt32LE(4);
  const count = file.readUInt16LE(start);
  const entries = Array.from({ length: count }, (_, index) => {
    return file.subarray(start + 2 + index * ENTRY_SIZE, start + 2 + (index + 1) * ENTRY_SIZE);
  });
  const values = [
    doubles(MODEL_PIXEL_SCALE, [(east - west) / width, (north - south) / height, 0]),
    doubles(MODEL_TIEPOINT, [0, 0, 0, west, north, 0]),
    shorts(GEO_KEY_DIRECTORY, keyDirectory(srs)),
  ];

  // Values lie on even positions.
  let position = file.length + (file.length % 2);
  const parts = [file, Buffer.alloc(file.length % 2)];
  for (const { tag, type, length, bytes } of values) {
    entries.push(directoryEntry(tag, type, length, position));
    parts.push(bytes);
    position += bytes.length;
  }
  entries.sort((one, two) => one.readUInt16LE(0) - two.readUInt16LE(0));
  const size = Buffer.alloc(2);
  size.writeUInt16LE(entries.length);
  const last = Buffer.alloc(4);
  const whole = Buffer.concat([...parts, size, ...entries, last]);
  whole.writeUInt32LE(position, HEADER_SIZE - 4);
  return whole;
}

/** Version 1.1.0, then each key with its place (0: here), count and value. */
function keyDirectory(srs: Srs): number[] {
  const [, code] = /^EPSG:(\d+)$/.exec(srs.code === 'CRS:84' ? 'EPSG:4326' : srs.code) ?? [];
  const keys = [
    [MODEL_TYPE, srs.isGeographic ? GEOGRAPHIC : PROJECTED],
    [RASTER_TYPE, PIXEL_IS_AREA],
    ...(code === undefined ? [] : [[srs.isGeographic ? GEODETIC_CRS : PROJECTED_CRS, Number(code)]]),
  ];
  return [1, 1, 0, keys.length, ...keys.flatMap(([key = 0, value = 0]) => [key, 0, 1, value])];
}

function directoryEntry(tag: number, type: number, length: number, position: number): Buffer {
  const entry = Buffer.alloc(ENTRY_SIZE);
  entry.writeUInt16LE(tag, 0);
  entry.writeUInt16LE(type, 2);
  entry.writeUInt32LE(length, 4);
  entry.writeUInt32LE(position, 8);
  return entry;
}

function doubles(tag: number, values: readonly number[]) {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => {
    bytes.writeDoubleLE(value, index * 8);
  });
  return { tag, type: DOUBLE, length: values.length, bytes };
}

function shorts(tag: number, values: readonly number[]) {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => {
    bytes.writeUInt16LE(value & 0xffff, index * 2);
  });
  return { tag, type: SHORT, length: values.length, bytes };
}
