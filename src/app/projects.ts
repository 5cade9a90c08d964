import { type Dirent, existsSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../http/errors.ts';
import type { Request } from '../http/request.ts';
import { type Response, textResponse } from '../http/response.ts';
import { getLogger } from '../log.ts';
import type { OpenApplication } from './open.ts';
import { projectsPage } from './projects-page.ts';
import { type OpenFile, Project } from './projects-project.ts';

const log = getLogger('mapgate.projects');

/** Projects held open at the same time, as in MapProxy (row APP-14). */
export const DEFAULT_PROJECT_LIMIT = 100;

export interface ProjectsOptions {
  /** Absolute; each `name.yaml` in it is a project at `/name/`. */
  readonly directory: string;
  /** Whether the page at the root names the projects. */
  readonly allowListing: boolean;
  /** Projects held open; beyond it, the one not used for longest is closed. */
  readonly limit: number;
  /** Opens the file of a project. */
  readonly open: OpenFile;
}

/**
 * A directory of projects, each opened on demand: MapProxy's MultiMapProxy (row APP-14). Nothing is read before the
 * first request, however many there are.
 *
 * @throws ConfigError when there is no such directory
 */
export function openProjects(options: ProjectsOptions): OpenApplication {
  if (statSync(options.directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ConfigError('no such directory', { file: options.directory });
  }
  const projects = new Projects(options);
  return {
    application: (request) => projects.handle(request),
    routes: undefined,
    files: [],
    close: () => projects.close(),
  };
}

class Projects {
  readonly #options: ProjectsOptions;
  /** By name, the one used last at the end. */
  readonly #held = new Map<string, Project>();

  constructor(options: ProjectsOptions) {
    this.#options = options;
  }

  handle(request: Request): Response | Promise<Response> {
    const { pathInfo } = request;
    if (pathInfo === '' || pathInfo === '/') return this.#greet(request);
    const name = firstSegment(pathInfo);
    const held = this.#held.get(name);
    if (held !== undefined) return this.#serve(name, held, request);
    return isProjectName(name) ? this.#find(name, request) : textResponse(404, 'not found');
  }

  async close(): Promise<void> {
    const held = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(held.map((project) => project.close()));
  }

  async #find(name: string, request: Request): Promise<Response> {
    const file = join(this.#options.directory, `${name}${SUFFIX}`);
    if (!(await isFile(file))) return textResponse(404, 'not found');
    // Another request may have come first.
    const project = this.#held.get(name) ?? new Project(name, file, this.#options.open);
    return this.#serve(name, project, request);
  }

  #serve(name: string, project: Project, request: Request): Response | Promise<Response> {
    this.#held.delete(name);
    this.#held.set(name, project);
    if (this.#held.size > this.#options.limit) this.#dropOldest();
    const mounted = request.mountedAt(`/${name}`);
    return project.handle(mounted.with({ variables: { 'mapproxy.instance_name': name } }));
  }

  #dropOldest(): void {
    const [oldest] = this.#held;
    if (oldest === undefined) return;
    const [name, project] = oldest;
    this.#held.delete(name);
    project.retire().catch((error: unknown) => log.error({ err: error }, `${project.file} did not close`));
  }

  async #greet(request: Request): Promise<Response> {
    if (!this.#options.allowListing) return projectsPage(request, undefined);
    const entries = await readdir(this.#options.directory, { withFileTypes: true });
    return projectsPage(request, entries.flatMap((entry) => this.#nameOf(entry)).sort());
  }

  /** Links count as what they lead to. */
  #nameOf(entry: Dirent): string[] {
    const name = entry.name.slice(0, -SUFFIX.length);
    if (!entry.name.endsWith(SUFFIX) || !isProjectName(name)) return [];
    const isThere = entry.isFile() || (entry.isSymbolicLink() && existsSync(join(this.#options.directory, entry.name)));
    return isThere ? [name] : [];
  }
}

const SUFFIX = '.yaml';

/** `osm` of `/osm/tms`; '' where the path has a second slash at once. */
function firstSegment(path: string): string {
  const end = path.indexOf('/', 1);
  return path.slice(1, end === -1 ? undefined : end);
}

/** A name that stays in the directory, and is not hidden there. */
function isProjectName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !UNSAFE.test(name);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const UNSAFE = /[/\\\u0000-\u001f\u007f]/;

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
