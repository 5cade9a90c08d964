import { STATUS_CODES } from 'node:http';
import type { Response, ResponseBody } from '../http/response.ts';

/** RFC 9110 section 5.5: what a field value may hold; a line break would let a value write further fields. */
const BAD_VALUE = /[\r\n\0]/;
const BAD_NAME = /[^\w!#$%&'*+.^`|~-]/;

/**
 * The header block of a CGI answer (RFC 3875 section 6), with its empty line. Content-Length is added where the length
 * is known and not yet given.
 *
 * @throws TypeError for a name or value that would break the block.
 */
export function cgiHead(response: Response): string {
  const { status, headers, body } = response;
  let head = `Status: ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
  let lengthGiven = !allowsBody(status);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (typeof value === 'string') head += field(name, value);
    else for (const one of value) head += field(name, one);
    if (name.length === CONTENT_LENGTH.length && name.toLowerCase() === CONTENT_LENGTH) lengthGiven = true;
  }
  const length = lengthGiven ? null : knownLength(body);
  return length === null ? `${head}\r\n` : `${head}Content-Length: ${length}\r\n\r\n`;
}

const CONTENT_LENGTH = 'content-length';

function field(name: string, value: string): string {
  if (BAD_VALUE.test(value) || BAD_NAME.test(name)) throw new TypeError(`invalid header field ${JSON.stringify(name)}`);
  return `${name}: ${value}\r\n`;
}

/** Bytes of a body that is there as a whole; null for a streamed one. */
export function knownLength(body: ResponseBody): number | null {
  if (body === null) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  return Buffer.isBuffer(body) ? body.length : null;
}

/** Answers of these statuses end with the header (RFC 9110 sections 15.2, 15.3.5 and 15.4.5). */
export function allowsBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}
