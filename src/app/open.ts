import { pathToFileURL } from 'node:url';
import type { Application } from '../http/application.ts';
import { ConfigError } from '../http/errors.ts';

/** What answers the requests. Paths are absolute. */
export type AppTarget =
  | { readonly kind: 'mapproxy'; readonly file: string }
  | { readonly kind: 'module'; readonly file: string };

/** An application ready to answer, with what a gateway and a supervisor want to know of it. */
export interface OpenApplication {
  readonly application: Application;
  /** Its first path words, where they are known (gateway/environ.ts). */
  readonly routes: ReadonlySet<string> | undefined;
  /** The files it was read from. */
  readonly files: readonly string[];
  close(): Promise<void>;
}

/** Opens what a target names. @throws ConfigError when it cannot be used */
export async function openApplication(target: AppTarget): Promise<OpenApplication> {
  if (target.kind === 'module') return openModule(target.file);
  // Loaded on use: a module's workers start faster, and smaller, without the map proxy.
  const { openMapProxy } = await import('./load.ts');
  return openMapProxy(target.file);
}

async function openModule(file: string): Promise<OpenApplication> {
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause), { file }, { cause });
  }
  const { application } = module;
  if (typeof application !== 'function') {
    throw new ConfigError('exports no function `application`', { file });
  }
  return { application: application as Application, routes: undefined, files: [file], close: async () => {} };
}
