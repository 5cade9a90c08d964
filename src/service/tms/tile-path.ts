/** A tile's URL taken apart: `/tms/1.0.0/osm/EPSG900913/3/4/2.png`. */
export interface TilePath {
  /** Layer and spec as they stand in the URL: `osm/EPSG900913`, `osm_EPSG900913`, `osm`. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** File extension: `png`. */
  readonly extension: string;
}

const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Reads the part of a tile's path that follows the service word, from its end; undefined if it is not of the form
 * `[1.0.0/]layer[/spec]/z/x/y.ext` (row TMS-04). Every cached tile passes here: scanning characters costs a third of
 * what a regular expression with six groups does (test/bench/service).
 *
 * @param start index after the slash that ends the service word.
 */
export function parseTilePath(path: string, start: number): TilePath | undefined {
  const dot = path.lastIndexOf('.');
  const beforeY = path.lastIndexOf('/', dot);
  const beforeX = path.lastIndexOf('/', beforeY - 1);
  const beforeZ = path.lastIndexOf('/', beforeX - 1);
  const nameStart = path.startsWith('1.0.0/', start) ? start + 6 : start;
  if (beforeZ <= nameStart || !isWord(path, dot + 1)) return undefined;
  const y = integer(path, beforeY + 1, dot);
  const x = integer(path, beforeX + 1, beforeY);
  const z = integer(path, beforeZ + 1, beforeX);
  if (Number.isNaN(x + y + z) || hasSurplusSlash(path, nameStart, beforeZ)) return undefined;
  return { name: path.slice(nameStart, beforeZ), x, y, z, extension: path.slice(dot + 1) };
}

/** NaN for what is not `-?\d+`. Numbers past 2^53 lose digits, and are outside every grid either way. */
function integer(text: string, start: number, end: number): number {
  const isNegative = text.charCodeAt(start) === MINUS;
  const first = isNegative ? start + 1 : start;
  if (first >= end) return Number.NaN;
  let value = 0;
  for (let index = first; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return Number.NaN;
    value = value * 10 + (code - ZERO);
  }
  return isNegative ? -value : value;
}

function isWord(text: string, start: number): boolean {
  if (start >= text.length) return false;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index) | 0x20;
    const isLetter = code >= 0x61 && code <= 0x7a;
    const isDigit = code >= ZERO && code <= NINE;
    if (!isLetter && !isDigit && text[index] !== '_') return false;
  }
  return true;
}

/** Layer and spec are one or two words; neither is empty. */
function hasSurplusSlash(path: string, start: number, end: number): boolean {
  const slash = path.indexOf('/', start);
  if (slash === end) return false;
  return slash === start || slash === end - 1 || path.indexOf('/', slash + 1) !== end;
}
