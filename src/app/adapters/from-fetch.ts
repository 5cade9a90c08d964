import type { Application } from '../../http/application.ts';
import { carry } from '../../http/carried.ts';
import type { Request } from '../../http/request.ts';
import { Response, type ResponseBody, type ResponseHeaders, textResponse } from '../../http/response.ts';
import { getLogger } from '../../log.ts';
import { bodyFollows, HOP_BY_HOP, noBody } from './answers.ts';
import { requestHeaders } from './request-headers.ts';
import { frameworkTarget } from './target.ts';

const log = getLogger('mapgate.app');

/** What a fetch handler is told besides the request; Hono has it as `c.env`. */
export interface FetchEnvironment {
  /** The request as Mapgate has it: mount, public URL, CGI variables such as REMOTE_ADDR and REMOTE_USER. */
  readonly request: Request;
}

/** A handler of the Fetch standard's classes, as Hono's `fetch`. */
export type FetchHandler = (
  request: globalThis.Request,
  environment: FetchEnvironment,
) => globalThis.Response | Promise<globalThis.Response>;

/**
 * Runs a fetch handler (Hono, `{ fetch }`) behind every gateway.
 *
 * - The request's URL has the scheme and host that the client sees, and the path below the mount; the second argument
 *   tells the mount (`environment.request.publicUrl.base`, in Hono `c.env.request`).
 * - Bodies are streams both ways, with back-pressure. `request.signal` aborts when the client goes away.
 * - What the handler throws is logged and answered with 500. What is no request to the standard is answered with 400.
 *
 * @example
 * ```js
 * import { Hono } from 'hono';
 * import { fromFetch } from 'mapgate';
 *
 * const app = new Hono();
 * app.get('/hello', (c) => c.text(`hello from ${c.env.request.publicUrl.base}`));
 * export const application = fromFetch((request, environment) => app.fetch(request, environment));
 * ```
 */
export function fromFetch(handler: FetchHandler): Application {
  return async (request) => {
    const asked = webRequest(request);
    if (asked === undefined) return textResponse(400, 'bad request');
    carry(asked, request);
    const answer = await handler(asked, { request });
    if (answer?.headers === undefined) throw new TypeError('the fetch handler returned no Response');
    return new Response(answer.status, headersOf(answer), await bodyOf(answer, request));
  };
}

/** A request of the Fetch standard; undefined where the standard has no place for it: TRACE, a host that is none. */
function webRequest(request: Request): globalThis.Request | undefined {
  const { scheme, host } = request.publicUrl;
  const headers = requestHeaders(request);
  const init: RequestInit = { method: request.method, signal: request.signal };
  if (request.method !== 'GET' && request.method !== 'HEAD' && hasBody(headers)) {
    init.body = streamOf(request.body);
    init.duplex = 'half';
  }
  try {
    init.headers = Object.entries(headers).map(([name, value]): [string, string] => [name, byteString(value)]);
    return new globalThis.Request(`${scheme}://${host}${frameworkTarget(request).url}`, init);
  } catch (error) {
    log.debug({ err: error }, 'a request that no fetch handler can take');
    return undefined;
  }
}

/** Header values of the standard are bytes, written as characters up to U+00FF; gateways may have read them as UTF-8. */
function byteString(value: string): string {
  return BEYOND_BYTES.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

const BEYOND_BYTES = /[\u0100-\uffff]/;

/** A body of no bytes is no body: handlers ask `request.body === null`. */
function hasBody(headers: Readonly<Record<string, string>>): boolean {
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > 0;
}

function streamOf(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= body[Symbol.asyncIterator]();
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await chunks?.return?.();
      },
    },
    // Nothing is taken from the web server before the handler reads.
    { highWaterMark: 0 },
  );
}

function headersOf({ headers }: globalThis.Response): ResponseHeaders {
  const fields: Record<string, string | readonly string[]> = {};
  for (const [name, value] of headers) if (!HOP_BY_HOP.has(name)) fields[name] = value;
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) fields['set-cookie'] = cookies;
  return fields;
}

async function bodyOf(answer: globalThis.Response, request: Request): Promise<ResponseBody> {
  const { body, headers, status } = answer;
  if (!bodyFollows(request, status)) {
    await body?.cancel();
    return noBody(request, headers.has('content-length'));
  }
  return body === null ? null : piecesOf(body, request.signal);
}

/** Whoever makes the stream learns by `cancel` that the client went away, even while it has nothing to send. */
async function* piecesOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const cancel = (): void => {
    reader.cancel(signal.reason).catch(() => {});
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}
