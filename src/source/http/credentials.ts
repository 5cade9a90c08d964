export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** A URL as it may be sent and logged, and what it said about the user. */
export interface SplitUrl {
  readonly url: string;
  readonly credentials: Credentials | undefined;
}

/**
 * Takes `user:password@` out of a URL (row GLB-22). The last `@` before the path counts, and all characters mean
 * themselves: names and passwords are written as they are, not percent-encoded, as MapProxy reads them.
 */
export function splitCredentials(url: string): SplitUrl {
  const [, scheme = '', text, rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/]*)@)?(.*)$/is.exec(url) ?? [];
  if (text === undefined) return { url, credentials: undefined };
  const colon = text.indexOf(':');
  const user = colon === -1 ? text : text.slice(0, colon);
  return { url: scheme + rest, credentials: { user, password: colon === -1 ? '' : text.slice(colon + 1) } };
}
