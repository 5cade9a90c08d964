import { pathToFileURL } from 'node:url';
import { ConfigError } from '../http/errors.ts';

/**
 * The function of this name that a module of the operator's exports.
 *
 * @throws ConfigError with the module's own error and stack, when it cannot be loaded
 */
export async function importFunction(file: string, name: string): Promise<(...values: never[]) => unknown> {
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause), { file }, { cause });
  }
  const exported = module[name];
  if (typeof exported !== 'function') throw new ConfigError(`exports no function \`${name}\``, { file });
  return exported as (...values: never[]) => unknown;
}
