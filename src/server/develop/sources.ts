import { dirname, resolve } from 'node:path';
import type { AppTarget, ExtensionTargets } from '../../app/open.ts';
import { importedFiles } from './imports.ts';
import type { Sources } from './watch.ts';

/** What a module may be made of, or import. */
const CODE = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json', '.wasm', '.node']);

const CONFIGURATIONS = new Set(['.yaml']);

const INI_FILES = new Set(['.ini']);

/** What a deployment is read from, by TARGET of the command line; an .ini file may name others beside it. */
export function deploymentSources(target: string): Sources {
  const file = resolve(target.replace(/(?<=\.ini)#.*$/, ''));
  const folders = file.endsWith('.ini') ? [{ folder: dirname(file), endings: INI_FILES, deep: false }] : [];
  return { files: [file], folders };
}

/** What an application is made of, as far as it shows without opening it. */
export async function applicationSources(target: AppTarget): Promise<Sources> {
  switch (target.kind) {
    case 'mapproxy':
      return together([{ files: [target.file], folders: [] }, ...(await extensionSources(target))]);
    case 'module':
      return moduleSources(target.file);
    case 'projects':
      return together([
        { files: [], folders: [{ folder: target.directory, endings: CONFIGURATIONS, deep: false }] },
        ...(await extensionSources(target)),
      ]);
    case 'mounts':
      return together(await Promise.all(target.mounts.map(({ app }) => applicationSources(app))));
    case 'filtered': {
      const modules = target.filters.flatMap((filter) => (filter.kind === 'module' ? [filter.file] : []));
      const filters = await Promise.all(modules.map(moduleSources));
      return together([...filters, await applicationSources(target.app)]);
    }
  }
}

/** Modules of hooks and plugins. */
function extensionSources({ hooks = {}, plugins = [] }: ExtensionTargets): Promise<Sources[]> {
  return Promise.all([...Object.values(hooks), ...plugins].map(({ file }) => moduleSources(file)));
}

/** What all of them name. */
export function together(all: readonly Sources[]): Sources {
  return {
    files: [...new Set(all.flatMap(({ files }) => files))],
    folders: all.flatMap(({ folders }) => folders),
  };
}

/** Its folder too, for what it imports by names that are only made when it runs. */
async function moduleSources(file: string): Promise<Sources> {
  return { files: await importedFiles(file), folders: [{ folder: dirname(file), endings: CODE, deep: true }] };
}
