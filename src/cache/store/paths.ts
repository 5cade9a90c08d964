import { isAbsolute } from 'node:path';

/**
 * Joins paths as Python does, and so MapProxy: `./` and the like stay as they are. The names of locks are made of these
 * very texts (row TILE-12); as places of files they are as good as any.
 */
export function joinPath(first: string, ...others: readonly string[]): string {
  return others.reduce((path, part) => {
    if (isAbsolute(part)) return part;
    return path === '' || path.endsWith('/') ? path + part : `${path}/${part}`;
  }, first);
}
