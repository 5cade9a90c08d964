const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Percent-decodes a path. Bytes that are not UTF-8 are read as Latin-1, and a `%` that starts no escape stays as it is:
 * a client's odd path is answered with 404, not with an error.
 */
export function decodePath(raw: string): string {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return decodeOddPath(raw);
  }
}

function decodeOddPath(raw: string): string {
  const binary = Buffer.from(raw, 'utf8')
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const bytes = Buffer.from(binary, 'latin1');
  try {
    return decoder.decode(bytes);
  } catch {
    return binary;
  }
}

/** Percent-encodes a decoded path for use in a URL; slashes stay. Markup and spaces cannot pass. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

/** Characters a path segment may hold as they are (RFC 3986, pchar), which encodeURIComponent would escape. */
const PCHARS = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replace(PCHARS, decodeURIComponent);
}
