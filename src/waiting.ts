/**
 * What the work behind a request waits for, known by the AbortSignal that goes down with it: for the log of slow requests,
 * and for counting how many wait. Only what leaves the fast way is noted, so that a cached tile does not pay for it.
 */

/** What there is to wait for, and how the log says it. */
const PHASES = {
  source: 'source',
  place: 'a place at source',
  lock: 'the lock of a tile of cache',
  load: 'reading from cache',
  store: 'writing to cache',
  drawing: 'drawing',
  body: 'the request body',
  client: 'the client to take the answer',
} as const;

export type Phase = keyof typeof PHASES;

interface Wait {
  readonly phase: Phase;
  readonly detail: string;
  readonly since: number;
}

const waits = new WeakMap<AbortSignal, Set<Wait>>();
/** Work that several requests share has signals of its own. */
const shared = new WeakMap<AbortSignal, Set<AbortSignal>>();

const counts = Object.fromEntries(Object.keys(PHASES).map((phase) => [phase, 0])) as Record<Phase, number>;

/**
 * Notes that the work of this signal waits until `promise` is settled, which is handed on.
 *
 * @param detail which one: `example.org`; '' where there is nothing to tell apart
 */
export async function waitingFor<Result>(
  signal: AbortSignal,
  phase: Phase,
  detail: string,
  promise: Promise<Result>,
): Promise<Result> {
  const own = waits.get(signal) ?? new Set();
  waits.set(signal, own);
  const wait = { phase, detail, since: performance.now() };
  own.add(wait);
  counts[phase]++;
  try {
    return await promise;
  } finally {
    counts[phase]--;
    own.delete(wait);
  }
}

/** Notes that who waits with `signal` waits for the work of another. @returns what ends that */
export function sharesWork(signal: AbortSignal, work: AbortSignal): () => void {
  const works = shared.get(signal) ?? new Set();
  shared.set(signal, works);
  works.add(work);
  return () => void works.delete(work);
}

/** What the work of this signal waits for now, and how long it has: `source example.org 1200 ms`. */
export function waitsOf(signal: AbortSignal): string[] {
  const own = [...(waits.get(signal) ?? [])].map(({ phase, detail, since }) => {
    const what = detail === '' ? PHASES[phase] : `${PHASES[phase]} ${detail}`;
    return `${what} ${Math.round(performance.now() - since)} ms`;
  });
  return [...own, ...[...(shared.get(signal) ?? [])].flatMap(waitsOf)];
}

/** How many wait in this process, by what for; work that requests share counts once. */
export function waitingCounts(): Readonly<Record<Phase, number>> {
  return { ...counts };
}
