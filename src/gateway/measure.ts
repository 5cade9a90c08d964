import type { Request } from '../http/request.ts';
import { requestIdOf } from '../http/request-id.ts';
import { getLogger } from '../log.ts';
import { addOne, counter, Durations } from '../metrics.ts';
import { waitsOf } from '../waiting.ts';

const log = getLogger('mapgate.slow');

/** What is counted as this: what no map proxy answers, or none of its services. */
const OTHER = 'other';

/** Services of one process that are counted apart: far more than a map proxy has, whatever a module may tell. */
const MOST_SERVICES = 50;

/** Milliseconds between looks at the requests under way. */
const LOOK_INTERVAL = 1_000;

/** Counts by class of status, and durations, of one service. */
interface ServiceCounts {
  readonly classes: readonly Float64Array[];
  readonly durations: Durations;
}

/** A request that was not answered at once. */
interface Pending {
  readonly request: Request;
  readonly begun: number;
  isTold: boolean;
}

const pending = new Set<Pending>();

/** Counts the requests of an application by the service that answers. */
export class RequestCounts {
  readonly #services = new Map<string, ServiceCounts>();
  readonly #other = serviceCounts(OTHER);

  /** @param begun as `performance.now()` told */
  count({ service }: Request, status: number, begun: number): void {
    const { classes, durations } = service === undefined ? this.#other : this.#countsOf(service);
    const values = classes[Math.trunc(status / 100)];
    if (values !== undefined) addOne(values);
    durations.add(performance.now() - begun);
  }

  #countsOf(service: string): ServiceCounts {
    let counts = this.#services.get(service);
    if (counts === undefined) {
      if (this.#services.size === MOST_SERVICES) return this.#other;
      counts = serviceCounts(service);
      this.#services.set(service, counts);
    }
    return counts;
  }
}

function serviceCounts(service: string): ServiceCounts {
  const classes = ['', '1xx', '2xx', '3xx', '4xx', '5xx'].map((status) => counter('requests', service, status));
  return { classes, durations: new Durations('requestDuration', service) };
}

/** Keeps a request among those under way. @returns what takes it out again */
export function keepPending(request: Request, begun: number): () => void {
  const one: Pending = { request, begun, isTold: false };
  pending.add(one);
  return () => {
    pending.delete(one);
    if (one.isTold) tell(one, 'a slow request has ended');
  };
}

/** Requests that have no whole answer yet. */
export function pendingRequests(): number {
  return pending.size;
}

/** Tells the log of requests that take longer than so many milliseconds, while they do and when they end. */
export function watchSlowRequests(threshold: number): void {
  const look = (): void => {
    for (const one of pending) {
      if (one.isTold || performance.now() - one.begun < threshold) continue;
      one.isTold = true;
      tell(one, 'a slow request');
    }
  };
  setInterval(look, Math.min(LOOK_INTERVAL, threshold)).unref();
}

/** Tells the log which requests are given up. */
export function tellPending(): void {
  for (const one of pending) tell(one, 'stopped before this request was answered');
}

function tell({ request, begun }: Pending, what: string): void {
  const { method, scriptName, pathInfo, queryString } = request;
  const target = `${scriptName}${pathInfo}${queryString === '' ? '' : `?${queryString}`}`;
  const milliseconds = Math.round(performance.now() - begun);
  const waits = waitsOf(request.signal);
  const fields = { requestId: requestIdOf(request), milliseconds, ...(waits.length === 0 ? {} : { waits }) };
  log.warn(fields, `${what}: ${method} ${target}`);
}
