/** A value as written: continuation lines are joined by line breaks. */
export interface IniValue {
  readonly text: string;
  readonly line: number;
}

export interface IniSection {
  readonly name: string;
  readonly line: number;
  readonly values: ReadonlyMap<string, IniValue>;
}

export interface IniText {
  /** By name, in the order of the file; without [DEFAULT]. */
  readonly sections: ReadonlyMap<string, IniSection>;
  readonly defaults: ReadonlyMap<string, IniValue>;
}

/** What is wrong with a line, counted from 1. */
export type TellLine = (severity: 'error' | 'warning', line: number, message: string) => void;

/**
 * Reads an .ini file as Python's ConfigParser does for Paste Deploy: keys keep their case; a key ends at the first `=` or
 * `:`; lines that begin with `#` or `;` are comments; lines indented deeper than their key go on with its value, and
 * empty lines within it belong to it.
 *
 * A section or key that is there twice is an error to newer Pythons and was silently merged by those of MapProxy's
 * Paste days: it is merged with a warning.
 */
export function parseIni(text: string, tell: TellLine): IniText {
  const parser = new Parser(tell);
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) parser.take(line, index + 1);
  return parser.finish();
}

interface OpenSection {
  readonly name: string;
  readonly line: number;
  readonly values: Map<string, { lines: string[]; line: number }>;
}

const DEFAULT_SECTION = 'DEFAULT';

class Parser {
  readonly #tell: TellLine;
  readonly #sections = new Map<string, OpenSection>();
  #section: OpenSection | undefined;
  /** Of the value that may go on. */
  #lines: string[] | undefined;
  #indent = 0;

  constructor(tell: TellLine) {
    this.#tell = tell;
  }

  take(raw: string, line: number): void {
    const text = raw.trim();
    if (/^[#;]/.test(text)) return;
    if (text === '') {
      this.#lines?.push('');
      return;
    }
    const indent = raw.length - raw.trimStart().length;
    if (this.#lines !== undefined && indent > this.#indent) {
      this.#lines.push(text);
      return;
    }
    this.#indent = indent;
    const header = /^\[(.+)\]/.exec(text)?.[1];
    if (header !== undefined) this.#open(header, line);
    else this.#assign(text, line);
  }

  finish(): IniText {
    const closed = new Map([...this.#sections].map(([name, section]) => [name, close(section)]));
    const defaults = closed.get(DEFAULT_SECTION)?.values ?? new Map();
    closed.delete(DEFAULT_SECTION);
    return { sections: closed, defaults };
  }

  #open(name: string, line: number): void {
    const before = this.#sections.get(name);
    if (before !== undefined && name !== DEFAULT_SECTION) {
      this.#tell('warning', line, `[${name}] is there already in line ${before.line}; both are taken together`);
    }
    this.#section = before ?? { name, line, values: new Map() };
    this.#sections.set(name, this.#section);
    this.#lines = undefined;
  }

  #assign(text: string, line: number): void {
    this.#lines = undefined;
    const [, key = '', value = ''] = /^([^=:]*?)\s*[=:]\s*(.*)$/.exec(text) ?? [];
    if (this.#section === undefined) {
      this.#tell('error', line, `there is no section above: ${JSON.stringify(text)}`);
    } else if (key === '') {
      this.#tell('error', line, `expected KEY = VALUE or a [section], got ${JSON.stringify(text)}`);
    } else {
      const before = this.#section.values.get(key);
      if (before !== undefined) this.#tell('warning', line, `'${key}' is there already in line ${before.line}`);
      this.#lines = [value];
      this.#section.values.set(key, { lines: this.#lines, line });
    }
  }
}

function close({ name, line, values }: OpenSection): IniSection {
  const joined = [...values].map(([key, value]): [string, IniValue] => [
    key,
    { text: value.lines.join('\n').trimEnd(), line: value.line },
  ]);
  return { name, line, values: new Map(joined) };
}
