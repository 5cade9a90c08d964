import type { Application } from '../http/application.ts';
import type { Request } from '../http/request.ts';
import { type Response, textResponse } from '../http/response.ts';
import { getLogger } from '../log.ts';

const log = getLogger('mapgate.gateway');

/**
 * The application's answer; never throws or rejects. What an application lets escape is a fault of ours: it is logged
 * with its stack, and the client learns no more than that (row APP-04).
 */
export function answerOf(application: Application, request: Request): Response | Promise<Response> {
  try {
    const answer = application(request);
    return answer instanceof Promise ? answer.catch((error: unknown) => internalError(error, request)) : answer;
  } catch (error) {
    return internalError(error, request);
  }
}

/** The answer to a request whose application failed. */
export function internalError(error: unknown, request: Request): Response {
  if (request.signal.aborted) {
    log.debug({ path: request.pathInfo }, 'gave up a request whose client went away');
  } else {
    const query = request.queryString === '' ? '' : `?${request.queryString}`;
    log.fatal({ err: error }, `fatal error in ${request.scriptName}${request.pathInfo}${query}`);
  }
  return textResponse(500, 'internal error', { 'Cache-Control': 'no-cache, no-store' });
}
