import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Application } from '../http/application.ts';
import type { MapProxyExtensions } from './hooks/contract.ts';
import type { OpenApplication } from './open.ts';
import { DEFAULT_PROJECT_LIMIT, openProjects } from './projects.ts';
import { ReloadingApplication } from './reloading.ts';

/** An application with what a server wants to know of it. */
export type MadeApplication = Application & {
  /** Its first path words, where they are known: they tell the mount where the web server does not. */
  readonly routes: ReadonlySet<string> | undefined;
  /** The files it was read from. */
  readonly files: readonly string[];
  /** Closes caches and connections. */
  close(): Promise<void>;
};

export interface MakeAppOptions extends MapProxyExtensions {
  /** Looks at the files at most once a second, and reads them again when one changed; default false. */
  readonly reloader?: boolean;
}

/**
 * The map proxy of a mapproxy.yaml, to be served, wrapped or mounted.
 *
 * With `reloader`, a request that comes after a change is answered by the new configuration; one that is broken leaves
 * the old one serving, and the log tells what is wrong with it (row APP-13). Hooks and plugins are functions and
 * definitions of the script itself, and stay what they are.
 *
 * @param file a path relative to the working directory, or a URL: `new URL('mapproxy.yaml', import.meta.url)` is the
 *   file beside the script, wherever it is started
 * @throws ConfigError with file and line, when the configuration cannot be used
 *
 * @example
 * ```js
 * import { makeApp } from 'mapgate';
 *
 * export const application = await makeApp(new URL('mapproxy.yaml', import.meta.url), { reloader: true });
 * ```
 *
 * @example
 * ```js
 * import { makeApp } from 'mapgate';
 *
 * const authorize = (service, layers, environ) => ({ authorized: environ.REMOTE_USER ? 'full' : 'unauthenticated' });
 * export const application = await makeApp(new URL('mapproxy.yaml', import.meta.url), { authorize });
 * ```
 */
export async function makeApp(file: string | URL, options: MakeAppOptions = {}): Promise<MadeApplication> {
  const { reloader = false, ...extensions } = options;
  const path = pathOf(file);
  if (!reloader) return made(await openMapProxy(path, extensions));
  const [reloading, first] = await ReloadingApplication.start(() => openMapProxy(path, extensions));
  return made({ ...first, application: (request) => reloading.handle(request), close: () => reloading.close() });
}

export interface MakeMultiAppOptions extends MapProxyExtensions {
  /** Whether the page at the root names the projects; default true, as in MapProxy's make_wsgi_app (row APP-14). */
  readonly allowListing?: boolean;
  /** Projects held open; beyond it the one not used for longest is closed. Default 100. */
  readonly limit?: number;
}

/**
 * A directory of mapproxy.yaml files, each served at its name: `osm.yaml` at `/osm/` (row APP-14). A project is opened
 * on its first request, and again when one of its files changed. Hooks and plugins are for all of them.
 *
 * @param directory as `file` of `makeApp`
 * @throws ConfigError when there is no such directory
 *
 * @example
 * ```js
 * import { makeMultiApp } from 'mapgate';
 *
 * export const application = makeMultiApp(new URL('projects/', import.meta.url), { allowListing: false });
 * ```
 */
export function makeMultiApp(directory: string | URL, options: MakeMultiAppOptions = {}): MadeApplication {
  const { allowListing = true, limit = DEFAULT_PROJECT_LIMIT, ...extensions } = options;
  const open = (file: string) => openMapProxy(file, extensions);
  return made(openProjects({ directory: pathOf(directory), allowListing, limit, open }));
}

function pathOf(file: string | URL): string {
  return resolve(file instanceof URL ? fileURLToPath(file) : file);
}

/** Loaded on use: a script without maps starts faster, and smaller, without the map proxy. */
async function openMapProxy(file: string, extensions: MapProxyExtensions): Promise<OpenApplication> {
  const { openMapProxy: open } = await import('./load.ts');
  return open(file, extensions);
}

function made({ application, routes, files, close }: OpenApplication): MadeApplication {
  return Object.assign((request: Parameters<Application>[0]) => application(request), { routes, files, close });
}
