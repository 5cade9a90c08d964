import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkFilter } from '../app/filters/open.ts';
import type { AppTarget } from '../app/open.ts';
import { type Problem, withoutPlace } from '../config/problems.ts';
import { ConfigError } from '../http/errors.ts';
import { checkTarget } from './target.ts';

/**
 * Everything that is wrong with what TARGET names: the deployment file, and each mapproxy.yaml that it leads to. Modules
 * are not run.
 */
export async function checkEverything(target: string): Promise<readonly Problem[]> {
  const { deployment, problems } = checkTarget(target);
  if (deployment === undefined) return problems;
  const found = [...problems];
  for (const file of new Set(configurationsOf(deployment.app))) found.push(...(await checkMapProxy(file)));
  return [...found, ...(await checkFilters(deployment.app))];
}

async function checkMapProxy(file: string): Promise<readonly Problem[]> {
  // Loaded on use: a deployment of modules needs nothing of it.
  const { checkConfiguration } = await import('../config/index.ts');
  return checkConfiguration(file);
}

/** Every mapproxy.yaml below a target. */
function configurationsOf(app: AppTarget): string[] {
  switch (app.kind) {
    case 'mapproxy':
      return [app.file];
    case 'module':
      return [];
    case 'projects':
      return readdirSync(app.directory)
        .filter((name) => name.endsWith('.yaml') && !name.startsWith('.'))
        .sort()
        .map((name) => join(app.directory, name));
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
      if (!(error instanceof ConfigError) || error.place === undefined) throw error;
      problems.push({ severity: 'error', message: withoutPlace(error), place: error.place });
    }
  }
  return [...problems, ...(await checkFilters(app.app))];
}
