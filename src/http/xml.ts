/**
 * Text for XML and HTML documents. Everything that is put into a template is escaped by the template itself (rows
 * SEC-01, WMS-25); only a `Markup`, which nothing but a template or `trusted` makes, goes in as it is.
 */

/** A piece of XML or HTML that is safe to be sent. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What a template takes. Nothing is printed for undefined, null and false; a list is printed without separators. */
export type MarkupValue = Markup | string | number | undefined | null | false | readonly MarkupValue[];

/** A piece of XML. Values are escaped for text and for quoted attributes. */
export function xml(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return fill(strings, values);
}

/** A piece of HTML. As `xml`: HTML reads the same escapes in text and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return fill(strings, values);
}

/** Text of our own that is markup already: a style sheet, a DOCTYPE. Never for what comes from outside. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/**
 * A value as a JavaScript literal for a `<script>` element or an attribute of type application/json: no `</script>`,
 * no comment opener, no line separator that a script would end at.
 */
export function scriptJson(value: unknown): Markup {
  const json = JSON.stringify(value) ?? 'null';
  return new Markup(json.replace(/[<>&\u2028\u2029]/g, unicodeEscape));
}

/** A whole document as it is sent: lines that a left-out part leaves empty are dropped (row WMS-04). */
export function document(markup: Markup): string {
  return markup.text.replace(/\n[ \t]*(?=\n)/g, '').trimStart();
}

/**
 * Configured text as plain text: MapProxy prints titles and contacts as they stand, so that existing configurations
 * hold `&amp;` and its kin; here they are read before the template escapes (row WMS-05).
 */
export function configuredText(value: string): string {
  if (!value.includes('&')) return value;
  return value.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return NAMED_ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What must be escaped, and what XML 1.0 cannot hold at all: control characters, lone surrogates, U+FFFE, U+FFFF. */
const SPECIAL = /[&<>"']/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeText(value: string): string {
  return value
    .toWellFormed()
    .replace(FORBIDDEN, '\ufffd')
    .replace(SPECIAL, (character) => ESCAPES[character] ?? '');
}

function fill(strings: TemplateStringsArray, values: readonly MarkupValue[]): Markup {
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    text += print(value) + (strings[index + 1] ?? '');
  });
  return new Markup(text);
}

function print(value: MarkupValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  return value.map(print).join('');
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
