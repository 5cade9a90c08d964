import { ConfigError } from '../../http/errors.ts';
import { importModule } from '../import-function.ts';
import { HOOK_NAMES, type HookName, type Hooks, type HookTargets, type ModuleTarget } from './contract.ts';

/**
 * Loads the modules of hooks. A process loads a module once: a reload, which starts new ones, reads it again.
 *
 * @throws ConfigError for a module that cannot be loaded, or at the place where it is named, for one without the hook
 */
export async function openHooks(targets: HookTargets): Promise<Hooks> {
  const hooks: Partial<Record<HookName, unknown>> = {};
  for (const name of HOOK_NAMES) {
    const target = targets[name];
    if (target !== undefined) hooks[name] = await hookOf(target, name);
  }
  // What a function takes and gives back shows when it is called.
  return hooks as Hooks;
}

async function hookOf({ file, place }: ModuleTarget, name: HookName): Promise<unknown> {
  const exported = await importModule(file);
  const hook = exported[name] ?? exported.default;
  if (typeof hook === 'function') return hook;
  const found = hook === undefined ? '' : `, but ${hook === null ? 'null' : `a value of type ${typeof hook}`}`;
  throw new ConfigError(`${file} exports no function \`${name}\`, nor one as default${found}`, place ?? { file });
}
