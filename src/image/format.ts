/** Kinds of pictures that are read and written. */
export type ImageKind = 'png' | 'jpeg' | 'gif' | 'tiff' | 'webp';

const KINDS: Readonly<Record<string, ImageKind>> = {
  png: 'png',
  jpeg: 'jpeg',
  jpg: 'jpeg',
  gif: 'gif',
  tiff: 'tiff',
  geotiff: 'tiff',
  // Not in MapProxy (row IMG-23).
  webp: 'webp',
};

/**
 * What MapProxy makes of a format as configured: the part that names files and tile URLs (row TRAP-12), by which
 * formats are compared (row IMG-08). `image/png; mode=24bit` is `png`, `image/jpeg` is `jpeg`, `mixed` is `mixed`.
 */
export function formatExtension(format: string): string {
  const slash = format.indexOf('/');
  const [name = ''] = format.slice(slash + 1).split(';');
  return name.trim().toLowerCase();
}

/** The media type of a format as configured, without its options: `png` is `image/png`. */
export function formatMimeType(format: string): string {
  return `image/${formatExtension(format)}`;
}

/**
 * What tiles of a configured format are: those of a mixed cache say it themselves (row IMG-07), by their first bytes.
 */
export function tileMimeType(format: string): (body: Uint8Array) => string {
  if (formatExtension(format) === 'mixed') return (body) => `image/${sniffImageKind(body) ?? 'png'}`;
  const mimeType = formatMimeType(format);
  return () => mimeType;
}

/** Undefined for what cannot be written: `mixed`, unknown formats. */
export function imageKind(format: string): ImageKind | undefined {
  return KINDS[formatExtension(format)];
}

/** What a picture is by its first bytes; undefined for what is none that we know. */
export function sniffImageKind(body: Uint8Array): ImageKind | undefined {
  if (body[0] === 0xff && body[1] === 0xd8) return 'jpeg';
  if (body[0] === 0x89 && body[1] === 0x50 && body[2] === 0x4e && body[3] === 0x47) return 'png';
  if (body[0] === 0x47 && body[1] === 0x49 && body[2] === 0x46) return 'gif';
  if (body[0] === 0x49 && body[1] === 0x49 && body[2] === 0x2a) return 'tiff';
  if (body[0] === 0x4d && body[1] === 0x4d && body[3] === 0x2a) return 'tiff';
  if (isWebp(body)) return 'webp';
  return undefined;
}

/** `RIFF`, four bytes of length, `WEBP` (RFC 9649, section 2.4). */
function isWebp(body: Uint8Array): boolean {
  if (body[0] !== 0x52 || body.length < 12) return false;
  const head = Buffer.from(body.buffer, body.byteOffset, 12).toString('latin1');
  return head.startsWith('RIFF') && head.endsWith('WEBP');
}
