import { hash } from 'node:crypto';
import type { Request } from './request.ts';
import { Response, type ResponseHeaders } from './response.ts';

/** For answers that clients must not keep: errors, and maps made in part (row APP-07). */
export const NO_CACHE_HEADERS: ResponseHeaders = {
  'Cache-Control': 'no-cache, no-store',
  Pragma: 'no-cache',
  Expires: '-1',
};

/** A body with the time it was made, as tiles and tiled maps have it. */
export interface CacheableBody {
  readonly body: Buffer;
  readonly mimeType: string;
  /** Seconds since 1970, with a fraction. */
  readonly timestamp: number;
  /** Where this same object may be answered again: what it was answered with, kept by `cacheableResponse`. */
  answer?: PreparedAnswer | undefined;
}

/** An answer made once for a body that is sent many times. */
export interface PreparedAnswer {
  readonly cacheControl: string;
  readonly etag: string;
  readonly response: Response;
}

/** `Cache-Control` for a time in seconds (row APP-06). Made once for each service, not for each answer. */
export function publicFor(seconds: number): string {
  return `public, max-age=${seconds}, s-maxage=${seconds}`;
}

/** `Cache-Control` for what only the client itself may keep, because it depends on who asks. */
export function privateFor(seconds: number): string {
  return `private, max-age=${seconds}`;
}

/** For documents that show a client what it may see, and another one something else. */
export const PRIVATE_HEADERS: ResponseHeaders = { 'Cache-Control': 'private' };

/** A body that has no time: made for this request. */
export interface TaggedBody {
  readonly body: Buffer | string;
  readonly mimeType: string;
}

/**
 * The answer with a body that is known by itself alone: its entity tag is made of all of it, and it has no
 * Last-Modified, which a body of the same age with another content would share (row KML-02).
 */
export function taggedResponse(request: Request, { body, mimeType }: TaggedBody, cacheControl: string): Response {
  const etag = hash('md5', body);
  const headers = { ETag: etag, 'Cache-Control': cacheControl };
  if (isNotModified(request, etag, Infinity)) return new Response(304, headers, null);
  return new Response(200, { 'Content-Type': mimeType, ...headers }, body);
}

/**
 * The answer with a body that clients may keep: 200, or 304 if they have it (rows APP-06, APP-08).
 * `cacheControl` is what `publicFor` gave.
 */
export function cacheableResponse(request: Request, content: CacheableBody, cacheControl: string): Response {
  let answer = content.answer;
  if (answer === undefined || answer.cacheControl !== cacheControl) {
    const isAskedAgain = 'answer' in content;
    answer = prepareAnswer(content, cacheControl, isAskedAgain);
    if (isAskedAgain) content.answer = answer;
  }
  if (!isNotModified(request, answer.etag, content.timestamp)) return answer.response;
  // Every field of the 200 but the type (RFC 9110, section 15.4.5).
  const { 'Content-Type': _, ...headers } = answer.response.headers;
  return new Response(304, headers, null);
}

function prepareAnswer(content: CacheableBody, cacheControl: string, isAskedAgain: boolean): PreparedAnswer {
  const { etag, lastModified } = validatorsOf(content.timestamp, content.body.length);
  const headers = {
    'Content-Type': content.mimeType,
    ETag: etag,
    'Last-Modified': lastModified,
    'Cache-Control': cacheControl,
  };
  return { cacheControl, etag, response: new Response(200, headers, content.body, isAskedAgain ? {} : undefined) };
}

/**
 * MapProxy's entity tag: md5 over time stamp and size, without quotes (row TRAP-09). The time is printed as Python
 * prints a float, so that what clients kept before a change from MapProxy stays valid.
 */
export function etagOf(timestamp: number, size: number): string {
  const time = Number.isInteger(timestamp) ? `${timestamp}.0` : String(timestamp);
  return hash('md5', time + size);
}

/** A time in seconds since 1970 as HTTP prints it (RFC 9110, section 5.6.7). */
export function httpDate(timestamp: number): string {
  return new Date(Math.floor(timestamp) * 1000).toUTCString();
}

interface Validators {
  readonly timestamp: number;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: string;
}

/**
 * Validators made of late, each in the one place that its time and size lead to. A hash and a date cost half of what
 * the rest of a cached tile's way does (test/bench/service); popular tiles find theirs here. 4096 take less than 1 MB.
 */
const RECENT_BITS = 12;
const recent: (Validators | undefined)[] = Array.from({ length: 2 ** RECENT_BITS });

/** Spreads neighbouring times over all places (Knuth, The Art of Computer Programming, volume 3, section 6.4). */
const KNUTH_MULTIPLIER = 0x9e3779b1;

function validatorsOf(timestamp: number, size: number): Validators {
  const place = Math.imul(Math.trunc(timestamp * 1000) ^ size, KNUTH_MULTIPLIER) >>> (32 - RECENT_BITS);
  const known = recent[place];
  if (known !== undefined && known.timestamp === timestamp && known.size === size) return known;
  const made = { timestamp, size, etag: etagOf(timestamp, size), lastModified: httpDate(timestamp) };
  recent[place] = made;
  return made;
}

/**
 * Whether the client has this body already: If-None-Match holds the tag, plain, quoted, weak or in a list; where that
 * field is absent, the body is not newer than If-Modified-Since (row APP-08; RFC 9110, section 13.2.2).
 */
export function isNotModified(request: Request, etag: string, timestamp: number): boolean {
  const tags = request.header('If-None-Match');
  if (tags !== undefined) return tags === etag || listHasTag(tags, etag);
  const since = request.header('If-Modified-Since');
  if (since === undefined) return false;
  const date = parseHttpDate(since);
  return date !== undefined && Math.floor(timestamp) <= date;
}

function listHasTag(tags: string, etag: string): boolean {
  return tags.split(',').some((tag) => {
    const bare = tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return bare === etag || bare === '*';
  });
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The three date forms of RFC 9110, section 5.6.7: RFC 1123, RFC 850, asctime. */
const HTTP_DATES = [
  /^\w{3}, (?<day>\d{2}) (?<month>\w{3}) (?<year>\d{4}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/,
  /^\w{6,9}, (?<day>\d{2})-(?<month>\w{3})-(?<year>\d{2}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/,
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) (?<year>\d{4})$/,
];

/** Seconds since 1970; undefined for what is no HTTP date. */
export function parseHttpDate(text: string): number | undefined {
  for (const form of HTTP_DATES) {
    const parts = form.exec(text.trim())?.groups;
    if (parts === undefined) continue;
    const month = MONTHS.indexOf((parts.month ?? '').toLowerCase());
    if (month === -1) return undefined;
    const { day, year, h, m, s } = parts;
    return Date.UTC(fullYear(Number(year)), month, Number(day), Number(h), Number(m), Number(s)) / 1000;
  }
  return undefined;
}

/** RFC 850 dates have two digits for the year; no tile is older than the web. */
function fullYear(year: number): number {
  if (year >= 100) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}
