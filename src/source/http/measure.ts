import { addOne, counter, Durations } from '../../metrics.ts';

const durations = new Map<string, Durations>();

/**
 * Counts a request to a map server.
 *
 * @param status undefined: there was no answer
 */
export function countSourceRequest(url: string, status: number | undefined, milliseconds: number): void {
  const host = URL.canParse(url) ? new URL(url).host : '';
  addOne(counter('sourceRequests', host, status === undefined ? 'error' : String(status)));
  let ofHost = durations.get(host);
  if (ofHost === undefined) {
    ofHost = new Durations('sourceDuration', host);
    durations.set(host, ofHost);
  }
  ofHost.add(milliseconds);
}
