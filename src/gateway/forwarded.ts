/** One hop as a proxy tells it, by lower-case parameter name: `for`, `by`, `host`, `proto` and extensions. */
export type ForwardedElement = ReadonlyMap<string, string>;

/** Characters of the header: some dozen proxies need no more, and a client may send 64 KiB. */
const MOST_CHARACTERS = 4_096;

/** Hops: no request comes through more proxies. */
const MOST_ELEMENTS = 32;

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";

/** RFC 7239 section 4: `token "=" (token / quoted-string)`; the latter as in RFC 9110 section 5.6.4. */
const PAIR = new RegExp(
  `(${TOKEN})=(?:(${TOKEN})|"((?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*)")`,
  'y',
);

/**
 * Reads the header `Forwarded` (RFC 7239), the hop next to the client first. Blanks may stand around commas and
 * semicolons, nowhere else. Undefined for what breaks a rule or a limit: half of it might say something else.
 */
export function parseForwarded(value: string): readonly ForwardedElement[] | undefined {
  if (value.length > MOST_CHARACTERS) return undefined;
  const elements: ForwardedElement[] = [];
  let element = new Map<string, string>();
  let separated = true;
  let at = 0;
  for (;;) {
    at = afterBlanks(value, at);
    const sign = value[at];
    // A list may have empty places (RFC 9110 section 5.6.1).
    if (sign === undefined || sign === ',') {
      if (element.size > 0) elements.push(element);
      if (sign === undefined) return elements.length > MOST_ELEMENTS ? undefined : elements;
      element = new Map();
    }
    if (sign === ',' || sign === ';') {
      separated = true;
      at++;
      continue;
    }
    PAIR.lastIndex = at;
    const [pair, name = '', token, quoted = ''] = (separated && PAIR.exec(value)) || [];
    if (pair === undefined || element.has(name.toLowerCase())) return undefined;
    element.set(name.toLowerCase(), token ?? quoted.replaceAll(/\\(.)/gs, '$1'));
    separated = false;
    at += pair.length;
  }
}

function afterBlanks(value: string, start: number): number {
  let at = start;
  while (value[at] === ' ' || value[at] === '\t') at++;
  return at;
}
