import { HIDDEN, hideInUrls, isSecretName, SECRET_WORDS } from '../../http/secrets.ts';

// Pages for developers are pasted into reports.
export { HIDDEN, isSecretName };

/** A query as sent, with the values of secret parameters hidden. */
export function redactQuery(query: string): string {
  return query
    .split('&')
    .map((pair) => {
      const name = pair.split('=', 1)[0] ?? '';
      return pair.includes('=') && isSecretName(name) ? `${name}=${HIDDEN}` : pair;
    })
    .join('&');
}

/** A URL or request target, with what is secret in its query, and a password before its host, hidden. */
export function redactUrl(url: string): string {
  const [path = '', ...query] = url.replace(/\/\/[^/?#@\s]*@/g, `//${HIDDEN}@`).split('?');
  return query.length === 0 ? path : `${path}?${redactQuery(query.join('?'))}`;
}

const NAME = `["']?[\\w.-]*(?:${SECRET_WORDS})[\\w.-]*["']?`;

/** `password: x` of a configuration, whatever x is; `password = 'x'` of a program, where x is a text. */
const SECRET_VALUES = new RegExp(
  `(${NAME}\\s*:\\s+)("[^"]*"|'[^']*'|[^\\s,{}[\\]]+)|(${NAME}\\s*=\\s*)("[^"]*"|'[^']*'|\`[^\`]*\`)`,
  'gi',
);
/** A line of a configuration or program, with the values of secret options, and passwords in URLs, hidden. */
export function redactLine(line: string): string {
  return hideInUrls(line.replace(SECRET_VALUES, (_, option, _value, assignment) => `${option ?? assignment}${HIDDEN}`));
}
