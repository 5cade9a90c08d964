import { setMaxListeners } from 'node:events';
import { sharesWork } from '../waiting.ts';

interface Flight<Result> {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * Lets many who want the same work share it: the first one starts it, the others wait for its result. The work is
 * aborted when nobody waits for it any more.
 */
export class SingleFlight<Result> {
  readonly #flights = new Map<string, Flight<Result>>();

  /** @throws what the work throws, or the reason of `signal` when that aborts first */
  run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    const endSharing = sharesWork(signal, flight.controller.signal);
    // One client waits for many tiles at once, which Node would take for a leak.
    setMaxListeners(0, signal);
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal.removeEventListener('abort', abort);
        endSharing();
        flight.waiting--;
      };
      const abort = () => {
        leave();
        if (flight.waiting === 0) {
          // Whoever comes next starts anew instead of waiting for what is being aborted.
          if (this.#flights.get(key) === flight) this.#flights.delete(key);
          flight.controller.abort(signal.reason);
        }
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      flight.result.then(resolve, reject).finally(leave);
    });
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Result>): Flight<Result> {
    const controller = new AbortController();
    // A flight may ask for many tiles at once, each of which listens; Node 20 takes more than ten for a leak.
    setMaxListeners(0, controller.signal);
    const flight: Flight<Result> = { result: work(controller.signal), controller, waiting: 0 };
    this.#flights.set(key, flight);
    const end = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.result.then(end, end);
    return flight;
  }
}
