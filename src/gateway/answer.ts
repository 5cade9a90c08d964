import { ProtocolError, type ProtocolErrorCode } from '@mapgate/fastcgi-kit';
import type { Application } from '../http/application.ts';
import type { Request } from '../http/request.ts';
import { requestIdOf } from '../http/request-id.ts';
import { type Response, textResponse } from '../http/response.ts';
import { getLogger } from '../log.ts';

const log = getLogger('mapgate.gateway');

/** No answer to a request that failed may be kept by a cache on the way. */
const NOT_KEPT = { 'Cache-Control': 'no-cache, no-store' };

/**
 * The application's answer; never throws or rejects. What an application lets escape is a fault of ours: it is logged
 * with its stack, and the client learns no more than that (row APP-04).
 */
export function answerOf(application: Application, request: Request): Response | Promise<Response> {
  try {
    const answer = application(request);
    return answer instanceof Promise ? answer.catch((error: unknown) => errorAnswer(error, request)) : answer;
  } catch (error) {
    return errorAnswer(error, request);
  }
}

/** A body that is too large, too late or broken is the client's doing, and the application need not know of it. */
function errorAnswer(error: unknown, request: Request): Response {
  const refusal = error instanceof ProtocolError ? REFUSALS[error.code] : undefined;
  if (refusal === undefined) return internalError(error, request);
  if (!request.signal.aborted) log.info(`request body refused: ${(error as ProtocolError).message}`);
  return refusalOf(...refusal);
}

const REFUSALS: Partial<Record<ProtocolErrorCode, readonly [status: number, text: string]>> = {
  limit: [413, 'the request body is too large'],
  timeout: [408, 'the request body did not come in time'],
  malformed: [400, 'the request body is malformed'],
  disconnected: [400, 'the request body is not whole'],
};

/** The answer to a request that a gateway does not let through. */
export function refusalOf(status: number, text: string): Response {
  return textResponse(status, text, NOT_KEPT);
}

/** The answer to a request whose application failed. */
export function internalError(error: unknown, request: Request): Response {
  if (request.signal.aborted) {
    log.debug({ path: request.pathInfo }, 'gave up a request whose client went away');
  } else {
    const query = request.queryString === '' ? '' : `?${request.queryString}`;
    log.fatal(
      { err: error, requestId: requestIdOf(request) },
      `fatal error in ${request.scriptName}${request.pathInfo}${query}`,
    );
  }
  return textResponse(500, 'internal error', NOT_KEPT);
}
