import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Definition } from './definitions.ts';

/** By code in upper case. Like the registry, one for the whole process. */
const definitions = new Map<string, Definition>();

/** Files of PROJ in which each line defines a code: `<31467> +proj=tmerc +lat_0=0 ... <>`. */
const LINE = /^\s*<([\w.-]+)>\s*(\+.*?)\s*(?:<>)?\s*$/gm;

/** A name of an authority, not the name of something else that PROJ has in its folder. */
const AUTHORITY_FILE = /^\w+$/;

/**
 * Reads the definitions of a folder with data for PROJ (row GLB-41): those in files that are named by an authority, as
 * `epsg`, `esri` and `IGNF` are. They win over the registry's, for systems that nothing has asked for yet.
 *
 * @returns how many there are
 * @throws Error of the file system
 */
export function readDefinitions(folder: string): number {
  const before = definitions.size;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !AUTHORITY_FILE.test(entry.name)) continue;
    const text = readFileSync(join(folder, entry.name), 'latin1');
    for (const [, code = '', definition = ''] of text.matchAll(LINE)) {
      const name = `${entry.name}:${code}`.toUpperCase();
      definitions.set(name, { text: definition, base: undefined, gridFile: undefined });
    }
  }
  return definitions.size - before;
}

/** Undefined: not defined by a file. */
export function customDefinition(code: string): Definition | undefined {
  return definitions.get(code);
}
