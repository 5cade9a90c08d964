import { ConfigError } from '../../http/errors.ts';

/** One variable of a template with its printf conversion. */
interface Conversion {
  readonly name: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly type: string;
}

type Part = string | Conversion;

/** `%%` or `%(name)` + flags, width, precision, type: Python's printf with names (row TRAP-03). */
const CONVERSION = /%(?:%|\((\w+)\)([-+ #0]*)(\d*)(?:\.(\d+))?([A-Za-z]))/g;

const NUMBER_TYPES = 'dixXof';

/** A text with `%(name)s` in it, parsed once and filled in often. */
export class PrintfTemplate {
  readonly #parts: readonly Part[];

  /** @throws ConfigError for a variable not in `names`, an unknown conversion, or a lone percent sign */
  constructor(text: string, names: readonly string[]) {
    this.#parts = parseParts(text, names);
  }

  format(values: Readonly<Record<string, string | number>>): string {
    let result = '';
    for (const part of this.#parts) result += typeof part === 'string' ? part : convert(part, values[part.name] ?? '');
    return result;
  }

  /** The variables in use. */
  get names(): ReadonlySet<string> {
    return new Set(this.#parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name])));
  }
}

function parseParts(text: string, names: readonly string[]): Part[] {
  const parts: Part[] = [];
  let end = 0;
  const addText = (literal: string) => {
    if (literal.includes('%')) throw new ConfigError(`incomplete variable in '${text}': write a percent sign as %%`);
    if (literal !== '') parts.push(literal);
  };
  for (const match of text.matchAll(CONVERSION)) {
    addText(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, name, flags = '', width = '', precision, type = ''] = match;
    if (name === undefined) {
      parts.push('%');
      continue;
    }
    if (!names.includes(name)) {
      throw new ConfigError(`unknown variable '${name}' in '${text}': there are ${names.join(', ')}`);
    }
    if (type !== 's' && !NUMBER_TYPES.includes(type)) {
      throw new ConfigError(`unknown conversion '${type}' of variable '${name}' in '${text}'`);
    }
    parts.push({
      name,
      flags,
      width: Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      type,
    });
  }
  addText(text.slice(end));
  return parts;
}

function convert(conversion: Conversion, value: string | number): string {
  const { flags, width, type } = conversion;
  const text = type === 's' ? String(value) : convertNumber(conversion, Number(value));
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || type === 's') return text.padStart(width);
  const [, prefix = '', digits = ''] = /^([-+ ]?(?:0[xXo])?)(.*)$/.exec(text) ?? [];
  return prefix + digits.padStart(width - prefix.length, '0');
}

function convertNumber({ flags, precision, type }: Conversion, value: number): string {
  const sign = value < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const size = Math.abs(value);
  const prefixed = flags.includes('#');
  // Truncated like Python's int().
  const whole = Math.trunc(size);
  const digits = (text: string) => text.padStart(precision ?? 0, '0');
  switch (type) {
    case 'f':
      return sign + size.toFixed(precision ?? 6);
    case 'x':
      return sign + (prefixed ? '0x' : '') + digits(whole.toString(16));
    case 'X':
      return sign + (prefixed ? '0X' : '') + digits(whole.toString(16).toUpperCase());
    case 'o':
      return sign + (prefixed ? '0o' : '') + digits(whole.toString(8));
    default:
      return sign + digits(String(whole));
  }
}
