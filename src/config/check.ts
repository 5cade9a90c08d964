import { ConfigError } from '../http/errors.ts';
import { buildMapApp } from './build/map-app.ts';
import { checkOptions } from './configuration.ts';
import { withData } from './load.ts';
import { type Problem, withoutPlace } from './problems.ts';
import { readConfiguration } from './read.ts';

/**
 * Everything that is wrong with a configuration, errors and warnings in the order in which they are found. Without
 * errors among the options it is also built, though not used, to find references that lead nowhere.
 */
export async function checkConfiguration(file: string): Promise<readonly Problem[]> {
  let found: readonly Problem[] = [];
  try {
    const options = checkOptions(await readConfiguration(file));
    found = options.problems.list;
    if (!found.some(({ severity }) => severity === 'error')) await buildMapApp(await withData(options)).close();
    return found;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Errors of building are in the list already.
    if (found.some(({ severity }) => severity === 'error')) return found;
    return [...found, { severity: 'error', message: withoutPlace(error), place: error.place ?? { file } }];
  }
}
