/** What stands in place of a secret. */
export const HIDDEN = '(hidden)';

/** Words in the names of header fields, variables, parameters and options whose values are secret. */
export const SECRET_WORDS =
  'authorization|cookie|passw|secret|token|credential|signature|session|api[-_]?key|access[-_]?key';

const SECRET_NAME = new RegExp(`${SECRET_WORDS}|^key$`, 'i');

/** Whether a header field, variable, parameter or option of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

const PARAMETERS = new RegExp(`([?&](?:key|[\\w.-]*(?:${SECRET_WORDS})[\\w.-]*)=)[^&\\s'"]+`, 'gi');
const USER_INFO = /\/\/[^/?#@\s'"]*:[^/?#@\s'"]*@/g;

/** A text with passwords in URLs, and the values of secret parameters of their queries, hidden. */
export function hideInUrls(text: string): string {
  // Most texts have neither, which is quickly seen.
  const hasQuery = text.includes('=') && (text.includes('?') || text.includes('&'));
  const shown = hasQuery ? text.replace(PARAMETERS, `$1${HIDDEN}`) : text;
  return shown.includes('@') ? shown.replace(USER_INFO, `//${HIDDEN}@`) : shown;
}
