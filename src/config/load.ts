import { type CheckedOptions, type Configuration, checkOptions } from './configuration.ts';
import { Coverages } from './coverages.ts';
import { readConfiguration } from './read.ts';

/**
 * Reads and checks a mapproxy.yaml with its base files; nothing is built yet.
 *
 * @throws ConfigError that tells everything wrong with it
 */
export async function loadConfiguration(file: string): Promise<Configuration> {
  const options = checkOptions(await readConfiguration(file));
  options.problems.throwErrors();
  return withCoverages(options);
}

/** Reads what a configuration needs besides its own files. */
export async function withCoverages(options: CheckedOptions): Promise<Configuration> {
  return { ...options, coverages: await Coverages.read(options) };
}
