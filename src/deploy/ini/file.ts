import { dirname } from 'node:path';
import { readTextFile } from '../../config/text-file.ts';
import type { ConfigPlace } from '../../http/errors.ts';
import { type IniSection, type IniText, parseIni } from './parse.ts';
import type { IniProblems } from './problems.ts';

/** An option with its references replaced. */
export interface Option {
  readonly text: string;
  readonly place: ConfigPlace;
}

/** Options by name. */
export type Options = ReadonlyMap<string, Option>;

/** Python gives up at this depth of references within references. */
const MAX_DEPTH = 10;

/** An .ini file whose values refer to each other by `%(name)s`, with `here` and `__file__` for all. */
export class IniFile {
  readonly file: string;
  readonly folder: string;
  readonly #text: IniText;
  readonly #problems: IniProblems;
  readonly #builtin: ReadonlyMap<string, string>;

  /**
   * @param file absolute; what is wrong in it is added to `problems`
   * @throws ConfigError when it cannot be read
   */
  constructor(file: string, problems: IniProblems) {
    this.file = file;
    this.folder = dirname(file);
    this.#problems = problems;
    this.#builtin = new Map([
      ['here', this.folder],
      ['__file__', file],
    ]);
    this.#text = parseIni(readTextFile(file).text, (severity, line, message) =>
      problems[severity]({ file, line }, message),
    );
  }

  get sections(): readonly IniSection[] {
    return [...this.#text.sections.values()];
  }

  section(name: string): IniSection | undefined {
    return this.#text.sections.get(name);
  }

  /** Names of [DEFAULT]: they are options of every section, and global options to Paste Deploy. */
  isDefault(name: string): boolean {
    return this.#text.defaults.has(name) || this.#builtin.has(name);
  }

  defaults(): Map<string, Option> {
    const entries = [...this.#text.defaults].map(([name, { text, line }]): [string, Option] => {
      const place = { file: this.file, line, path: `DEFAULT.${name}` };
      return [name, { text: this.#interpolate(text, undefined, place, 0), place }];
    });
    return new Map(entries);
  }

  /** An option of a section, or of [DEFAULT]. */
  option(section: IniSection, name: string): Option | undefined {
    const value = section.values.get(name) ?? this.#text.defaults.get(name);
    if (value === undefined) return undefined;
    const place = { file: this.file, line: value.line, path: `${section.name}.${name}` };
    return { text: this.#interpolate(value.text, section, place, 0), place };
  }

  place(section: IniSection): ConfigPlace {
    return { file: this.file, line: section.line, path: section.name };
  }

  #interpolate(text: string, section: IniSection | undefined, place: ConfigPlace, depth: number): string {
    const fail = (message: string): string => {
      this.#problems.error(place, message);
      return '';
    };
    if (depth > MAX_DEPTH) return fail('refers to itself');
    return text.replace(/%(?:(%)|\(([^)]+)\)s)?/g, (reference, percent?: string, name?: string) => {
      if (percent !== undefined) return '%';
      if (name === undefined) return fail(`expected %(name)s or %% in ${JSON.stringify(text)}`);
      const value = section?.values.get(name)?.text ?? this.#text.defaults.get(name)?.text ?? this.#builtin.get(name);
      if (value === undefined) return fail(`${reference} refers to nothing`);
      return this.#builtin.get(name) === value ? value : this.#interpolate(value, section, place, depth + 1);
    });
  }
}
