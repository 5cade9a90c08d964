import { type Limits, resolveLimits } from '@mapgate/fastcgi-kit';
import type { Application } from '../../http/application.ts';
import type { TargetRule } from '../environ.ts';
import { refuse, serve } from '../exchange.ts';
import { CgiExchange, type CgiStreams } from './exchange.ts';

/** Everything a CGI program is given. */
export interface CgiProcess extends CgiStreams {
  readonly environ: Readonly<Record<string, string | undefined>>;
}

/** Whether a program was started by a web server for one request (RFC 3875 section 4.1.4). */
export function isCgi(environ: CgiProcess['environ']): boolean {
  return (environ.GATEWAY_INTERFACE ?? '').startsWith('CGI/') && environ.REQUEST_METHOD !== undefined;
}

/**
 * Answers the one request of a CGI process. Resolves when standard output has taken all of it: true; or when it was
 * given up half way, which a web server can learn from the exit status alone: false.
 */
export function answerCgi(
  application: Application,
  rule: TargetRule,
  process: CgiProcess,
  options: { readonly limits?: Partial<Limits> } = {},
): Promise<boolean> {
  const { stdinBytes } = resolveLimits(options.limits);
  const environ = new Map<string, string>();
  for (const [name, value] of Object.entries(process.environ)) if (value !== undefined) environ.set(name, value);
  const given = environ.get('CONTENT_LENGTH') ?? '';
  const contentLength = given === '' ? 0 : Number(given);
  return new Promise((resolve) => {
    const exchange = new CgiExchange(environ, process, contentLength, resolve);
    if (!/^\d*$/.test(given)) refuse(exchange, 400, 'CONTENT_LENGTH is not a number of bytes');
    else if (contentLength > stdinBytes) refuse(exchange, 413, 'the request body is too large');
    else serve(application, exchange, rule);
  });
}
