import { resolve } from 'node:path';
import type { z } from 'zod';
import type { FilterTarget } from '../app/filters/contract.ts';
import { HOOK_NAMES, type HookTargets, type ModuleTarget } from '../app/hooks/contract.ts';
import { normalMount } from '../app/mounts.ts';
import type { AppTarget, Mount } from '../app/open.ts';
import { DEFAULT_PROJECT_LIMIT } from '../app/projects.ts';
import type { Path } from '../config/places.ts';
import { checkSchema, type Findings } from './check-schema.ts';
import { existingDirectory, existingFile } from './files.ts';
import { readFilters } from './filter-entry.ts';
import { appSchema } from './schema.ts';

const KINDS = ['mapproxy', 'projects', 'module'] as const;

/** What an entry is read with. */
export interface AppSurroundings {
  /** Absolute: paths are relative to it. */
  readonly base: string;
  /** For all map proxies. */
  readonly plugins: readonly ModuleTarget[];
}

/** The application that an entry names; undefined where it cannot be used, and the findings say why. */
export function readApp(
  entry: unknown,
  { base, plugins }: AppSurroundings,
  path: Path,
  findings: Findings,
): AppTarget | undefined {
  const checked = checkSchema(appSchema, entry, path, findings);
  if (checked === undefined) return undefined;
  const kinds = KINDS.filter((kind) => checked[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const found = kinds.length === 0 ? '' : `, not ${kinds.join(' and ')}`;
    findings.error(path, `needs exactly one of ${KINDS.join(', ')}${found}`);
    return undefined;
  }
  const app = appOfKind(kind, checked, { base, plugins }, path, findings);
  const filters = readFilters(checked.filters ?? [], base, [...path, 'filters'], findings);
  return app === undefined ? undefined : filtered(app, filters);
}

function appOfKind(
  kind: (typeof KINDS)[number],
  entry: z.infer<typeof appSchema>,
  { base, plugins }: AppSurroundings,
  path: Path,
  findings: Findings,
): AppTarget | undefined {
  const extensions = {
    ...readHooks(entry, base, path, findings),
    ...(plugins.length > 0 && { plugins }),
  };
  const named = resolve(base, entry[kind] ?? '');
  if (kind === 'projects') {
    if (!existingDirectory(named, [...path, kind], findings)) return undefined;
    const { allow_listing = false, limit = DEFAULT_PROJECT_LIMIT } = entry;
    return { kind, directory: named, allowListing: allow_listing, limit, ...extensions };
  }
  for (const key of ['allow_listing', 'limit'] as const) {
    if (entry[key] !== undefined) findings.error([...path, key], `'${key}' is for projects, not for a ${kind}`);
  }
  if (kind === 'module') {
    for (const name of HOOK_NAMES) {
      if (entry[name] !== undefined) findings.error([...path, name], `'${name}' is for maps, not for a module`);
    }
  }
  if (!existingFile(named, [...path, kind], findings)) return undefined;
  return kind === 'module' ? { kind, file: named } : { kind, file: named, ...extensions };
}

function readHooks(
  entry: z.infer<typeof appSchema>,
  base: string,
  path: Path,
  findings: Findings,
): { readonly hooks?: HookTargets } {
  const hooks = HOOK_NAMES.flatMap((name) => {
    const written = entry[name];
    const hook = written === undefined ? undefined : readModule(written, base, [...path, name], findings);
    return hook === undefined ? [] : [[name, hook] as const];
  });
  return hooks.length === 0 ? {} : { hooks: Object.fromEntries(hooks) };
}

/** A module that a deployment file names; undefined: there is none, and the findings say so. */
export function readModule(written: string, base: string, path: Path, findings: Findings): ModuleTarget | undefined {
  const file = resolve(base, written);
  return existingFile(file, path, findings) ? { file, place: findings.place(path) } : undefined;
}

/** The applications of `mounts`, by their paths. */
export function readMounts(
  entries: Readonly<Record<string, unknown>>,
  surroundings: AppSurroundings,
  path: Path,
  findings: Findings,
): AppTarget {
  const mounts: Mount[] = [];
  const taken = new Map<string, string>();
  for (const [key, entry] of Object.entries(entries)) {
    const mount = normalMount(key);
    const other = taken.get(mount);
    if (!key.startsWith('/')) findings.error([...path, key], `'${key}' must begin with a slash`);
    if (other !== undefined) findings.error([...path, key], `'${key}' is the same path as '${other}'`);
    taken.set(mount, key);
    const app = readApp(entry, surroundings, [...path, key], findings);
    if (app !== undefined) mounts.push({ path: key, app });
  }
  if (taken.size === 0) findings.error(path, 'names no application');
  return { kind: 'mounts', mounts };
}

/** An application within filters, if there are any. */
export function filtered(app: AppTarget, filters: readonly FilterTarget[]): AppTarget {
  return filters.length === 0 ? app : { kind: 'filtered', filters, app };
}
