import { dirname, resolve } from 'node:path';
import type { FilterTarget } from '../../app/filters/contract.ts';
import type { AppTarget } from '../../app/open.ts';
import type { SourceFolder, Sources } from './watch.ts';

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

/** Folders whose files an application may read without telling: those of modules, and of projects. */
export function sourceFolders(target: AppTarget): SourceFolder[] {
  switch (target.kind) {
    case 'mapproxy':
      return [];
    case 'module':
      return [moduleFolder(target.file)];
    case 'projects':
      return [{ folder: target.directory, endings: CONFIGURATIONS, deep: false }];
    case 'mounts':
      return target.mounts.flatMap(({ app }) => sourceFolders(app));
    case 'filtered':
      return [...target.filters.flatMap(filterFolders), ...sourceFolders(target.app)];
  }
}

function filterFolders(filter: FilterTarget): SourceFolder[] {
  return filter.kind === 'module' ? [moduleFolder(filter.file)] : [];
}

function moduleFolder(file: string): SourceFolder {
  return { folder: dirname(file), endings: CODE, deep: true };
}
