import type { Application } from '../http/application.ts';
import type { Maintenance } from '../http/maintenance.ts';
import { getLogger } from '../log.ts';
import type { FilterTarget } from './filters/contract.ts';
import { openFilter } from './filters/open.ts';
import { foreignApplication } from './foreign.ts';
import type { HookTargets, MapProxyExtensions, ModuleTarget } from './hooks/contract.ts';
import { openModule } from './module.ts';
import { mountApplications } from './mounts.ts';
import { openProjects } from './projects.ts';

const log = getLogger('mapgate.server');

/** What answers the requests. Plain data; paths are absolute. */
export type AppTarget =
  | ({ readonly kind: 'mapproxy'; readonly file: string } & ExtensionTargets)
  | { readonly kind: 'module'; readonly file: string }
  /** A directory of mapproxy.yaml files (row APP-14). */
  | ({
      readonly kind: 'projects';
      readonly directory: string;
      readonly allowListing: boolean;
      /** Projects held open at the same time. */
      readonly limit: number;
    } & ExtensionTargets)
  | { readonly kind: 'mounts'; readonly mounts: readonly Mount[] }
  /** The first filter is the outermost: it sees a request first and its answer last. */
  | { readonly kind: 'filtered'; readonly filters: readonly FilterTarget[]; readonly app: AppTarget };

/** The operator's modules for map proxies; for projects, each gets them. */
export interface ExtensionTargets {
  readonly hooks?: HookTargets;
  readonly plugins?: readonly ModuleTarget[];
}

export interface Mount {
  /** `/osm`; `/` takes what no other mount does. */
  readonly path: string;
  readonly app: AppTarget;
}

/** An application ready to answer, with what a gateway and a supervisor want to know of it. */
export interface OpenApplication {
  readonly application: Application;
  /** Its first path words, where they are known (gateway/environ.ts). */
  readonly routes: ReadonlySet<string> | undefined;
  /** The files it was read from. */
  readonly files: readonly string[];
  /** Work on stored tiles, where there are any. */
  readonly maintenance?: Maintenance | undefined;
  close(): Promise<void>;
}

/** How the leaves of a target are opened. */
export interface Openers {
  readonly mapproxy: (file: string, extensions: MapProxyExtensions) => Promise<OpenApplication>;
  readonly module: (file: string) => Promise<OpenApplication>;
}

export const OPENERS: Openers = {
  async mapproxy(file, extensions) {
    // Loaded on use: a module's workers start faster, and smaller, without the map proxy.
    const { openMapProxy } = await import('./load.ts');
    return openMapProxy(file, extensions);
  },
  module: openModule,
};

/** Opens what a target names. @throws ConfigError when it cannot be used; nothing is left open then */
export async function openApplication(target: AppTarget, openers: Openers = OPENERS): Promise<OpenApplication> {
  const opening = new Opening(openers);
  try {
    const { application, routes } = await opening.open(target);
    const { files, maintenance } = opening;
    return { application, routes, files: [...files], maintenance, close: () => opening.close() };
  } catch (error) {
    await opening.close().catch((second: unknown) => log.error({ err: second }, 'what was opened did not close'));
    throw error;
  }
}

type Opened = Pick<OpenApplication, 'application' | 'routes'>;

/** All that is opened for one target, to be closed together. */
class Opening {
  readonly files = new Set<string>();
  readonly #maintenances: Maintenance[] = [];
  readonly #openers: Openers;
  /** In the order in which they were opened. */
  readonly #closers: (() => Promise<void>)[] = [];
  /** By kind, files and hooks: mounts that name the same one share it, with its caches and connections. */
  readonly #opened = new Map<string, Promise<Opened>>();

  constructor(openers: Openers) {
    this.#openers = openers;
  }

  /** By the first mount that knows the cache or layer; undefined: no application here keeps tiles. */
  get maintenance(): Maintenance | undefined {
    if (this.#maintenances.length === 0) return undefined;
    return async (task, tell, signal) => {
      for (const maintenance of this.#maintenances) if (await maintenance(task, tell, signal)) return true;
      return false;
    };
  }

  open(target: AppTarget): Promise<Opened> {
    switch (target.kind) {
      case 'mapproxy':
        return this.#openOnce(target, async () => {
          const extensions = await this.#extensions(target);
          return this.#keep(this.#openers.mapproxy(target.file, extensions));
        });
      case 'module':
        return this.#openOnce(target, async () => ofModule(await this.#keep(this.#openers.module(target.file))));
      case 'projects':
        return this.#openProjects(target);
      case 'mounts':
        return this.#openMounts(target.mounts);
      case 'filtered':
        return this.#openFiltered(target.filters, target.app);
    }
  }

  /** What was opened last closes first. @throws the first error, after all were tried */
  async close(): Promise<void> {
    let failure: { error: unknown } | undefined;
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  async #openProjects(target: AppTarget & { kind: 'projects' }): Promise<Opened> {
    const extensions = await this.#extensions(target);
    return this.#keep(openProjects({ ...target, open: (file) => this.#openers.mapproxy(file, extensions) }));
  }

  #openOnce(target: AppTarget & { kind: 'mapproxy' | 'module' }, open: () => Promise<Opened>): Promise<Opened> {
    const key = keyOf(target);
    const opened = this.#opened.get(key) ?? open();
    this.#opened.set(key, opened);
    return opened;
  }

  /** Loads the operator's modules; a module that several name is loaded once. */
  async #extensions({ hooks = {}, plugins = [] }: ExtensionTargets): Promise<MapProxyExtensions> {
    const modules = [...Object.values(hooks), ...plugins];
    for (const { file } of modules) this.files.add(file);
    if (modules.length === 0) return {};
    const { openHooks } = await import('./hooks/open.ts');
    const opened = await openHooks(hooks);
    if (plugins.length === 0) return opened;
    const { openPlugins } = await import('./plugins.ts');
    return { ...opened, plugins: await openPlugins(plugins) };
  }

  async #openMounts(mounts: readonly Mount[]): Promise<Opened> {
    const applications = new Map<string, Application>();
    for (const { path, app } of mounts) applications.set(path, (await this.open(app)).application);
    return { application: mountApplications(applications), routes: undefined };
  }

  async #openFiltered(filters: readonly FilterTarget[], app: AppTarget): Promise<Opened> {
    let { application, routes } = await this.open(app);
    for (const target of filters.toReversed()) {
      const opened = await openFilter(target);
      for (const file of opened.files ?? []) this.files.add(file);
      this.#closers.push(async () => opened.close?.());
      application = opened.filter(application);
    }
    return { application, routes };
  }

  async #keep(opening: OpenApplication | Promise<OpenApplication>): Promise<Opened> {
    const opened = await opening;
    for (const file of opened.files) this.files.add(file);
    if (opened.maintenance !== undefined) this.#maintenances.push(opened.maintenance);
    this.#closers.push(() => opened.close());
    return opened;
  }
}

/** The same for targets that are the same wherever they are named. */
function keyOf(target: AppTarget & { kind: 'mapproxy' | 'module' }): string {
  const { hooks = {}, plugins = [] }: ExtensionTargets = target.kind === 'mapproxy' ? target : {};
  const named = Object.entries(hooks).map(([name, { file }]) => [name, file]);
  return JSON.stringify([target.kind, target.file, named.sort(), plugins.map(({ file }) => file)]);
}

function ofModule({ application, routes }: Opened): Opened {
  return { application: foreignApplication(application), routes };
}
