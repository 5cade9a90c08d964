import { pathToFileURL } from 'node:url';
import { ConfigError } from '../http/errors.ts';

/**
 * What a module of the operator's exports.
 *
 * @throws ConfigError with the module's own error and stack, when it cannot be loaded
 */
export async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw moduleError(cause, file);
  }
}

/** An error of the operator's own code, with its stack. */
export function moduleError(cause: unknown, file: string): ConfigError {
  return new ConfigError(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause), { file }, { cause });
}

/**
 * The function of this name that a module of the operator's exports.
 *
 * @throws ConfigError as `importModule`, or where there is none
 */
export async function importFunction(file: string, name: string): Promise<(...values: never[]) => unknown> {
  const exported = (await importModule(file))[name];
  if (typeof exported !== 'function') throw new ConfigError(`exports no function \`${name}\``, { file });
  return exported as (...values: never[]) => unknown;
}
