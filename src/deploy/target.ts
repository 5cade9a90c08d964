import { readFileSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { AppTarget } from '../app/open.ts';
import { ConfigError } from '../http/errors.ts';
import { parseAddress } from '../server/address.ts';
import type { Deployment, Listen, Protocol } from '../server/deployment.ts';
import { DEFAULT_LISTEN, readDeployment } from './mapgate-yaml.ts';
import { workerSettings } from './workers.ts';

/** What the command line says besides TARGET; it counts over the deployment file. */
export interface ServeOptions {
  /** Addresses as written, in order. */
  readonly listen: readonly { readonly protocol: Protocol; readonly address: string }[];
  readonly workers?: 'auto' | number | undefined;
  readonly mount?: string | undefined;
}

const MODULES = new Set(['.mjs', '.js', '.cjs', '.ts', '.mts']);

/**
 * Reads what TARGET names: a deployment file, a mapproxy.yaml, or a module that exports `application`.
 *
 * @throws ConfigError that says what is wrong, where.
 */
export function readTarget(target: string, options: ServeOptions): Deployment {
  const base = targetOf(resolve(target));
  const listen = options.listen.map(({ protocol, address }): Listen => ({ protocol, address: addressOf(address) }));
  return {
    ...base,
    listen: listen.length > 0 ? listen : base.listen,
    mount: options.mount ?? base.mount,
    workers: options.workers === undefined ? base.workers : { ...base.workers, count: countOf(options.workers) },
  };
}

function targetOf(file: string): Deployment {
  if (statOf(file).isDirectory()) {
    throw new ConfigError('is a directory; name a mapgate.yaml, a mapproxy.yaml or a module', { file });
  }
  if (MODULES.has(extname(file))) return plainDeployment({ kind: 'module', file });
  const text = readFileSync(file, 'utf8');
  return isDeployment(text) ? readDeployment(file, text) : plainDeployment({ kind: 'mapproxy', file });
}

function statOf(file: string) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new ConfigError('no such file', { file });
  return stat;
}

/** A deployment file has `app` at the top, which mapproxy.yaml does not know. Broken YAML is told by the full reader. */
function isDeployment(text: string): boolean {
  const document = parseDocument(text, { version: '1.1' });
  return document.has('app') || document.has('listen');
}

function plainDeployment(app: AppTarget): Deployment {
  return {
    app,
    mount: null,
    listen: [{ protocol: 'fastcgi', address: addressOf(DEFAULT_LISTEN) }],
    workers: workerSettings({}, { file: app.file }),
    log: { level: 'info', format: null, loggers: {} },
  };
}

function countOf(workers: 'auto' | number): number {
  return workerSettings({ count: workers }, { file: 'command line' }).count;
}

function addressOf(text: string) {
  try {
    const address = parseAddress(text);
    return address.kind === 'unix' ? { ...address, path: resolve(address.path) } : address;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), { file: 'command line' });
  }
}
