import { SourceError } from '../../http/errors.ts';

/** What went wrong with a source's server, in the words that MapProxy has for it (row GLB-15). */
type Failure =
  | 'HTTP Error'
  | 'No response from URL'
  | 'URL not correct'
  | 'Could not verify connection to URL'
  | 'Internal HTTP error';

/** `url` must carry no credentials. `reason` is a status or what the library said. */
export interface FailureContext {
  readonly url: string;
  readonly reason: string | number;
  readonly hideDetails: boolean;
  readonly sourceStatus?: number;
  readonly cause?: unknown;
}

/** An error whose message may be shown to clients; the URL is in it only where the configuration allows it. */
export function httpError(failure: Failure, { url, reason, hideDetails, ...context }: FailureContext): SourceError {
  const detail = `${failure} "${url}": ${reason}`;
  return new SourceError(hideDetails ? `${failure} (see logs for URL and reason).` : detail, { detail, ...context });
}

/** A server sends us where we do not go. */
export class RedirectRefused extends Error {
  override readonly name = 'RedirectRefused';
}

/** TLS errors of Node that mean: the certificate was not accepted, or there is no version that both sides take. */
const TLS_ERRORS = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO)/;

const NO_RESPONSE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Which failure a library's error is. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RedirectRefused) return 'HTTP Error';
  const code = errorCode(error);
  if (code === undefined) return isTimeout(error) ? 'No response from URL' : 'Internal HTTP error';
  if (code === 'ERR_INVALID_URL') return 'URL not correct';
  if (TLS_ERRORS.test(code)) return 'Could not verify connection to URL';
  return NO_RESPONSE.has(code) ? 'No response from URL' : 'Internal HTTP error';
}

export function reasonOf(error: unknown): string {
  if (isTimeout(error)) return 'timed out';
  return errorCode(error) ?? (error instanceof Error ? error.message : String(error));
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
