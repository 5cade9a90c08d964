import { existsSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { AppTarget } from '../app/open.ts';
import { DEFAULT_PROJECT_LIMIT } from '../app/projects.ts';
import { Places } from '../config/places.ts';
import { type Problem, withoutPlace } from '../config/problems.ts';
import { readTextFile } from '../config/text-file.ts';
import { isMapping, parseYaml } from '../config/yaml.ts';
import { ConfigError } from '../http/errors.ts';
import { type Address, parseAddress } from '../server/address.ts';
import type { Deployment, Listen, Protocol } from '../server/deployment.ts';
import { adminAddress } from './admin-entry.ts';
import { readIni } from './ini/read.ts';
import { defaultListen } from './listen-entry.ts';
import { readMapgateYaml } from './mapgate-yaml.ts';
import { type ReadDeployment, resultOf } from './result.ts';
import { workerSettings } from './workers.ts';

/** What the command line says besides TARGET; it counts over the deployment file. */
export interface ServeOptions {
  /** Addresses as written, in order. */
  readonly listen: readonly { readonly protocol: Protocol; readonly address: string }[];
  readonly workers?: 'auto' | number | undefined;
  readonly mount?: string | undefined;
  /** Address of the admin listener, as written. */
  readonly admin?: string | undefined;
  readonly pidFile?: string | undefined;
  /** Sockets that a service manager handed over: they count where no address is given. */
  readonly handedOver?: readonly Listen[];
}

/** What is served where nothing is named. */
export const DEFAULT_TARGET = 'mapgate.yaml';

const NO_DEFAULT =
  'no such file; name what to serve, as mapproxy.yaml, or have something made to begin with: ' +
  'mapgate create -t base-config maps';

const MODULES = new Set(['.mjs', '.js', '.cjs', '.ts', '.mts']);

/**
 * Reads what TARGET names: a deployment file (mapgate.yaml, or a Paste Deploy .ini with the application after `#`), a
 * mapproxy.yaml, a directory of projects, or a module that exports `application`.
 *
 * @throws ConfigError that says what is wrong, where.
 */
export function readTarget(target: string, options: ServeOptions): Deployment {
  const { deployment, problems } = targetOf(target);
  if (deployment === undefined) throw firstError(problems);
  const listen = options.listen.map(({ protocol, address }): Listen => ({ protocol, address: addressOf(address) }));
  return {
    ...deployment,
    listen: listen.length > 0 ? listen : orHandedOver(deployment.listen, options.handedOver ?? []),
    ...(options.admin === undefined ? {} : { admin: adminOf(options.admin) }),
    ...(options.pidFile === undefined ? {} : { pidFile: resolve(options.pidFile) }),
    mount: options.mount ?? deployment.mount,
    workers:
      options.workers === undefined ? deployment.workers : { ...deployment.workers, count: countOf(options.workers) },
  };
}

/** As `readTarget`, without an answer from the command line: everything that is wrong, and what there is to serve. */
export function checkTarget(target: string): ReadDeployment {
  try {
    return targetOf(target);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const place = error.place ?? { file: target };
    return resultOf(undefined, [{ severity: 'error', message: withoutPlace(error), place }]);
  }
}

/** Everything that is wrong with a deployment file. */
export function checkDeployment(file: string): readonly Problem[] {
  return checkTarget(file).problems;
}

function targetOf(target: string): ReadDeployment {
  const ini = /^(.+\.ini)(?:#(.*))?$/.exec(target);
  if (ini !== null) return readIni(existing(resolve(ini[1] ?? target)), ini[2]);
  if (target === '') throw new ConfigError('the target is empty: name a file or a directory', { file: 'command line' });
  const file = existing(resolve(target), target === DEFAULT_TARGET ? NO_DEFAULT : NO_FILE);
  if (statSync(file).isDirectory()) {
    return plain({ kind: 'projects', directory: file, allowListing: true, limit: DEFAULT_PROJECT_LIMIT });
  }
  if (extname(file) === '.py') throw new ConfigError(NO_PYTHON, { file });
  if (MODULES.has(extname(file))) return plain({ kind: 'module', file });
  const { text } = readTextFile(file);
  return isDeployment(text, file) ? readMapgateYaml(file, text) : plain({ kind: 'mapproxy', file });
}

const NO_PYTHON =
  'is a Python script, which cannot be run here; serve its mapproxy.yaml, or have a script made: ' +
  'mapgate create -t app -f mapproxy.yaml server.mjs';

const NO_FILE = 'no such file';

/** @param missing what is said where there is none */
function existing(file: string, missing = NO_FILE): string {
  if (!existsSync(file)) throw new ConfigError(missing, { file });
  return file;
}

/** A deployment file has one of these at the top, which mapproxy.yaml does not know. */
const DEPLOYMENT_KEYS = ['app', 'mounts', 'listen'];

function isDeployment(text: string, file: string): boolean {
  const root = parseYaml(text, file, new Places());
  return isMapping(root) && DEPLOYMENT_KEYS.some((key) => key in root);
}

function plain(app: AppTarget): ReadDeployment {
  const deployment: Deployment = {
    app,
    mount: null,
    listen: [defaultListen(process.cwd())],
    workers: workerSettings({}),
    log: { level: 'info', format: null, loggers: {} },
  };
  return resultOf(deployment, []);
}

function firstError(problems: readonly Problem[]): ConfigError {
  const first = problems.find(({ severity }) => severity === 'error');
  if (first === undefined) throw new Error('a deployment without errors is missing');
  return new ConfigError(first.message, first.place);
}

function countOf(workers: 'auto' | number): number {
  return workerSettings({ count: workers }).count;
}

function orHandedOver(listen: readonly Listen[], handedOver: readonly Listen[]): readonly Listen[] {
  return handedOver.length > 0 && listen.every(({ isDefault }) => isDefault) ? handedOver : listen;
}

function adminOf(text: string): Address {
  try {
    return adminAddress(text, process.cwd());
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), { file: 'command line' });
  }
}

function addressOf(text: string) {
  try {
    const address = parseAddress(text);
    return address.kind === 'unix' ? { ...address, path: resolve(address.path) } : address;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), { file: 'command line' });
  }
}
