import { RequestError } from '../../../http/errors.ts';
import type { Dimensions } from '../contract.ts';

/**
 * Directories of a tile's dimensions: `time-2020-08-25/dim_level-700/`, those of the standard before `dim_*`, each
 * group in alphabetical order (row CCH-09). '' without dimensions.
 *
 * @throws RequestError for a value that would lead out of its directory, or is too long for a name. MapProxy answers 500 (row SEC-05).
 */
export function dimensionPath(dimensions: Dimensions): string {
  const names = [...dimensions.keys()].sort((one, other) => {
    const [oneIsOwn, otherIsOwn] = [one.startsWith('dim_'), other.startsWith('dim_')];
    if (oneIsOwn !== otherIsOwn) return oneIsOwn ? 1 : -1;
    return one < other ? -1 : 1;
  });
  return names.map((name) => `${segment(`${name}-${dimensions.get(name) || 'default'}`)}/`).join('');
}

/** Bytes that file systems take for a name. */
const LONGEST = 255;

const DANGEROUS = /[/\\\0]|\.\./;

function segment(text: string): string {
  if (Buffer.byteLength(text) > LONGEST) {
    throw new RequestError('Dimension parameter value is too long', { status: 400 });
  }
  if (!DANGEROUS.test(text)) return text;
  throw new RequestError('Dimension parameter value contains illegal characters', { status: 400 });
}
