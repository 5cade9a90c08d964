import { resolve } from 'node:path';
import type { z } from 'zod';
import type { FilterTarget } from '../app/filters/contract.ts';
import { normalMount } from '../app/mounts.ts';
import type { AppTarget, Mount } from '../app/open.ts';
import { DEFAULT_PROJECT_LIMIT } from '../app/projects.ts';
import type { Path } from '../config/places.ts';
import { checkSchema, type Findings } from './check-schema.ts';
import { existingDirectory, existingFile } from './files.ts';
import { readFilters } from './filter-entry.ts';
import { appSchema } from './schema.ts';

const KINDS = ['mapproxy', 'projects', 'module'] as const;

/** The application that an entry names; undefined where it cannot be used, and the findings say why. */
export function readApp(entry: unknown, base: string, path: Path, findings: Findings): AppTarget | undefined {
  const checked = checkSchema(appSchema, entry, path, findings);
  if (checked === undefined) return undefined;
  const kinds = KINDS.filter((kind) => checked[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const found = kinds.length === 0 ? '' : `, not ${kinds.join(' and ')}`;
    findings.error(path, `needs exactly one of ${KINDS.join(', ')}${found}`);
    return undefined;
  }
  const app = appOfKind(kind, checked, base, path, findings);
  const filters = readFilters(checked.filters ?? [], base, [...path, 'filters'], findings);
  return app === undefined ? undefined : filtered(app, filters);
}

function appOfKind(
  kind: (typeof KINDS)[number],
  entry: z.infer<typeof appSchema>,
  base: string,
  path: Path,
  findings: Findings,
): AppTarget | undefined {
  const named = resolve(base, entry[kind] ?? '');
  if (kind === 'projects') {
    if (!existingDirectory(named, [...path, kind], findings)) return undefined;
    const { allow_listing = false, limit = DEFAULT_PROJECT_LIMIT } = entry;
    return { kind, directory: named, allowListing: allow_listing, limit };
  }
  for (const key of ['allow_listing', 'limit'] as const) {
    if (entry[key] !== undefined) findings.error([...path, key], `'${key}' is for projects, not for a ${kind}`);
  }
  return existingFile(named, [...path, kind], findings) ? { kind, file: named } : undefined;
}

/** The applications of `mounts`, by their paths. */
export function readMounts(
  entries: Readonly<Record<string, unknown>>,
  base: string,
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
    const app = readApp(entry, base, [...path, key], findings);
    if (app !== undefined) mounts.push({ path: key, app });
  }
  if (taken.size === 0) findings.error(path, 'names no application');
  return { kind: 'mounts', mounts };
}

/** An application within filters, if there are any. */
export function filtered(app: AppTarget, filters: readonly FilterTarget[]): AppTarget {
  return filters.length === 0 ? app : { kind: 'filtered', filters, app };
}
