import { dirname } from 'node:path';
import type { FilterTarget } from '../../app/filters/contract.ts';
import type { AppTarget } from '../../app/open.ts';
import type { SourceFolder } from './watch.ts';

/** What a module may be made of, or import. */
const CODE = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json', '.wasm', '.node']);

const CONFIGURATIONS = new Set(['.yaml']);

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
