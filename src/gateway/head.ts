import { STATUS_CODES } from 'node:http';
import type { Response, ResponseBody } from '../http/response.ts';

/**
 * RFC 9110 section 5.5: what a field value may hold. A line break would let a value write further fields; so would a
 * character beyond Latin-1, of which the lower byte alone is sent.
 */
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const BAD_NAME = /[^\w!#$%&'*+.^`|~-]|^$/;

/**
 * The header block of a CGI answer (RFC 3875 section 6), with its empty line.
 *
 * @throws TypeError for a status, name or value that would break the block.
 */
export function cgiHead(response: Response): string {
  const { derived } = response;
  if (derived === undefined) return writeCgiHead(response);
  derived.cgiHead ??= writeCgiHead(response);
  return derived.cgiHead;
}

function writeCgiHead(response: Response): string {
  let head = `Status: ${statusOf(response)} ${reasonOf(response.status)}\r\n`;
  eachField(response, (name, value) => {
    head += `${name}: ${value}\r\n`;
  });
  return `${head}\r\n`;
}

/** The status as a number of three digits. @throws TypeError where the application gave something else */
export function statusOf({ status }: Response): number {
  if (!Number.isInteger(status) || status < 100 || status > 999)
    throw new TypeError(`invalid status ${String(status)}`);
  return status;
}

/** The words that usually go with a status. */
export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}

/**
 * Calls `visit` for each header field of an answer, as often as it is to be sent. Content-Length is added where the
 * length is known and not yet given.
 *
 * @throws TypeError for a name or value that would break the block.
 */
export function eachField(response: Response, visit: (name: string, value: string) => void): void {
  const { status, headers, body } = response;
  let lengthGiven = !allowsBody(status);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (typeof value === 'string') visitChecked(name, value, visit);
    else for (const one of value) visitChecked(name, one, visit);
    if (name.length === CONTENT_LENGTH.length && name.toLowerCase() === CONTENT_LENGTH) lengthGiven = true;
  }
  const length = lengthGiven ? null : knownLength(body);
  if (length !== null) visit('Content-Length', String(length));
}

const CONTENT_LENGTH = 'content-length';

function visitChecked(name: string, value: string, visit: (name: string, value: string) => void): void {
  if (BAD_VALUE.test(value) || BAD_NAME.test(name)) throw new TypeError(`invalid header field ${JSON.stringify(name)}`);
  visit(name, value);
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
