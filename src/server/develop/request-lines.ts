import { answerToEnd } from '../../app/answer-end.ts';
import { CONSOLE_PATH, POLL_HEADER } from '../../app/debug/names.ts';
import type { Application } from '../../http/application.ts';
import type { Request } from '../../http/request.ts';

/**
 * Writes a line to the terminal for each request once it is answered: `200 GET /demo/ 12 ms`. What pages of the
 * development server itself ask is left out.
 */
export function withRequestLines(application: Application, write: (line: string) => void): Application {
  return (request) => {
    const isOwn = request.header(POLL_HEADER) !== undefined || request.pathInfo.startsWith(CONSOLE_PATH);
    if (isOwn) return application(request);
    const begun = performance.now();
    return answerToEnd(application, request, (status) =>
      write(requestLine(request, status, performance.now() - begun)),
    );
  };
}

function requestLine(request: Request, status: number, milliseconds: number): string {
  const target = request.variable('REQUEST_URI') ?? request.pathInfo;
  return `${status} ${request.method} ${printable(target)} ${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** A terminal takes control characters for orders. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
