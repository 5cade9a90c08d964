import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Filter } from '../../http/application.ts';
import { ConfigError } from '../../http/errors.ts';
import type { FilterTarget, OpenFilter } from './contract.ts';
import { filterDefinitions } from './index.ts';

/** Opens what a target names. @throws ConfigError when it cannot be used */
export async function openFilter(target: FilterTarget): Promise<OpenFilter> {
  if (target.kind === 'module') return openModule(target.file, target.options);
  const definition = filterDefinitions.find(({ type }) => type === target.type);
  if (definition === undefined) throw new ConfigError(`there is no filter '${target.type}'`);
  return definition.open(target.options, { resolvePath: (path) => resolve(target.directory, path) });
}

async function openModule(file: string, options: unknown): Promise<OpenFilter> {
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause), { file }, { cause });
  }
  const make: unknown = module.filter;
  if (typeof make !== 'function') throw new ConfigError('exports no function `filter`', { file });
  const filter: unknown = await make(options);
  if (typeof filter !== 'function') throw new ConfigError('`filter` returns no function', { file });
  return { filter: filter as Filter, files: [file] };
}
