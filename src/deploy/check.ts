import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkFilter } from '../app/filters/open.ts';
import type { ModuleTarget } from '../app/hooks/contract.ts';
import type { AppTarget } from '../app/open.ts';
import { type Problem, withoutPlace } from '../config/problems.ts';
import { ConfigError } from '../http/errors.ts';
import { checkTarget } from './target.ts';

/**
 * Everything that is wrong with what TARGET names: the deployment file, and each mapproxy.yaml that it leads to. Modules
 * are not run, but those of plugins, which say what a mapproxy.yaml may name.
 */
export async function checkEverything(target: string): Promise<readonly Problem[]> {
  const { deployment, problems } = checkTarget(target);
  if (deployment === undefined) return problems;
  const found = [...problems];
  const configurations = new Map(configurationsOf(deployment.app));
  for (const [file, plugins] of configurations) found.push(...(await checkMapProxy(file, plugins)));
  return [...found, ...(await checkFilters(deployment.app))];
}

async function checkMapProxy(file: string, plugins: readonly ModuleTarget[]): Promise<readonly Problem[]> {
  // Loaded on use: a deployment of modules needs nothing of it.
  const { checkConfiguration, kindsWith } = await import('../config/index.ts');
  const { openPlugins } = await import('../app/plugins.ts');
  try {
    return await checkConfiguration(file, kindsWith(await openPlugins(plugins)));
  } catch (error) {
    return [problemOf(error)];
  }
}

/** @throws what is no ConfigError with a place */
function problemOf(error: unknown): Problem {
  if (!(error instanceof ConfigError) || error.place === undefined) throw error;
  return { severity: 'error', message: withoutPlace(error), place: error.place };
}

/** Every mapproxy.yaml below a target, with the plugins that it may rely on. */
function configurationsOf(app: AppTarget): [file: string, plugins: readonly ModuleTarget[]][] {
  switch (app.kind) {
    case 'mapproxy':
      return [[app.file, app.plugins ?? []]];
    case 'module':
      return [];
    case 'projects':
      return readdirSync(app.directory)
        .filter((name) => name.endsWith('.yaml') && !name.startsWith('.'))
        .sort()
        .map((name) => [join(app.directory, name), app.plugins ?? []]);
    case 'mounts':
      return app.mounts.flatMap((mount) => configurationsOf(mount.app));
    case 'filtered':
      return configurationsOf(app.app);
  }
}

async function checkFilters(app: AppTarget): Promise<Problem[]> {
  if (app.kind === 'mounts') {
    const lists = await Promise.all(app.mounts.map((mount) => checkFilters(mount.app)));
    return lists.flat();
  }
  if (app.kind !== 'filtered') return [];
  const problems: Problem[] = [];
  for (const filter of app.filters) {
    try {
      await checkFilter(filter);
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  return [...problems, ...(await checkFilters(app.app))];
}
