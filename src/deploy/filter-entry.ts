import { resolve } from 'node:path';
import type { FilterTarget } from '../app/filters/contract.ts';
import { filterDefinitions } from '../app/filters/index.ts';
import { didYouMean } from '../config/nearest.ts';
import type { Path } from '../config/places.ts';
import { checkSchema, type Findings } from './check-schema.ts';
import { existingFile } from './files.ts';
import { filterSchema } from './schema.ts';

/** The filters of a list that can be used; what is wrong with the others goes to the findings. */
export function readFilters(entries: readonly unknown[], base: string, path: Path, findings: Findings): FilterTarget[] {
  return entries.flatMap((entry, index) => readFilter(entry, base, [...path, index], findings) ?? []);
}

function readFilter(entry: unknown, base: string, path: Path, findings: Findings): FilterTarget | undefined {
  const checked = checkSchema(filterSchema, entry, path, findings);
  if (checked === undefined) return undefined;
  const { use, ...options } = checked;
  if (/^\.{0,2}\//.test(use)) {
    const file = resolve(base, use);
    return existingFile(file, [...path, 'use'], findings) ? { kind: 'module', file, options } : undefined;
  }
  return builtinFilter(use, options, base, path, findings);
}

/** One of our own filters, with options that fit it. */
export function builtinFilter(
  type: string,
  options: Readonly<Record<string, unknown>>,
  base: string,
  path: Path,
  findings: Findings,
): FilterTarget | undefined {
  const definition = filterDefinitions.find((one) => one.type === type);
  if (definition === undefined) {
    const names = filterDefinitions.map((one) => one.type);
    const hint = didYouMean(type, names) || `; there are ${names.join(', ')}, and modules as ./filter.mjs`;
    findings.error([...path, 'use'], `there is no filter '${type}'${hint}`);
    return undefined;
  }
  if (checkSchema(definition.options, options, path, findings) === undefined) return undefined;
  return { kind: 'builtin', type, options, directory: base };
}
