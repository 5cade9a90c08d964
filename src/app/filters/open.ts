import { resolve } from 'node:path';
import type { Filter } from '../../http/application.ts';
import { ConfigError } from '../../http/errors.ts';
import { importFunction } from '../import-function.ts';
import type { FilterTarget, OpenFilter } from './contract.ts';
import { filterDefinitions } from './index.ts';

/** Opens what a target names. @throws ConfigError when it cannot be used */
export async function openFilter(target: FilterTarget): Promise<OpenFilter> {
  if (target.kind === 'module') return openModule(target.file, target.options);
  const definition = filterDefinitions.find(({ type }) => type === target.type);
  if (definition === undefined) throw new ConfigError(`there is no filter '${target.type}'`);
  return definition.open(target.options, { resolvePath: (path) => resolve(target.directory, path) });
}

async function openModule(file: string, options: Readonly<Record<string, unknown>>): Promise<OpenFilter> {
  const make = (await importFunction(file, 'filter')) as (options: Readonly<Record<string, unknown>>) => unknown;
  const filter = await make(options);
  if (typeof filter !== 'function') throw new ConfigError('`filter` returns no function', { file });
  return { filter: filter as Filter, files: [file] };
}
