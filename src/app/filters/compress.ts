import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { Response, type ResponseBody, type ResponseHeaders } from '../../http/response.ts';
import { defineFilter } from './contract.ts';
import { headerOf, withoutHeader, withVary } from './headers.ts';

/** Below this, the header fields cost more than is gained. */
const DEFAULT_MIN_BYTES = 1_024;

/** zlib's own middle. */
const DEFAULT_GZIP_LEVEL = 6;
/** The highest quality that is still about as quick as gzip; brotli's own default is made for files packed once. */
const DEFAULT_BROTLI_QUALITY = 4;

/** What gets smaller: capabilities, pages, feature info, vector data. Pictures are packed already. */
const TEXT_TYPE = /^(?:text\/|application\/[\w.+-]*(?:xml|json|javascript)\b|image\/svg\+xml\b)/i;

type Coding = 'br' | 'gzip';

const gzipWhole = promisify(gzip);
const brotliWhole = promisify(brotliCompress);

/** Packs answers of text for clients that can unpack them (RFC 9110, section 12.5.3); zlib works in its own threads. */
export default defineFilter({
  type: 'compress',
  options: z.strictObject({
    min_bytes: z.int().nonnegative().default(DEFAULT_MIN_BYTES),
    gzip_level: z.int().min(1).max(9).default(DEFAULT_GZIP_LEVEL),
    brotli_quality: z.int().min(0).max(11).default(DEFAULT_BROTLI_QUALITY),
  }),
  build({ min_bytes, gzip_level, brotli_quality }) {
    const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: brotli_quality } };
    const gzipOptions = { level: gzip_level };

    const encodeWhole = (body: Buffer, coding: Coding): Promise<Buffer> =>
      coding === 'br' ? brotliWhole(body, brotliOptions) : gzipWhole(body, gzipOptions);

    const encodeStream = async function* (body: AsyncIterable<Uint8Array>, coding: Coding): AsyncGenerator<Uint8Array> {
      const encoder = coding === 'br' ? createBrotliCompress(brotliOptions) : createGzip(gzipOptions);
      const done = pipeline(Readable.from(body), encoder);
      // A source that fails destroys the encoder, which the loop below throws on.
      done.catch(() => {});
      yield* encoder;
    };

    const compress = async (response: Response, coding: Coding): Promise<Response> => {
      const { status, body } = response;
      const headers = encodedHeaders(response, coding);
      if (body === null) return new Response(status, headers, null);
      if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
        return new Response(status, headers, encodeStream(body, coding));
      }
      return new Response(status, headers, await encodeWhole(Buffer.from(body as string), coding));
    };

    const finish = (response: Response, coding: Coding | undefined): Response | Promise<Response> => {
      if (!TEXT_TYPE.test(headerOf(response, 'Content-Type') ?? '')) return response;
      const answer = withVary(response, 'Accept-Encoding');
      return coding === undefined || !isWorthwhile(answer, min_bytes) ? answer : compress(answer, coding);
    };

    return {
      filter: (application) => (request) => {
        const coding = preferredCoding(request.header('Accept-Encoding'));
        const answer = application(request);
        return answer instanceof Promise ? answer.then((response) => finish(response, coding)) : finish(answer, coding);
      },
    };
  },
});

function isWorthwhile(response: Response, minBytes: number): boolean {
  if (response.status === 206 || response.body === null) return false;
  if (headerOf(response, 'Content-Encoding') !== undefined) return false;
  if (/\bno-transform\b/i.test(headerOf(response, 'Cache-Control') ?? '')) return false;
  return lengthOf(response.body) >= minBytes;
}

/** Bytes; a streamed body may be of any length. */
function lengthOf(body: NonNullable<ResponseBody>): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return Buffer.isBuffer(body) ? body.length : Infinity;
}

/** The packed bytes differ from the plain ones: their tag is only weakly the same (RFC 9110, section 8.8.1). */
function encodedHeaders(response: Response, coding: Coding): ResponseHeaders {
  const plain = withoutHeader(withoutHeader(response.headers, 'Content-Length'), 'Content-Encoding');
  const tag = headerOf(response, 'ETag');
  if (tag === undefined || tag.startsWith('W/')) return { ...plain, 'Content-Encoding': coding };
  const weak = `W/${tag.startsWith('"') ? tag : `"${tag}"`}`;
  return { ...withoutHeader(plain, 'ETag'), 'Content-Encoding': coding, ETag: weak };
}

/** The coding that the client likes best; brotli where it likes both the same. */
function preferredCoding(accepted: string | undefined): Coding | undefined {
  if (accepted === undefined) return undefined;
  const weights = new Map<string, number>();
  for (const part of accepted.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight) || 0);
  }
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const br = weightOf('br');
  const gzipWeight = Math.max(weightOf('gzip'), weights.get('x-gzip') ?? 0);
  if (br === 0 && gzipWeight === 0) return undefined;
  return br >= gzipWeight ? 'br' : 'gzip';
}
