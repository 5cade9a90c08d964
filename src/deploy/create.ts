import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../http/errors.ts';
import type { TemplateOptions } from './templates/contract.ts';
import { templates } from './templates/index.ts';

/**
 * Writes the files of a template, all or none.
 *
 * @param force whether files that are there already are written over
 * @returns the paths written
 * @throws ConfigError for an unknown template, options that it lacks, or files that are there
 */
export function createFromTemplate(name: string, options: TemplateOptions, force: boolean): string[] {
  const template = templates.find((known) => known.name === name);
  if (template === undefined) {
    const names = templates.map((known) => known.name).join(', ');
    throw new ConfigError(`there is no template '${name}'; there are: ${names}`);
  }
  const files = template.files(options);
  const existing = force ? [] : files.filter(({ path }) => existsSync(path));
  const [first, ...more] = existing.map(({ path }) => path);
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${more.join(', ')})`;
    throw new ConfigError(`is there already${others}; --force writes over it`, { file: first });
  }
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return files.map(({ path }) => path);
}
