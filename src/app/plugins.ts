import { definitionsOf, kindsWith, type PluginDefinition } from '../config/kinds.ts';
import { ConfigError } from '../http/errors.ts';
import type { ModuleTarget } from './hooks/contract.ts';
import { importModule } from './import-function.ts';

/**
 * Loads the modules of plugins: each exports definitions made by `defineSource`, `defineStore` or `defineService`, under
 * any names (row CFG-12). A process loads a module once: a reload, which starts new ones, reads it again.
 *
 * @throws ConfigError for a module that cannot be loaded; at the place where it is named, for one without definitions,
 * or with one that is not whole or of a type that there is already
 */
export async function openPlugins(targets: readonly ModuleTarget[]): Promise<readonly PluginDefinition[]> {
  const definitions: PluginDefinition[] = [];
  for (const { file, place = { file } } of targets) {
    const exported = await importModule(file);
    try {
      definitions.push(...definitionsOf(exported));
      kindsWith(definitions);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`plugin ${file}: ${error.message}`, place, { cause: error });
    }
  }
  return definitions;
}
