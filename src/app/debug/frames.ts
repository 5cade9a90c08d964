import { isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A position in a source file. Line and column count from 1. */
export interface FilePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One call of a stack. */
export interface Frame {
  /** '' at the top of a module. */
  readonly functionName: string;
  /** Undefined for what has no file: native code, evaluated text. */
  readonly position: FilePosition | undefined;
  /** As V8 wrote it. */
  readonly location: string;
  /** Written by the people who develop here: neither Node's, nor a dependency's, nor this program's. */
  readonly isOwn: boolean;
}

const FRAME = /^\s+at (?:(.*?) \()?((?:file:\/\/|node:|\/|[A-Za-z]:\\|native|<anonymous>|eval|index ).*?)\)?$/;
const POSITION = /^(.*):(\d+):(\d+)$/;

/** The calls of an error's stack, the innermost first. With source maps on, they tell the sources' positions. */
export function framesOf(stack: string): Frame[] {
  return stack.split('\n').flatMap((line) => {
    const [, name = '', location] = FRAME.exec(line) ?? [];
    if (location === undefined) return [];
    const position = positionOf(location);
    return [{ functionName: name.replace(/^Object\.<anonymous>$/, ''), position, location, isOwn: isOwn(position) }];
  });
}

function positionOf(location: string): FilePosition | undefined {
  const [, place, line, column] = POSITION.exec(location) ?? [];
  const file = place === undefined ? undefined : pathOf(place);
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

function pathOf(place: string): string | undefined {
  try {
    // tsx and others mark modules with a query.
    const path = place.startsWith('file://') ? fileURLToPath(place.replace(/\?.*$/, '')) : place;
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Where this program's own code is, installed or in a checkout. */
const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAM = ['src', 'dist', 'native'].map((folder) => `${PACKAGE}${folder}${sep}`);

function isOwn(position: FilePosition | undefined): boolean {
  if (position === undefined || position.file.includes(`${sep}node_modules${sep}`)) return false;
  return !PROGRAM.some((folder) => position.file.startsWith(folder));
}
