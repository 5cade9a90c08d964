import { z } from 'zod';
import type { Request } from '../../http/request.ts';
import { Response, type ResponseHeaders } from '../../http/response.ts';
import { oneOrMore } from '../../options.ts';
import { defineFilter } from './contract.ts';
import { withoutHeader, withVary } from './headers.ts';

/** A browser asks again for what it may do after so many seconds. */
const DEFAULT_MAX_AGE = 86_400;

/**
 * Lets pages of other origins read the answers (Fetch standard, section 3.2). What the application itself says about
 * origins is replaced.
 */
export default defineFilter({
  type: 'cors',
  options: z.strictObject({
    /** Origins that may read, as `https://maps.example`; `*`: all. */
    origins: oneOrMore.default(['*']),
    methods: oneOrMore.default(['GET', 'HEAD', 'POST', 'OPTIONS']),
    /** Request headers that a page may send; `*`: those it asks for. */
    headers: oneOrMore.default(['*']),
    /** Response headers that a page may read. */
    expose: oneOrMore.default([]),
    /** Whether a page may send cookies and credentials. */
    credentials: z.boolean().default(false),
    /** Seconds. */
    max_age: z.int().nonnegative().default(DEFAULT_MAX_AGE),
  }),
  build(options) {
    const everyOrigin = options.origins.includes('*');
    // With credentials `*` is not allowed: the origin itself must be named.
    const namesOrigin = !everyOrigin || options.credentials;
    const credentials: ResponseHeaders = options.credentials ? { 'Access-Control-Allow-Credentials': 'true' } : {};
    const exposed: ResponseHeaders =
      options.expose.length === 0 ? {} : { 'Access-Control-Expose-Headers': options.expose.join(', ') };

    const allowedOrigin = (origin: string | undefined): string | undefined => {
      if (!namesOrigin) return '*';
      if (origin === undefined) return undefined;
      return everyOrigin || options.origins.includes(origin) ? origin : undefined;
    };

    const preflight = (request: Request): Response => {
      const asked = request.header('Access-Control-Request-Headers') ?? '';
      return new Response(
        204,
        {
          'Access-Control-Allow-Methods': options.methods.join(', '),
          'Access-Control-Allow-Headers': options.headers.includes('*') ? printable(asked) : options.headers.join(', '),
          'Access-Control-Max-Age': String(options.max_age),
          Vary: 'Access-Control-Request-Headers',
        },
        null,
      );
    };

    const finish = (response: Response, origin: string | undefined): Response => {
      const allowed = allowedOrigin(origin);
      const own = withoutHeader(response.headers, 'Access-Control-Allow-Origin');
      const headers =
        allowed === undefined ? own : { ...own, 'Access-Control-Allow-Origin': allowed, ...credentials, ...exposed };
      const answer = new Response(response.status, headers, response.body);
      return namesOrigin ? withVary(answer, 'Origin') : answer;
    };

    return {
      filter: (application) => (request) => {
        const origin = request.header('Origin');
        const isPreflight =
          request.method === 'OPTIONS' && request.header('Access-Control-Request-Method') !== undefined;
        if (isPreflight) return finish(preflight(request), origin);
        const answer = application(request);
        return answer instanceof Promise ? answer.then((response) => finish(response, origin)) : finish(answer, origin);
      },
    };
  },
});

/** Names of headers; anything else a client sends here is not sent back. */
function printable(names: string): string {
  return /^[\w\-, ]*$/.test(names) ? names : '';
}
