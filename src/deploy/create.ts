import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { didYouMean } from '../config/nearest.ts';
import { ConfigError } from '../http/errors.ts';
import type { Template, TemplateOptions } from './templates/contract.ts';
import { otherNames, templates } from './templates/index.ts';

/** Files that a template would write are there already. */
export class FilesExistError extends ConfigError {}

/**
 * Writes the files of a template, all or none.
 *
 * @param force whether files that are there already are written over
 * @returns the paths written
 * @throws FilesExistError for files that are there; ConfigError for an unknown template or options that it lacks
 */
export function createFromTemplate(name: string, options: TemplateOptions, force: boolean): string[] {
  const files = templateOf(name).files(options);
  const existing = force ? [] : files.filter(({ path }) => existsSync(path));
  const [first, ...more] = existing.map(({ path }) => path);
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${more.join(', ')})`;
    throw new FilesExistError(`is there already${others}; --force writes over it`, { file: first });
  }
  for (const { path, text, isExecutable = false } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (isExecutable) chmodSync(path, 0o755);
  }
  return files.map(({ path }) => path);
}

function templateOf(name: string): Template {
  const known = templates.find((template) => template.name === (otherNames[name] ?? name));
  if (known !== undefined) return known;
  const names = templates.map((template) => template.name);
  throw new ConfigError(`there is no template '${name}'; there are: ${names.join(', ')}${didYouMean(name, names)}`);
}
