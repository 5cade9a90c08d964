/** One answered request. */
export interface AccessRecord {
  readonly remoteAddress: string;
  readonly user: string | undefined;
  /** When the request came. */
  readonly time: Date;
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly uri: string;
  readonly protocol: string;
  readonly status: number;
  /** Of the body, as handed to the gateway. */
  readonly bytes: number;
  /** From the request to the end of the answer, in milliseconds. */
  readonly milliseconds: number;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
}

/** A line of Apache's combined log format, with the duration in microseconds at its end (as its `%D`). */
export function combinedLine(record: AccessRecord): string {
  const { remoteAddress, user, time, method, uri, protocol, status, bytes, milliseconds } = record;
  const request = `${method} ${uri} ${protocol}`;
  return [
    escapeField(remoteAddress) || '-',
    '-',
    escapeField(user ?? '').replaceAll(' ', '_') || '-',
    `[${logDate(time)}]`,
    quoted(request),
    String(status),
    bytes === 0 ? '-' : String(bytes),
    quoted(record.referer ?? '-'),
    quoted(record.userAgent ?? '-'),
    String(Math.round(milliseconds * 1000)),
  ].join(' ');
}

/** A line of JSON; names as in the log of everything else. */
export function jsonLine(record: AccessRecord): string {
  return JSON.stringify({ time: record.time.getTime(), ...jsonFields(record) });
}

/** What a logger is given: it has the time itself. */
export function jsonFields({ time: _, ...record }: AccessRecord): Omit<AccessRecord, 'time'> {
  return { ...record, milliseconds: Math.round(record.milliseconds * 1000) / 1000 };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `20/Nov/2026:18:55:24 +0000`; always in UTC. */
function logDate(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2, '0');
  const clock = time.toISOString().slice(11, 19);
  return `${day}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}:${clock} +0000`;
}

function quoted(text: string): string {
  return `"${escapeField(text)}"`;
}

/** A client must not write lines of its own, nor colours to the terminal of whoever reads them. */
function escapeField(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
