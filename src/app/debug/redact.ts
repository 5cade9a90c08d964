/** What a page for developers shows in place of a secret: pages are pasted into reports. */
export const HIDDEN = '(hidden)';

const SECRET_NAME =
  /authorization|cookie|passw|secret|token|credential|signature|session|api[-_]?key|access[-_]?key|^key$/i;

/** Whether a header field, variable, parameter or option of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

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

const ASSIGNMENT = /^(\s*(?:-\s+)?(?:(?:const|let|var)\s+)?["']?([\w.-]+)["']?\s*[:=]\s*)(\S.*)$/;

/** A line of a configuration or program, with the value of a secret key and passwords in URLs hidden. */
export function redactLine(line: string): string {
  const [, start, name, value] = ASSIGNMENT.exec(line) ?? [];
  const isSecret = name !== undefined && isSecretName(name) && value !== undefined && !/[({]$/.test(value);
  const shown = isSecret ? `${start}${HIDDEN}` : line;
  return shown.replace(/\/\/[^/?#@\s'"]*:[^/?#@\s'"]*@/g, `//${HIDDEN}@`);
}
