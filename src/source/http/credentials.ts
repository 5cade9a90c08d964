/** A URL as it may be sent and logged, and what it said about the user. */
export interface SplitUrl {
  readonly url: string;
  /** Value of the Authorization header field; undefined without credentials. */
  readonly authorization: string | undefined;
}

/** Takes `user:password@` out of a URL (row GLB-22). The last `@` before the path counts: names may hold one. */
export function splitCredentials(url: string): SplitUrl {
  const [, scheme = '', credentials, rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#]*)@)?(.*)$/is.exec(url) ?? [];
  if (credentials === undefined) return { url, authorization: undefined };
  const encoded = Buffer.from(decoded(credentials)).toString('base64');
  return { url: scheme + rest, authorization: `Basic ${encoded}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
