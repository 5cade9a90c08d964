import { writeFile } from 'node:fs/promises';

export interface Square {
  readonly name: string;
  readonly size: number;
  readonly bbox: readonly [number, number, number, number];
}

const SHP_HEADER = 100;
const POLYGON = 5;
const POINTS = 5;
/** Shape type, bbox, counts, one part, five points. */
const CONTENT = 4 + 32 + 8 + 4 + POINTS * 16;

/** Writes squares as a shapefile (.shp and .dbf) with the attributes NAME and SIZE. @param base name without ending */
export async function writeShapefile(base: string, squares: readonly Square[]): Promise<void> {
  await writeFile(`${base}.shp`, shp(squares));
  await writeFile(`${base}.dbf`, dbf(squares));
}

function shp(squares: readonly Square[]): Buffer {
  const file = Buffer.alloc(SHP_HEADER + squares.length * (8 + CONTENT));
  file.writeInt32BE(9994, 0);
  file.writeInt32BE(file.length / 2, 24);
  file.writeInt32LE(1000, 28);
  file.writeInt32LE(POLYGON, 32);
  for (const [index, { bbox }] of squares.entries()) {
    const [west, south, east, north] = bbox;
    let at = SHP_HEADER + index * (8 + CONTENT);
    at = file.writeInt32BE(index + 1, at);
    at = file.writeInt32BE(CONTENT / 2, at);
    at = file.writeInt32LE(POLYGON, at);
    for (const number of bbox) at = file.writeDoubleLE(number, at);
    for (const number of [1, POINTS, 0]) at = file.writeInt32LE(number, at);
    // Outlines run clockwise.
    for (const number of [west, south, west, north, east, north, east, south, west, south]) {
      at = file.writeDoubleLE(number, at);
    }
  }
  return file;
}

const NAME_LENGTH = 20;
const SIZE_LENGTH = 10;

function dbf(squares: readonly Square[]): Buffer {
  const recordLength = 1 + NAME_LENGTH + SIZE_LENGTH;
  const head = Buffer.alloc(32 + 2 * 32 + 1);
  head.writeUInt8(3, 0);
  head.writeUInt32LE(squares.length, 4);
  head.writeUInt16LE(head.length, 8);
  head.writeUInt16LE(recordLength, 10);
  for (const [index, [name, type, length]] of (
    [
      ['NAME', 'C', NAME_LENGTH],
      ['SIZE', 'N', SIZE_LENGTH],
    ] as const
  ).entries()) {
    const at = 32 + index * 32;
    head.write(name, at, 'latin1');
    head.write(type, at + 11, 'latin1');
    head.writeUInt8(length, at + 16);
  }
  head.writeUInt8(13, head.length - 1);
  const records = squares.map(({ name, size }) => ` ${name.padEnd(NAME_LENGTH)}${String(size).padStart(SIZE_LENGTH)}`);
  return Buffer.concat([head, Buffer.from(`${records.join('')}\x1a`, 'utf8')]);
}
