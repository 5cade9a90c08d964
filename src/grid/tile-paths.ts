import type { TileCoord } from './types.ts';

/**
 * Names of tiles as directory layouts and tile URLs spell them (rows CCH-02 to CCH-07, SRC-50). Rows are counted from
 * the grid's own origin (row CCH-08). All without file extension.
 */

const THREE_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

function threeDigits(number: number): string {
  return THREE_DIGITS[number] ?? String(number);
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** `02/000/000/003/000/000/004`: level, then millions, thousands and units of column and row. */
export function tcPath([x, y, level]: TileCoord): string {
  return `${twoDigits(level)}/${inThousands(x)}/${inThousands(y)}`;
}

function inThousands(number: number): string {
  const thousands = Math.floor(number / 1000);
  const millions = threeDigits(Math.floor(thousands / 1000));
  return `${millions}/${threeDigits(thousands % 1000)}/${threeDigits(number % 1000)}`;
}

/** `02/0000/0003/0000/0004`: level, then ten thousands and the rest of column and row. */
export function mpPath([x, y, level]: TileCoord): string {
  return `${twoDigits(level)}/${inTenThousands(x)}/${inTenThousands(y)}`;
}

function inTenThousands(number: number): string {
  const high = String(Math.floor(number / 10000)).padStart(4, '0');
  return `${high}/${String(number % 10000).padStart(4, '0')}`;
}

/** `2/3/4`: level, column, row. */
export function tmsPath([x, y, level]: TileCoord): string {
  return `${level}/${x}/${y}`;
}

/** `4/3/2`: row, column, level. */
export function reverseTmsPath([x, y, level]: TileCoord): string {
  return `${y}/${x}/${level}`;
}

/** `11` for (3, 0, 2): one digit for each level, column bit plus twice the row bit, from the coarsest. */
export function quadkey([x, y, level]: TileCoord): string {
  let key = '';
  for (let bit = level - 1; bit >= 0; bit--) {
    const columnBit = Math.floor(x / 2 ** bit) % 2;
    const rowBit = Math.floor(y / 2 ** bit) % 2;
    key += columnBit + 2 * rowBit;
  }
  return key;
}

/** `L09/R05397fb1/C0012d687`: level, then row and column as eight hexadecimal digits. */
export function arcgisPath([x, y, level]: TileCoord): string {
  return `L${twoDigits(level)}/R${eightHexDigits(y)}/C${eightHexDigits(x)}`;
}

function eightHexDigits(number: number): string {
  return number.toString(16).padStart(8, '0');
}
