import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { ModuleTarget } from '../app/hooks/contract.ts';
import type { AppTarget } from '../app/open.ts';
import { didYouMean } from '../config/nearest.ts';
import { Places } from '../config/places.ts';
import { type Problem, Problems, withoutPlace } from '../config/problems.ts';
import { isMapping, type Mapping, parseYaml } from '../config/yaml.ts';
import { TrustedPeers } from '../gateway/trusted-peers.ts';
import { ConfigError } from '../http/errors.ts';
import type { Deployment, Listen, LogOptions, WorkerSettings } from '../server/deployment.ts';
import { adminAddress } from './admin-entry.ts';
import { filtered, readApp, readModule, readMounts } from './app-entry.ts';
import { checkSchema, type Findings } from './check-schema.ts';
import { readFilters } from './filter-entry.ts';
import { defaultListen, readListen } from './listen-entry.ts';
import { type ReadDeployment, resultOf } from './result.ts';
import { countSchema, type FileContent, fileSchema, logSchema, workersSchema } from './schema.ts';
import { millisecondsOf } from './units.ts';
import { workerSettings } from './workers.ts';

/** Reads the text of a mapgate.yaml. Paths in it are relative to it. */
export function readMapgateYaml(file: string, text: string): ReadDeployment {
  const places = new Places();
  let root: unknown;
  try {
    root = parseYaml(text, file, places);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problem: Problem = { severity: 'error', message: withoutPlace(error), place: error.place ?? { file } };
    return resultOf(undefined, [problem]);
  }
  if (!isMapping(root)) {
    const message = 'expected a mapping with app or mounts';
    return resultOf(undefined, [{ severity: 'error', message, place: { file } }]);
  }
  const problems = new Problems({ file, root, places, files: [], warnings: [] });
  const deployment = new Reader(dirname(resolve(file)), problems).read(root);
  return resultOf(deployment, problems.list);
}

class Reader {
  readonly #base: string;
  readonly #findings: Findings;

  constructor(base: string, findings: Findings) {
    this.#base = base;
    this.#findings = findings;
  }

  /** Undefined: there is nothing to serve. What is wrong in one part does not keep the others from being checked. */
  read(root: Mapping): Deployment | undefined {
    const known = Object.keys(fileSchema.shape);
    for (const key of Object.keys(root)) {
      if (!known.includes(key)) this.#findings.error([key], `unknown '${key}'${didYouMean(key, known)}`);
    }
    const target = this.#app(root);
    const filters = readFilters(this.#part('filters', root) ?? [], this.#base, ['filters'], this.#findings);
    const rest = {
      mount: this.#part('mount', root) ?? null,
      ...this.#trustedPeers(this.#part('trusted_peers', root)),
      listen: this.#listen(this.#part('listen', root)),
      workers: this.#workers(root.workers),
      log: this.#log(root.log),
      ...this.#operation(root),
    };
    return target === undefined ? undefined : { app: filtered(target, filters), ...rest };
  }

  #part<Key extends keyof FileContent>(key: Key, root: Mapping): FileContent[Key] | undefined {
    return checkSchema<FileContent[Key]>(
      fileSchema.shape[key] as z.ZodType<FileContent[Key]>,
      root[key],
      [key],
      this.#findings,
    );
  }

  #app(root: Mapping): AppTarget | undefined {
    const { app, mounts } = root;
    if ((app === undefined) === (mounts === undefined)) {
      this.#findings.error([], 'needs exactly one of app, mounts');
      return undefined;
    }
    const surroundings = { base: this.#base, plugins: this.#plugins(root) };
    if (app !== undefined) return readApp(app, surroundings, ['app'], this.#findings);
    const entries = this.#part('mounts', root);
    return entries === undefined ? undefined : readMounts(entries, surroundings, ['mounts'], this.#findings);
  }

  #plugins(root: Mapping): ModuleTarget[] {
    const names = this.#part('plugins', root) ?? [];
    return names.flatMap((name, index) => readModule(name, this.#base, ['plugins', index], this.#findings) ?? []);
  }

  #trustedPeers(entries: readonly string[] | undefined): Pick<Deployment, 'trustedPeers'> {
    if (entries === undefined) return {};
    for (const [index, entry] of entries.entries()) {
      try {
        new TrustedPeers([entry]);
      } catch (error) {
        this.#findings.error(['trusted_peers', index], error instanceof Error ? error.message : String(error));
      }
    }
    return { trustedPeers: entries };
  }

  #listen(entries: readonly unknown[] | undefined): Listen[] {
    if (entries === undefined) {
      return [defaultListen(this.#base)];
    }
    if (entries.length === 0) this.#findings.error(['listen'], 'names no address');
    return entries.flatMap((entry, index) => readListen(entry, this.#base, ['listen', index], this.#findings) ?? []);
  }

  #workers(written: unknown): WorkerSettings {
    const { count = 'auto', ...others } = isMapping(written) ? written : { count: written };
    const checked = checkSchema(workersSchema, others, ['workers'], this.#findings) ?? {};
    const checkedCount = countSchema.safeParse(count).data;
    if (checkedCount === undefined) {
      const path = isMapping(written) ? ['workers', 'count'] : ['workers'];
      this.#findings.error(path, `expected auto or a whole number from 1, got ${JSON.stringify(count)}`);
    }
    try {
      return workerSettings({ ...checked, count: checkedCount });
    } catch (error) {
      this.#findings.error(['workers', 'memory_limit'], error instanceof Error ? error.message : String(error));
      return workerSettings({});
    }
  }

  #log(written: unknown): LogOptions {
    const checked = written === undefined ? {} : checkSchema(logSchema, written, ['log'], this.#findings);
    return {
      level: checked?.level ?? 'info',
      format: checked?.format ?? null,
      loggers: checked?.loggers ?? {},
      ...(checked?.file === undefined ? {} : { file: resolve(this.#base, checked.file) }),
    };
  }

  /** What operators have in hand. */
  #operation(root: Mapping): Pick<Deployment, 'admin' | 'slowRequest' | 'pidFile'> {
    const admin = this.#part('admin', root);
    const slow = this.#part('slow_request', root);
    const pidFile = this.#part('pid_file', root);
    return {
      ...(admin === undefined ? {} : this.#admin(String(admin))),
      ...(slow === undefined ? {} : { slowRequest: millisecondsOf(slow) }),
      ...(pidFile === undefined ? {} : { pidFile: resolve(this.#base, pidFile) }),
    };
  }

  #admin(text: string): Pick<Deployment, 'admin'> {
    try {
      return { admin: adminAddress(text, this.#base) };
    } catch (error) {
      this.#findings.error(['admin'], error instanceof Error ? error.message : String(error));
      return {};
    }
  }
}
