import { type Configuration, checkOptions } from './configuration.ts';
import { readConfiguration } from './read.ts';

/**
 * Reads and checks a mapproxy.yaml with its base files; nothing is built yet.
 *
 * @throws ConfigError that tells everything wrong with it
 */
export async function loadConfiguration(file: string): Promise<Configuration> {
  const configuration = checkOptions(await readConfiguration(file));
  configuration.problems.throwErrors();
  return configuration;
}
