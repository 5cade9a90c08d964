/**
 * What a process counts. Rooms make their counters once and add to them in place, which costs a store in a typed array;
 * a worker takes what has come together since the last time (`takeCounts`) and sends it to its supervisor.
 */

/** Upper ends of the buckets of durations, in seconds. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What can be counted. Labels must have few values: never what a client may choose freely. */
export const FAMILIES = {
  requests: { name: 'mapgate_requests_total', help: 'Requests answered', labels: ['service', 'status'] },
  requestDuration: {
    name: 'mapgate_request_duration_seconds',
    help: 'From the request to the head of its answer',
    labels: ['service'],
  },
  cacheTiles: {
    name: 'mapgate_cache_tiles_total',
    help: 'Tiles asked of caches; result "stale": expired, made anew or served all the same',
    labels: ['cache', 'result'],
  },
  sourceRequests: {
    name: 'mapgate_source_requests_total',
    help: 'Requests to map servers; status "error": without an answer',
    labels: ['host', 'status'],
  },
  sourceDuration: {
    name: 'mapgate_source_request_duration_seconds',
    help: 'Requests to map servers, to the end of their answers',
    labels: ['host'],
  },
  protocolErrors: {
    name: 'mapgate_protocol_errors_total',
    help: 'Connections ended for breaking the protocol or a limit',
    labels: ['protocol'],
  },
  fastcgiEvents: {
    name: 'mapgate_fastcgi_events_total',
    help: 'FastCGI requests refused (overloaded) or given up by the web server (aborted)',
    labels: ['event'],
  },
} as const;

export type Family = keyof typeof FAMILIES;

/** Counts of one family and set of labels: of a counter one number; of durations each bucket, the rest, and the sum. */
export interface Counts {
  readonly family: Family;
  readonly labels: readonly string[];
  readonly values: readonly number[];
}

interface Series {
  readonly family: Family;
  readonly labels: readonly string[];
  readonly values: Float64Array;
}

const allSeries = new Map<string, Series>();

/** A count in this process, to be added to by `addOne`. The same labels give the same count. */
export function counter(family: Family, ...labels: string[]): Float64Array {
  return seriesOf(family, labels, 1).values;
}

export function addOne(values: Float64Array): void {
  values[0] = (values[0] ?? 0) + 1;
}

/** Durations of one kind in this process. */
export class Durations {
  readonly #values: Float64Array;

  constructor(family: Family, ...labels: string[]) {
    this.#values = seriesOf(family, labels, DURATION_BUCKETS.length + 2).values;
  }

  add(milliseconds: number): void {
    const seconds = milliseconds / 1000;
    let bucket = 0;
    while (bucket < DURATION_BUCKETS.length && seconds > (DURATION_BUCKETS[bucket] ?? 0)) bucket++;
    const values = this.#values;
    values[bucket] = (values[bucket] ?? 0) + 1;
    values[values.length - 1] = (values[values.length - 1] ?? 0) + seconds;
  }
}

/** What was counted since the last call; it is counted from zero then. */
export function takeCounts(): Counts[] {
  const taken: Counts[] = [];
  for (const { family, labels, values } of allSeries.values()) {
    if (values.every((value) => value === 0)) continue;
    taken.push({ family, labels, values: [...values] });
    values.fill(0);
  }
  return taken;
}

function seriesOf(family: Family, labels: readonly string[], length: number): Series {
  const key = JSON.stringify([family, ...labels]);
  let series = allSeries.get(key);
  if (series === undefined) {
    series = { family, labels, values: new Float64Array(length) };
    allSeries.set(key, series);
  }
  return series;
}
