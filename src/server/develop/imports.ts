import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve, sep } from 'node:path';

/** `from './x.mjs'`, `import './x.mjs'`, `import('./x.mjs')`, `require('./x')`: what is named by a path of its own. */
const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/** Files followed from one module; more are no longer the developers' own. */
const MAX_FILES = 1_000;

/**
 * A module with all that it imports by relative paths, and what that imports; whether it is there or not, as creating it
 * may mend things. Text is enough for that: what is taken for an import in a comment is watched in vain.
 *
 * @param module absolute
 */
export async function importedFiles(module: string): Promise<string[]> {
  const found = new Set([module]);
  for (const file of found) {
    if (found.size > MAX_FILES) break;
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const [, specifier = ''] of text.matchAll(SPECIFIER)) {
      const imported = resolve(dirname(file), specifier.replace(/[?#].*$/, ''));
      if (imported.includes(`${sep}node_modules${sep}`)) continue;
      // `require` may leave the ending out.
      found.add(extname(imported) === '' ? `${imported}.js` : imported);
    }
  }
  return [...found];
}
