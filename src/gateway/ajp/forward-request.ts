import { ProtocolError } from '@mapgate/fastcgi-kit';
import { Attribute, CODED_NAME, METHODS, REQUEST_HEADERS, STORED_METHOD } from './codes.ts';
import type { PayloadReader } from './payload-reader.ts';

/** What FORWARD_REQUEST tells, in the words of CGI. */
export interface ForwardRequest {
  readonly variables: ReadonlyMap<string, string>;
  /** Bytes of the body; null when it is not known and has to be asked for. */
  readonly contentLength: number | null;
  /** The word that proves the web server, if it sent one. */
  readonly secret: string | null;
}

/**
 * Reads FORWARD_REQUEST behind its prefix code.
 *
 * @throws ProtocolError `malformed`
 */
export function readForwardRequest(reader: PayloadReader): ForwardRequest {
  const variables = new Map<string, string>();
  const method = reader.byte();
  set(variables, 'SERVER_PROTOCOL', reader.string());
  const uri = reader.string() ?? '/';
  set(variables, 'REMOTE_ADDR', reader.string());
  set(variables, 'REMOTE_HOST', reader.string());
  set(variables, 'SERVER_NAME', reader.string());
  variables.set('SERVER_PORT', String(reader.integer()));
  if (reader.boolean()) variables.set('HTTPS', 'on');
  readHeaders(reader, variables);
  const { secret, storedMethod } = readAttributes(reader, variables);

  const query = variables.get('QUERY_STRING');
  variables.set('REQUEST_METHOD', methodName(method, storedMethod));
  variables.set('REQUEST_URI', query === undefined ? uri : `${uri}?${query}`);
  return { variables, contentLength: contentLengthOf(variables.get('CONTENT_LENGTH')), secret };
}

function methodName(code: number, stored: string | null): string {
  const name = code === STORED_METHOD ? stored : METHODS[code - 1];
  if (name === undefined || name === null) throw new ProtocolError('malformed', `unknown method code ${code}`);
  return name;
}

function contentLengthOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  const length = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(length)) {
    throw new ProtocolError('malformed', 'content-length is not a number of bytes');
  }
  return length;
}

/** As Apache does for CGI: other names could pose as another header once they are variables. */
const PLAIN_NAME = /^[a-z\d-]+$/;

function readHeaders(reader: PayloadReader, variables: Map<string, string>): void {
  for (let left = reader.integer(); left > 0; left--) {
    const header = readHeaderName(reader);
    const value = reader.string() ?? '';
    if (!PLAIN_NAME.test(header)) continue;
    const upper = header.toUpperCase().replaceAll('-', '_');
    const name = upper === 'CONTENT_TYPE' || upper === 'CONTENT_LENGTH' ? upper : `HTTP_${upper}`;
    const before = variables.get(name);
    if (name === 'CONTENT_LENGTH' && before !== undefined && before !== value) {
      throw new ProtocolError('malformed', 'content-length is there twice and differs');
    }
    // RFC 9110 section 5.3; cookies are the exception (RFC 6265 section 5.4).
    const joined = before === undefined ? value : `${before}${header === 'cookie' ? '; ' : ', '}${value}`;
    variables.set(name, name === upper ? value : joined);
  }
}

function readHeaderName(reader: PayloadReader): string {
  if (reader.peek() !== CODED_NAME) return (reader.string() ?? '').toLowerCase();
  const code = reader.integer();
  const name = REQUEST_HEADERS[(code & 0xff) - 1];
  if (name === undefined) throw new ProtocolError('malformed', `unknown header code 0x${code.toString(16)}`);
  return name;
}

/** Attributes that are CGI variables under another name. */
const ATTRIBUTE_VARIABLES = new Map<number, string>([
  [Attribute.REMOTE_USER, 'REMOTE_USER'],
  [Attribute.AUTH_TYPE, 'AUTH_TYPE'],
  [Attribute.QUERY_STRING, 'QUERY_STRING'],
  [Attribute.SSL_CERT, 'SSL_CLIENT_CERT'],
  [Attribute.SSL_CIPHER, 'SSL_CIPHER'],
  [Attribute.SSL_SESSION, 'SSL_SESSION_ID'],
]);

/** Attributes without a meaning outside of a servlet container. */
const IGNORED = new Set<number>([Attribute.CONTEXT, Attribute.SERVLET_PATH, Attribute.ROUTE]);

function readAttributes(reader: PayloadReader, variables: Map<string, string>) {
  let secret: string | null = null;
  let storedMethod: string | null = null;
  for (let code = reader.byte(); code !== Attribute.DONE; code = reader.byte()) {
    const variable = ATTRIBUTE_VARIABLES.get(code);
    if (variable !== undefined) set(variables, variable, reader.string());
    else if (IGNORED.has(code)) reader.string();
    else if (code === Attribute.REQUEST_ATTRIBUTE) setRequestAttribute(variables, reader.string(), reader.string());
    else if (code === Attribute.SSL_KEY_SIZE) variables.set('SSL_CIPHER_USEKEYSIZE', String(reader.integer()));
    else if (code === Attribute.SECRET) secret = reader.string();
    else if (code === Attribute.STORED_METHOD) storedMethod = reader.string();
    else throw new ProtocolError('malformed', `unknown attribute code 0x${code.toString(16)}`);
  }
  return { secret, storedMethod };
}

/** What web servers tell in named attributes because the packet has no place for it. */
const NAMED_VARIABLES = new Map([
  ['AJP_REMOTE_PORT', 'REMOTE_PORT'],
  ['AJP_LOCAL_ADDR', 'SERVER_ADDR'],
  ['AJP_SSL_PROTOCOL', 'SSL_PROTOCOL'],
]);

/** Attributes set by the web server's administrator are variables; they replace nothing and pose as no header. */
function setRequestAttribute(variables: Map<string, string>, name: string | null, value: string | null): void {
  if (name === null || value === null) return;
  const variable = NAMED_VARIABLES.get(name) ?? name;
  if (!variable.startsWith('HTTP_') && !variables.has(variable)) variables.set(variable, value);
}

function set(variables: Map<string, string>, name: string, value: string | null): void {
  if (value !== null) variables.set(name, value);
}
