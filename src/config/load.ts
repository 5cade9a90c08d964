import { getLogger } from '../log.ts';
import { readDefinitions } from '../srs/custom.ts';
import { type CheckedOptions, type Configuration, checkOptions } from './configuration.ts';
import { Coverages } from './coverages.ts';
import { type Kinds, OWN_KINDS } from './kinds.ts';
import { readConfiguration } from './read.ts';
import { redacted } from './redacted.ts';

const log = getLogger('mapproxy.config');

/**
 * Reads and checks a mapproxy.yaml with its base files; nothing is built yet. At level debug the log shows all of it but
 * what is secret (row CFG-16).
 *
 * @param kinds that it may name, with those of plugins
 * @throws ConfigError that tells everything wrong with it
 */
export async function loadConfiguration(file: string, kinds: Kinds = OWN_KINDS): Promise<Configuration> {
  const raw = await readConfiguration(file);
  const options = checkOptions(raw, kinds);
  if (log.isLevelEnabled('debug'))
    log.debug({ file: raw.file, configuration: redacted(raw.root) }, 'configuration read');
  options.problems.throwErrors();
  return withData(options);
}

/** Reads what a configuration needs besides its own files: definitions of systems, and coverages. */
export async function withData(options: CheckedOptions): Promise<Configuration> {
  readOwnSystems(options);
  return { ...options, coverages: await Coverages.read(options) };
}

/** Row GLB-41. */
function readOwnSystems({ globals, problems, resolvePath }: CheckedOptions): void {
  const folder = globals.srs?.proj_data_dir;
  if (folder === undefined) return;
  const path = ['globals', 'srs', 'proj_data_dir'];
  try {
    const count = readDefinitions(resolvePath(folder));
    if (count === 0) problems.warning(path, `${folder} has no files with definitions, such as epsg or esri`);
  } catch (cause) {
    problems.warning(path, `${folder} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
