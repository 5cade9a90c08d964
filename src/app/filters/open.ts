import { resolve } from 'node:path';
import type { Filter } from '../../http/application.ts';
import { ConfigError } from '../../http/errors.ts';
import { foreignApplication } from '../foreign.ts';
import { importFunction } from '../import-function.ts';
import type { FilterContext, FilterKind, FilterTarget, OpenFilter } from './contract.ts';
import { filterDefinitions } from './index.ts';

/** Opens what a target names. @throws ConfigError when it cannot be used */
export async function openFilter(target: FilterTarget): Promise<OpenFilter> {
  if (target.kind === 'module') return openModule(target.file, target.options);
  return kindOf(target).open(target.options, contextOf(target));
}

/**
 * Reads what a target names without opening it; modules are not run.
 *
 * @throws ConfigError when it cannot be used
 */
export async function checkFilter(target: FilterTarget): Promise<void> {
  if (target.kind === 'builtin') await kindOf(target).check(target.options, contextOf(target));
}

type Builtin = FilterTarget & { readonly kind: 'builtin' };

function kindOf({ type }: Builtin): FilterKind {
  const found = filterDefinitions.find((kind) => kind.type === type);
  if (found === undefined) throw new ConfigError(`there is no filter '${type}'`);
  return found;
}

function contextOf({ directory }: Builtin): FilterContext {
  return { resolvePath: (path) => resolve(directory, path) };
}

async function openModule(file: string, options: Readonly<Record<string, unknown>>): Promise<OpenFilter> {
  const make = (await importFunction(file, 'filter')) as (options: Readonly<Record<string, unknown>>) => unknown;
  const filter = await make(options);
  if (typeof filter !== 'function') throw new ConfigError('`filter` returns no function', { file });
  return { filter: (application) => foreignApplication((filter as Filter)(application)), files: [file] };
}
