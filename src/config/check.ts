import { ConfigError } from '../http/errors.ts';
import { buildMapApp } from './build/map-app.ts';
import { type CheckedOptions, checkOptions } from './configuration.ts';
import { type Kinds, OWN_KINDS } from './kinds.ts';
import { withData } from './load.ts';
import { type Problem, withoutPlace } from './problems.ts';
import { readConfiguration } from './read.ts';
import { equalGridNames, missingReferences } from './references.ts';

/**
 * Everything that is wrong with a configuration, errors and warnings in the order in which they are found. Without
 * errors among the options it is also built, though not used, to find what does not go together.
 */
export async function checkConfiguration(file: string, kinds: Kinds = OWN_KINDS): Promise<readonly Problem[]> {
  let options: CheckedOptions | undefined;
  try {
    options = checkOptions(await readConfiguration(file), kinds);
    if (!hasErrors(options)) await buildMapApp(await withData(options)).close();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const found: Problem = { severity: 'error', message: withoutPlace(error), place: error.place ?? { file } };
    // Errors of building are in the list already.
    if (options === undefined) return [found];
    if (!hasErrors(options)) options.problems.list.push(found);
  }
  warnOfNames(options);
  return options.problems.list;
}

function hasErrors({ problems }: CheckedOptions): boolean {
  return problems.list.some(({ severity }) => severity === 'error');
}

/** What building has told as an error is not told again. */
function warnOfNames(options: CheckedOptions): void {
  const { list } = options.problems;
  for (const { path, message } of equalGridNames(options)) options.problems.warning(path, message);
  const told = list.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  for (const { path, message, subject } of missingReferences(options)) {
    if (!told.some((error) => error.includes(subject))) options.problems.warning(path, message);
  }
}
