import { dirname, resolve } from 'node:path';
import { ConfigError } from '../http/errors.ts';
import { expandEnvironment } from './environment.ts';
import { mergeOver } from './merge.ts';
import { Places } from './places.ts';
import { readTextFile } from './text-file.ts';
import { isMapping, type Mapping, parseYaml } from './yaml.ts';

/** A file the configuration was read from, to tell when to read it again (row CFG-08). */
export interface LoadedFile {
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

/** A configuration as written: base files merged, environment variables replaced, nothing checked. */
export interface RawConfiguration {
  /** Absolute. */
  readonly file: string;
  readonly root: Mapping;
  readonly places: Places;
  readonly files: readonly LoadedFile[];
  readonly warnings: readonly string[];
}

/** @throws ConfigError for files that cannot be read, are no YAML, or name each other in a circle */
export async function readConfiguration(
  path: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<RawConfiguration> {
  const file = resolve(path);
  const files: LoadedFile[] = [];
  const warnings = new Set<string>();
  const places = new Places();

  const load = async (current: string, includedBy: readonly string[]): Promise<Mapping> => {
    if (includedBy.includes(current))
      throw new ConfigError(`base files name each other: ${current}`, { file: current });
    const own = await parseFile(current);
    let merged: Mapping = {};
    for (const base of baseFiles(own, current)) {
      merged = mergeOver(merged, await load(base, [...includedBy, current]), places);
    }
    return mergeOver(merged, own, places);
  };

  const parseFile = async (current: string): Promise<Mapping> => {
    const { text, mtime } = readTextFile(current);
    files.push({ file: current, mtime });
    const value = parseYaml(text, current, places, (message) => warnings.add(message));
    if (value === null) throw new ConfigError('is empty: configuration not a YAML dictionary', { file: current });
    if (!isMapping(value)) throw new ConfigError('configuration not a YAML dictionary', { file: current });
    expandEnvironment(value, environment, (message) => warnings.add(message));
    return value;
  };

  const root = await load(file, []);
  return { file, root, places, files, warnings: [...warnings] };
}

/** Relative to the file that names them (row CFG-05). */
function baseFiles({ base }: Mapping, file: string): string[] {
  const names = Array.isArray(base) ? base : base === undefined || base === null ? [] : [base];
  return names.map((name) => {
    if (typeof name !== 'string') throw new ConfigError('base is the name of a file or a list of names', { file });
    return resolve(dirname(file), name);
  });
}
