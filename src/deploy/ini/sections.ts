import type { ConfigPlace } from '../../http/errors.ts';
import type { IniFile, Option } from './file.ts';
import type { IniSection } from './parse.ts';

/** What a section can be asked for, with the prefixes that sections of this kind have. */
export const PREFIXES = {
  app: ['app', 'application', 'composite', 'composit', 'pipeline', 'filter-app'],
  filter: ['filter'],
  server: ['server'],
} as const;

export type Kind = keyof typeof PREFIXES;

export interface FoundSection {
  readonly section: IniSection;
  /** `app`, `composite`, `pipeline`. */
  readonly prefix: string;
}

/** The sections of this kind and name: one, if all is well. `[app]` is main too. */
export function findSections(ini: IniFile, kind: Kind, name: string): FoundSection[] {
  return PREFIXES[kind].flatMap((prefix) =>
    ini.sections
      .filter((section) => {
        if (section.name === prefix) return name === 'main';
        return section.name.startsWith(`${prefix}:`) && section.name.slice(prefix.length + 1).trim() === name;
      })
      .map((section) => ({ section, prefix })),
  );
}

/** Names of the sections of this kind. */
export function namesOf(ini: IniFile, kind: Kind): string[] {
  return ini.sections.flatMap(({ name }) => {
    const colon = name.indexOf(':');
    const prefixes: readonly string[] = PREFIXES[kind];
    return colon !== -1 && prefixes.includes(name.slice(0, colon)) ? [name.slice(colon + 1).trim()] : [];
  });
}

/** Options of a section as Paste Deploy hands them to what it makes. */
export interface SectionOptions {
  readonly local: Map<string, Option>;
  readonly global: Map<string, Option>;
  readonly place: ConfigPlace;
}

/**
 * `set name` makes a global option, `get name` takes one, and an option that [DEFAULT] has is global, whatever the
 * section says.
 */
export function optionsOf(ini: IniFile, section: IniSection, inherited: ReadonlyMap<string, Option>): SectionOptions {
  const local = new Map<string, Option>();
  const global = new Map([...ini.defaults(), ...inherited]);
  const taken: [string, string][] = [];
  for (const key of section.values.keys()) {
    const option = ini.option(section, key);
    if (option === undefined) continue;
    if (key.startsWith('set ')) global.set(key.slice(4).trim(), option);
    else if (key.startsWith('get ')) taken.push([key.slice(4).trim(), option.text]);
    else if (!ini.isDefault(key)) local.set(key, option);
  }
  for (const [name, from] of taken) {
    const option = global.get(from);
    if (option !== undefined) local.set(name, option);
  }
  return { local, global, place: ini.place(section) };
}
