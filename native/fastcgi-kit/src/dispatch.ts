import type { FcgiRequest, RequestHandler } from './contract.ts';

const ERROR_HEAD = 'Status: 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n';
const ERROR_BODY = 'Internal Server Error\n';
/** Non-zero, as a CGI program that fails would exit (section 5.5). */
const FAILED_APP_STATUS = 1;

export interface DispatchedRequest extends FcgiRequest {
  /** Whether a byte of the answer was handed over. */
  readonly answerBegun: boolean;
}

/**
 * Calls the handler. What it throws, or what the promise of an asynchronous handler rejects with, is told to `onError`;
 * the web server gets status 500, or an answer that cannot be taken for whole when it had begun.
 */
export function dispatch(
  handler: RequestHandler,
  request: DispatchedRequest,
  onError: ((error: Error) => void) | undefined,
): void {
  const fail = (thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(`the request handler threw ${String(thrown)}`);
    if (request.answerBegun) request.abandon(error.message);
    else request.respond(ERROR_HEAD, ERROR_BODY, FAILED_APP_STATUS);
    onError?.(error);
  };
  try {
    const result: unknown = handler(request);
    if (result instanceof Promise) result.catch(fail);
  } catch (thrown) {
    fail(thrown);
  }
}
