import { isLoopback } from '../../app/debug/local.ts';

/** Whether only this machine reaches a server that listens there. */
export function isLocalName(host: string): boolean {
  return host === 'localhost' || isLoopback(host);
}

/** What must be said of a development server that other machines reach (row UTIL-03). */
export function exposureWarnings(host: string, debug: boolean): string[] {
  if (isLocalName(host)) return [];
  const reached = `a development server on ${host}, which is not localhost: other machines reach it`;
  if (!debug) return [reached];
  return [
    reached,
    'debug mode on a non-localhost address shows your source code to whoever asks; the console stays closed',
  ];
}
