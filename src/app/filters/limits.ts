import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import type { Request } from '../../http/request.ts';
import { type Response, textResponse } from '../../http/response.ts';
import { answerToEnd } from '../answer-end.ts';
import { defineFilter } from './contract.ts';

/** A query longer than servers usually take whole is no map request. */
const DEFAULT_QUERY_LENGTH = 16_384;

/** No service reads a larger body: XML requests are a few kilobytes. */
const DEFAULT_BODY_BYTES = 1_048_576;

/** Refuses what is too long or too much before the application has work with it. */
export default defineFilter({
  type: 'limits',
  options: z.strictObject({
    /** Characters of the query string as sent. */
    query_length: z.int().nonnegative().default(DEFAULT_QUERY_LENGTH),
    body_bytes: z.int().nonnegative().default(DEFAULT_BODY_BYTES),
    /** Requests at the same time in each worker process; 0: no limit. */
    concurrent_requests: z.int().nonnegative().default(0),
    /** Seconds after which a client that is refused for load should ask again. */
    retry_after: z.int().nonnegative().default(1),
  }),
  build({ query_length, body_bytes, concurrent_requests, retry_after }) {
    return {
      filter: (application) => {
        const admitted = concurrent_requests === 0 ? application : admit(application, concurrent_requests, retry_after);
        return (request) => {
          if (request.queryString.length > query_length) return textResponse(414, 'the query is too long');
          const announced = Number(request.variable('CONTENT_LENGTH') || 0);
          if (announced > body_bytes) return textResponse(413, 'the request body is too large');
          return boundBody(admitted, request, body_bytes);
        };
      },
    };
  },
});

class BodyTooLarge extends Error {}

/** A body is counted as it is read: its length may not be known. */
function boundBody(application: Application, request: Request, limit: number): Response | Promise<Response> {
  // The usual request has none, and is handed on as it is.
  const hasNone = request.method === 'GET' && request.header('Transfer-Encoding') === undefined;
  if (hasNone) return application(request);
  const answer = application(request.with({ body: bounded(request.body, limit) }));
  if (!(answer instanceof Promise)) return answer;
  return answer.catch((error: unknown) => {
    if (error instanceof BodyTooLarge) return textResponse(413, 'the request body is too large');
    throw error;
  });
}

async function* bounded(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limit) throw new BodyTooLarge('the request body is too large');
    yield chunk;
  }
}

/** At most `limit` requests are under way, up to the end of their answers; others are told to come back. */
function admit(application: Application, limit: number, retryAfter: number): Application {
  let underWay = 0;
  return (request) => {
    if (underWay >= limit) return textResponse(503, 'too many requests at once', { 'Retry-After': String(retryAfter) });
    underWay++;
    return answerToEnd(application, request, () => {
      underWay--;
    });
  };
}
