import { dirname } from 'node:path';
import type { FilterTarget } from '../../app/filters/contract.ts';
import { normalMount } from '../../app/mounts.ts';
import type { AppTarget, Mount } from '../../app/open.ts';
import { filtered } from '../app-entry.ts';
import type { Factory } from './factories.ts';
import type { Option, Options } from './file.ts';
import { filterOf } from './filters.ts';
import { logConfOf, mapproxyApp, multiApp } from './mapproxy-apps.ts';
import type { IniProblems } from './problems.ts';
import type { Reference, Resolved, Resolver } from './resolve.ts';

/** Builds the application of an .ini file from its sections. */
export class AppBuilder {
  /** Logging settings that applications name. */
  readonly logConfs: Option[] = [];
  /** Where the filter egg:PasteDeploy#prefix says that everything is mounted. */
  mount: string | null = null;
  readonly #resolver: Resolver;
  readonly #problems: IniProblems;
  /** Sections under way, to notice those that contain themselves. */
  readonly #open = new Set<string>();

  constructor(resolver: Resolver, problems: IniProblems) {
    this.#resolver = resolver;
    this.#problems = problems;
  }

  /** Undefined: it cannot be built, and the problems say why. */
  build(reference: Reference, inherited?: Options): AppTarget | undefined {
    const key = `${reference.ini.file} ${reference.name}`;
    if (this.#open.has(key)) return this.#problems.error(reference.place, `'${reference.name}' contains itself`);
    this.#open.add(key);
    const resolved = this.#resolver.resolve('app', reference, inherited);
    const app = resolved === undefined ? undefined : this.#make(resolved);
    const filters = resolved?.around.flatMap((one) => this.#filters(one, resolved.global)) ?? [];
    this.#open.delete(key);
    return app === undefined ? undefined : filtered(app, filters);
  }

  #make(resolved: Resolved): AppTarget | undefined {
    const { what } = resolved;
    if (what.kind === 'pipeline') return this.#pipeline(resolved);
    if (what.kind === 'filter-app') return this.#filterApp(resolved);
    const { factory } = what;
    const logConf = logConfOf(resolved);
    switch (factory.name) {
      case 'mapproxy#app':
        if (logConf !== undefined) this.logConfs.push(logConf);
        return mapproxyApp(resolved, this.#problems);
      case 'mapproxy#multiapp':
        return multiApp(resolved, this.#problems);
      case 'paste#urlmap':
        return this.#urlMap(resolved);
      default:
        return this.#leaveOut(factory);
    }
  }

  /** Beside others under one roof, one that cannot be run must not keep the maps from being served. */
  #leaveOut({ written, place }: Factory): undefined {
    const message = `${written} is Python, which cannot be run here`;
    if (this.#open.size > 1) return this.#problems.warning(place, `${message}: it is left out`);
    return this.#problems.error(place, message);
  }

  /** Names of filters, the outermost first, and of an application. */
  #pipeline({ local, global, ini, place }: Resolved): AppTarget | undefined {
    const pipeline = local.get('pipeline');
    const names = pipeline?.text.split(/\s+/).filter((name) => name !== '') ?? [];
    const last = names.pop();
    if (pipeline === undefined || last === undefined) return this.#problems.error(place, "'pipeline' is missing");
    this.#problems.unknown(local, ['pipeline']);
    const filters = names.flatMap((name) => this.#filters({ ini, name, place: pipeline.place }, global));
    const app = this.build({ ini, name: last, place: pipeline.place }, global);
    return app === undefined ? undefined : filtered(app, filters);
  }

  /** A filter whose options stand in the section, around the application that `next` names. */
  #filterApp({ local, global, ini, place }: Resolved): AppTarget | undefined {
    const { next, use, ...rest } = Object.fromEntries(local);
    if (next === undefined) return this.#problems.error(place, "'next' is missing");
    if (use === undefined) return this.#problems.error(place, "'use' is missing");
    const filters = this.#filters({ ini, name: use.text, place: use.place }, global, new Map(Object.entries(rest)));
    const app = this.build({ ini, name: next.text, place: next.place }, global);
    return app === undefined ? undefined : filtered(app, filters);
  }

  /** egg:Paste#urlmap: what is no option is a path. What cannot be run is left out, as long as something is left. */
  #urlMap({ local, global, ini, place }: Resolved): AppTarget | undefined {
    const mounts = new Map<string, Mount>();
    for (const [key, option] of local) {
      const isNotFound = key === 'not_found_app';
      if (!isNotFound && !/^\/\S*$/.test(key)) {
        this.#problems.error(
          option.place,
          `'${key}': mounts by domain or port are not known here; let the web server do it`,
        );
        continue;
      }
      const path = isNotFound ? '' : normalMount(key);
      if (isNotFound && mounts.has(path)) continue;
      const app = this.build({ ini, name: option.text, place: option.place }, global);
      if (app !== undefined) mounts.set(path, { path: path === '' ? '/' : path, app });
    }
    if (mounts.size === 0) return this.#problems.error(place, 'names no application that can be served');
    return { kind: 'mounts', mounts: [...mounts.values()] };
  }

  #filters(reference: Reference, inherited: Options, overrides?: Options): FilterTarget[] {
    const resolved = this.#resolver.resolve('filter', reference, inherited, overrides);
    if (resolved === undefined || resolved.what.kind !== 'factory') return [];
    const { factory } = resolved.what;
    const outer = resolved.around.flatMap((one) => this.#filters(one, resolved.global));
    if (factory.name === 'pastedeploy#prefix') {
      this.mount ??= resolved.local.get('prefix')?.text ?? null;
      return outer;
    }
    return [...outer, ...filterOf(factory, resolved.local, dirname(factory.place.file), this.#problems)];
  }
}
