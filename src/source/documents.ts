import { type Document, parseXmlDocument } from 'slimdom';

/** `<?xml version="1.0" encoding="ISO-8859-1"?>` in its first bytes. */
const DECLARED_ENCODING = /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;
const DECLARATION_LIMIT = 200;

/** Text as it came: UTF-8 if it can be that, else Latin 1, which takes all bytes. */
export function decodeText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return body.toString('latin1');
  }
}

/**
 * Reads XML in any encoding it declares. Nothing but the document is read: entities of its own are expanded up to a
 * limit, those in files or on the network stand for nothing.
 *
 * @throws Error for what is not well-formed
 */
export function parseXml(body: Buffer): Document {
  const isUtf16 = body[0] === 0xff || body[0] === 0xfe;
  const declared = DECLARED_ENCODING.exec(body.toString('latin1', 0, DECLARATION_LIMIT))?.[1] ?? 'utf-8';
  const encoding = isUtf16 ? `utf-16${body[0] === 0xfe ? 'be' : 'le'}` : declared;
  return parseXmlDocument(new TextDecoder(encoding, { fatal: true }).decode(body));
}
