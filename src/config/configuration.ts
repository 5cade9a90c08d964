import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { CommonStoreOptions } from '../cache/store/options.ts';
import type { CommonSourceOptions } from '../source/options.ts';
import type { Coverages } from './coverages.ts';
import { explainIssue } from './explain.ts';
import { type Kinds, OWN_KINDS } from './kinds.ts';
import { LATER_SERVICES, LATER_STORES, REMOVED_KINDS } from './later.ts';
import { didYouMean } from './nearest.ts';
import { normalize } from './normalize.ts';
import { type CacheOptions, cacheOptions, hasBandsBesideGrey } from './options/cache.ts';
import { type GlobalOptions, globalOptions } from './options/globals.ts';
import { type GridOptions, gridOptions, PREDEFINED_GRIDS } from './options/grid.ts';
import { type LayerOptions, layerOptions } from './options/layer.ts';
import type { Path } from './places.ts';
import { Problems } from './problems.ts';
import type { LoadedFile, RawConfiguration } from './read.ts';
import { unusedKeys } from './unused-keys.ts';
import { isMapping, type Mapping } from './yaml.ts';

/** Options of a source, store or service, checked by the schema of its kind. */
export interface KindOptions<Options> {
  readonly type: string;
  /** Undefined: the kind is not there; an error where it is needed. */
  readonly options: Options | undefined;
}

/** A cache with the options of its store apart. */
export interface CheckedCache {
  readonly options: CacheOptions;
  readonly store: KindOptions<CommonStoreOptions>;
}

/** A configuration with every option checked and every default in place; what names what is not resolved yet. */
export interface CheckedOptions {
  /** Absolute. */
  readonly file: string;
  /** All files it was read from. */
  readonly files: readonly LoadedFile[];
  readonly globals: GlobalOptions;
  readonly grids: ReadonlyMap<string, GridOptions>;
  readonly sources: ReadonlyMap<string, KindOptions<CommonSourceOptions>>;
  readonly caches: ReadonlyMap<string, CheckedCache>;
  readonly layers: readonly LayerOptions[];
  /** In the order of the file (row TRAP-04). */
  readonly services: ReadonlyMap<string, unknown>;
  /** What is written in the sections, also where it was wrong. */
  readonly names: Readonly<Record<'grids' | 'sources' | 'caches', readonly string[]>>;
  readonly problems: Problems;
  /** All that its types may be. */
  readonly kinds: Kinds;
  /** Paths are relative to the main file, whichever file names them (row CFG-10). */
  readonly resolvePath: (path: string) => string;
}

/** A checked configuration with what was read for it, ready to be built. */
export interface Configuration extends CheckedOptions {
  readonly coverages: Coverages;
}

const SECTIONS = ['globals', 'services', 'sources', 'caches', 'layers', 'grids', 'parts', 'base'];

/**
 * Checks everything that can be checked without building it (rows CFG-01 to CFG-04); what is wrong goes to `problems`
 * of the result, which must not be used while that has errors.
 */
export function checkOptions(raw: RawConfiguration, kinds: Kinds = OWN_KINDS): CheckedOptions {
  const checker = new Checker(raw, kinds);
  const { root } = checker;
  checker.checkSections();
  const directory = dirname(raw.file);
  const namesIn = (section: string) => {
    const value = root[section];
    return isMapping(value) ? Object.keys(value) : [];
  };
  return {
    file: raw.file,
    files: raw.files,
    globals: checker.check(globalOptions, root.globals ?? {}, ['globals']) ?? globalOptions.parse({}),
    grids: new Map([...Object.entries(PREDEFINED_GRIDS), ...checker.checkEach('grids', gridOptions)]),
    sources: new Map(checker.mapEach('sources', (options, path) => checker.source(options, path))),
    caches: new Map(checker.mapEach('caches', (options, path) => checker.cache(options, path))),
    layers: checker.check(z.array(layerOptions), root.layers ?? [], ['layers']) ?? [],
    services: new Map(checker.mapEach('services', (options, path) => checker.service(options, path))),
    names: { grids: namesIn('grids'), sources: namesIn('sources'), caches: namesIn('caches') },
    problems: checker.problems,
    kinds,
    resolvePath: (path) => resolve(directory, path),
  };
}

class Checker {
  readonly root: Mapping;
  readonly problems: Problems;
  readonly #kinds: Kinds;

