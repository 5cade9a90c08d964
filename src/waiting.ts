/**
 * What the work behind a request waits for, known by the AbortSignal that goes down with it: for the log of slow requests.
 * Only what leaves the fast way is noted, so that a cached tile does not pay for it.
 */

interface Wait {
  readonly what: string;
  readonly since: number;
}

const waits = new WeakMap<AbortSignal, Set<Wait>>();
/** Work that several requests share has a signal of its own. */
const shared = new WeakMap<AbortSignal, AbortSignal>();

/** Notes that the work of this signal waits until `promise` is settled, which is handed on. `what`: `source example.org`. */
export async function waitingFor<Result>(signal: AbortSignal, what: string, promise: Promise<Result>): Promise<Result> {
  const own = waits.get(signal) ?? new Set();
  waits.set(signal, own);
  const wait = { what, since: performance.now() };
  own.add(wait);
  try {
    return await promise;
  } finally {
    own.delete(wait);
  }
}

/** Notes that who waits with `signal` waits for the work of another. */
export function sharesWork(signal: AbortSignal, work: AbortSignal): void {
  shared.set(signal, work);
}

/** What the work of this signal waits for now, and how long it has: `source example.org 1200 ms`. */
export function waitsOf(signal: AbortSignal): string[] {
  const other = shared.get(signal);
  const own = [...(waits.get(signal) ?? []), ...((other && waits.get(other)) ?? [])];
  return own.map(({ what, since }) => `${what} ${Math.round(performance.now() - since)} ms`);
}
