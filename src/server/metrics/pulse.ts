import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { ResponderStats } from '@mapgate/fastcgi-kit';
import { pendingRequests } from '../../gateway/measure.ts';
import { counter, takeCounts } from '../../metrics.ts';
import { waitingCounts } from '../../waiting.ts';
import { residentMemory } from '../memory.ts';
import type { WorkerState } from '../messages.ts';

/** Milliseconds between the looks at the event loop's delay: seldom enough to cost nothing. */
const DELAY_RESOLUTION = 50;

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** What of a responder's figures is counted where. */
const EVENTS = {
  protocolErrors: counter('protocolErrors', 'fastcgi'),
  overloaded: counter('fastcgiEvents', 'overloaded'),
  aborted: counter('fastcgiEvents', 'aborted'),
} as const;
type Events = Pick<ResponderStats, keyof typeof EVENTS>;

const EVENT_KEYS = ['protocolErrors', 'overloaded', 'aborted'] as const;

/** What a worker tells of itself, from one report to the next. */
export class Pulse {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION });
  #before: Events = { protocolErrors: 0, overloaded: 0, aborted: 0 };

  constructor() {
    this.#delay.enable();
  }

  /** @param requests since the start, as `events` */
  take(requests: number, events: Events | undefined): WorkerState {
    if (events !== undefined) this.#countEvents(events);
    const state = {
      counts: takeCounts(),
      requests,
      pending: pendingRequests(),
      waiting: waitingCounts(),
      residentMemory: residentMemory(),
      eventLoopDelay: { mean: late(this.#delay.mean), max: late(this.#delay.max) },
    };
    this.#delay.reset();
    return state;
  }

  #countEvents(events: Events): void {
    for (const key of EVENT_KEYS) {
      const values = EVENTS[key];
      values[0] = (values[0] ?? 0) + events[key] - this.#before[key];
    }
    this.#before = events;
  }
}

/** The histogram counts the interval itself; it is empty (NaN) after a reset. */
function late(nanoseconds: number): number {
  const milliseconds = nanoseconds / NANOSECONDS_PER_MILLISECOND - DELAY_RESOLUTION;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0;
}