  constructor(raw: RawConfiguration, kinds: Kinds) {
    this.#kinds = kinds;
    const warnings: [path: string[], message: string][] = [];
    this.root = normalize(raw.root, raw.places, (path, message) => warnings.push([path, message]));
    // Places are found by the paths of the normal shape, which is what everything below speaks of.
    this.problems = new Problems({ ...raw, root: this.root });
    for (const [path, message] of warnings) this.problems.warning(path, message);
  }

  checkSections(): void {
    for (const key of Object.keys(this.root)) {
      if (!SECTIONS.includes(key)) this.problems.warning([key], `unknown '${key}'${didYouMean(key, SECTIONS)}`);
    }
  }

  /** Undefined: does not fit, and the problems say why. */
  check<Output>(schema: z.ZodType<Output>, value: unknown, path: Path): Output | undefined {
    for (const unused of unusedKeys(schema, value, path)) this.problems.warning(unused.path, unused.message);
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const explanation = explainIssue(issue, value);
      this.problems.error([...path, ...explanation.path], explanation.message);
    }
    return undefined;
  }

  checkEach<Output>(section: string, schema: z.ZodType<Output>): [name: string, options: Output][] {
    return this.mapEach(section, (options, path) => this.check(schema, options, path));
  }

  /** The entries of a section for which `check` has a result. */
  mapEach<Output>(
    section: string,
    check: (options: unknown, path: Path) => Output | undefined,
  ): [name: string, options: Output][] {
    const value = this.root[section] ?? {};
    if (!isMapping(value)) {
      this.problems.error([section], `expected a mapping, got ${JSON.stringify(value)}`);
      return [];
    }
    return Object.entries(value).flatMap(([name, options]) => {
      const checked = check(options, [section, name]);
      return checked === undefined ? [] : [[name, checked] as [string, Output]];
    });
  }

  source(options: unknown, path: Path): KindOptions<CommonSourceOptions> | undefined {
    return this.#kind(this.#kinds.sources, [], undefined, options, path, 'source');
  }

  cache(options: unknown, path: Path): CheckedCache | undefined {
    const checked = this.check(cacheOptions, options, path);
    if (checked === undefined) return undefined;
    if (hasBandsBesideGrey(checked)) {
      this.problems.warning([...path, 'sources'], "grey tiles ('l') cannot have other bands, these are ignored");
    }
    const store = this.#kind(this.#kinds.stores, LATER_STORES, 'file', checked.cache, [...path, 'cache'], 'cache');
    return store === undefined ? undefined : { options: checked, store };
  }

  service(options: unknown, path: Path): unknown {
    const type = String(path.at(-1));
    const { services } = this.#kinds;
    const definition = services.find((one) => one.type === type);
    if (definition !== undefined) return this.check<unknown>(definition.options, options, path);
    const isLater = LATER_SERVICES.includes(type);
    const names = [...services.map((one) => one.type), ...LATER_SERVICES];
    this.problems.warning(
      path,
      isLater ? `service '${type}' is not available yet` : `unknown service '${type}'${didYouMean(type, names)}`,
    );
    return undefined;
  }

  #kind<Options>(
    definitions: readonly { readonly type: string; readonly options: z.ZodType<Options> }[],
    later: readonly string[],
    defaultType: string | undefined,
    options: unknown,
    path: Path,
    room: 'source' | 'cache',
  ): KindOptions<Options> | undefined {
    const type = isMapping(options) ? (options.type ?? defaultType) : undefined;
    if (typeof type !== 'string') {
      this.problems.error(path, `'type' is missing: every ${room} has one`);
      return undefined;
    }
    const definition = definitions.find((one) => one.type === type);
    if (definition !== undefined) {
      const checked = this.check(definition.options, options, path);
      return checked === undefined ? undefined : { type, options: checked };
    }
    const names = [...definitions.map((one) => one.type), ...later];
    if (later.includes(type)) {
      this.problems.warning([...path, 'type'], `${room}s of type '${type}' are not available yet`);
      return { type, options: undefined };
    }
    if (REMOVED_KINDS.includes(type)) {
      this.problems.warning([...path, 'type'], `${room}s of type '${type}' exist no more, in MapProxy neither`);
      return { type, options: undefined };
    }
    this.problems.error([...path, 'type'], `unknown ${room} type '${type}'${didYouMean(type, names)}`);
    return undefined;
  }
}
