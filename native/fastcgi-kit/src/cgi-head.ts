import { ProtocolError } from './errors.ts';

/** The answer of a CGI program (RFC 3875, section 6), taken apart. */
export interface CgiHead {
  /** From the Status field; 302 for a Location without one, else 200. */
  readonly status: number;
  /** The words after the status number; often empty. */
  readonly reason: string;
  /** Every field but Status, in the order sent; values are read as Latin-1. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What follows the empty line; a view, not a copy. */
  readonly body: Buffer;
}

const LF = 0x0a;
const CR = 0x0d;
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/;
const STATUS = /^(\d{3})(?: (.*))?$/;

/**
 * Parses what a responder wrote to STDOUT. Lines may end in LF or CR LF.
 * @throws ProtocolError `malformed` when the head has no end or a line is no header field
 */
export function parseCgiHead(stdout: Buffer): CgiHead {
  const headers: [string, string][] = [];
  let status: string | undefined;
  let start = 0;
  for (;;) {
    const lf = stdout.indexOf(LF, start);
    if (lf < 0) throw new ProtocolError('malformed', 'the answer has no empty line after its header fields');
    const end = lf > start && stdout[lf - 1] === CR ? lf - 1 : lf;
    const line = stdout.toString('latin1', start, end);
    start = lf + 1;
    if (line === '') break;
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new ProtocolError('malformed', `'${line}' is no header field`);
    if (name.toLowerCase() === 'status') status = value;
    else headers.push([name, value]);
  }
  const body = stdout.subarray(start);
  if (status === undefined) {
    const redirect = headers.some(([name]) => name.toLowerCase() === 'location');
    return { status: redirect ? 302 : 200, reason: '', headers, body };
  }
  const [, number, reason = ''] = STATUS.exec(status) ?? [];
  if (number === undefined) throw new ProtocolError('malformed', `'${status}' is no status`);
  return { status: Number(number), reason, headers, body };
}
