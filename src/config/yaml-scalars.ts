import type { ScalarTag } from 'yaml';
import { Timestamp } from '../options.ts';

/**
 * What unquoted words mean to PyYAML's safe loader: YAML 1.1 without the single letters y and n (row TRAP-01). `12:30`
 * is 750, `0755` is octal, `1e5` is text for want of a point and a sign.
 */

const nothing: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  test: /^(?:~|null|Null|NULL|)$/,
  resolve: () => null,
};

const boolean: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
};

const integer: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  resolve: (text) => {
    const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
    const size = digits.includes(':') ? sexagesimal(digits) : Number(withOctalPrefix(digits));
    return text.startsWith('-') ? -size : size;
  },
};

const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => {
    const plain = text.replaceAll('_', '').toLowerCase();
    const digits = plain.replace(/^[-+]/, '');
    if (digits === '.nan') return Number.NaN;
    const size = digits === '.inf' ? Infinity : digits.includes(':') ? sexagesimal(digits) : Number(digits);
    return plain.startsWith('-') ? -size : size;
  },
};

const timestamp: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
  // As Python's datetime prints it: a space between date and time.
  resolve: (text) => new Timestamp(text.replace(/[Tt]|[ \t]+(?=\d\d?:)/, ' ')),
};

/** In the order in which PyYAML would find them; words that are none of these are text. */
export const pyyamlScalars: readonly ScalarTag[] = [nothing, boolean, integer, float, timestamp];

function withOctalPrefix(digits: string): string {
  return /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
}

function sexagesimal(text: string): number {
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
