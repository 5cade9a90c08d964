import { resolve as resolvePath } from 'node:path';
import { didYouMean } from '../../config/nearest.ts';
import type { ConfigPlace } from '../../http/errors.ts';
import { FACTORY_OPTIONS, type Factory, factoryOf } from './factories.ts';
import { IniFile, type Option, type Options } from './file.ts';
import type { IniProblems } from './problems.ts';
import { findSections, type Kind, namesOf, optionsOf } from './sections.ts';

/** A name, with the file in which it is meant. */
export interface Reference {
  readonly ini: IniFile;
  /** A section's name, `egg:...`, `call:...` or `config:other.ini#name`. */
  readonly name: string;
  readonly place: ConfigPlace;
}

/** What a reference leads to in the end. */
export interface Resolved {
  /** A factory, or a section that is put together from others. */
  readonly what:
    | { readonly kind: 'factory'; readonly factory: Factory }
    | { readonly kind: 'pipeline' }
    | { readonly kind: 'filter-app' };
  readonly local: Map<string, Option>;
  readonly global: Map<string, Option>;
  /** Filters around it by `filter-with`, the outermost first. */
  readonly around: readonly Reference[];
  /** Where the names in its options are meant. */
  readonly ini: IniFile;
  readonly place: ConfigPlace;
}

const NONE: Options = new Map();

/** Follows `use` from section to section and file to file; options given nearer to the start win. */
export class Resolver {
  readonly #problems: IniProblems;
  readonly #files = new Map<string, IniFile>();

  constructor(problems: IniProblems) {
    this.#problems = problems;
  }

  file(file: string): IniFile {
    let ini = this.#files.get(file);
    if (ini === undefined) {
      ini = new IniFile(file, this.#problems);
      this.#files.set(file, ini);
    }
    return ini;
  }

  /** Undefined: it leads nowhere, and the problems say why. */
  resolve(kind: Kind, start: Reference, inherited: Options = NONE, overrides: Options = NONE): Resolved | undefined {
    const around: Reference[] = [];
    const seen = new Set<string>();
    let { ini, name, place } = start;
    /** Of the section that it begins with, which is the one to add what is missing to. */
    let first: ConfigPlace | undefined;
    let local = new Map(overrides);
    let global = new Map(inherited);
    for (;;) {
      if (/^(?:egg|call):/i.test(name)) {
        const what = { kind: 'factory', factory: factoryOf(name, place) } as const;
        return { what, local, global, around, ini: start.ini, place: first ?? place };
      }
      const config = /^config:([^#]*)(?:#(.*))?$/i.exec(name);
      if (config !== null) {
        ini = this.file(resolvePath(ini.folder, decodeURIComponent(config[1] ?? '')));
        name = config[2] ?? 'main';
      }
      const found = this.#find(kind, ini, name, place);
      if (found === undefined) return undefined;
      const options = optionsOf(ini, found.section, global);
      const key = `${ini.file} ${found.section.name}`;
      if (seen.has(key)) return this.#problems.error(place, `[${found.section.name}] leads back to itself`);
      seen.add(key);
      first ??= options.place;
      global = options.global;
      local = new Map([...options.local, ...local]);
      const filterWith = taken(local, 'filter-with');
      if (filterWith !== undefined) around.push({ ini, name: filterWith.text, place: filterWith.place });
      taken(local, 'require');
      if (found.prefix === 'pipeline' || found.prefix === 'filter-app') {
        return { what: { kind: found.prefix }, local, global, around, ini, place: first };
      }
      const use = taken(local, 'use');
      if (use === undefined) return this.#explicit(kind, { local, global, around, ini: start.ini, place: first });
      ({ text: name, place } = use);
    }
  }

  #find(kind: Kind, ini: IniFile, name: string, place: ConfigPlace) {
    const found = findSections(ini, kind, name);
    if (found.length === 1) return found[0];
    const sections = found.map(({ section }) => `[${section.name}]`).join(', ');
    const message =
      found.length === 0
        ? `there is no section [${kind}:${name}]${didYouMean(name, namesOf(ini, kind))}`
        : `'${name}' may be any of ${sections}`;
    return this.#problems.error(place, message);
  }

  #explicit(kind: Kind, rest: Omit<Resolved, 'what'>): Resolved | undefined {
    for (const name of FACTORY_OPTIONS[kind]) {
      const option = taken(rest.local, name);
      if (option === undefined) continue;
      return { ...rest, what: { kind: 'factory', factory: factoryOf(option.text, option.place) } };
    }
    return this.#problems.error(rest.place, "'use' is missing");
  }
}

/** An option that is used up by this. */
function taken(options: Map<string, Option>, name: string): Option | undefined {
  const option = options.get(name);
  options.delete(name);
  return option;
}
