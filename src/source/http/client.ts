import { SourceError } from '../../http/errors.ts';
import { getLogger } from '../../log.ts';
import { VERSION } from '../../version.ts';
import { waitingFor } from '../../waiting.ts';
import { splitCredentials } from './credentials.ts';
import type { Dispatchers } from './dispatchers.ts';
import { Exchange, type ReceivedAnswer } from './exchange.ts';
import { countSourceRequest } from './measure.ts';
import { failureOf, httpError, reasonOf } from './messages.ts';
import type { HttpOptions } from './options.ts';
import type { SharedHttp } from './pool.ts';

const log = getLogger('mapproxy.source.request');

/** Row GLB-10. */
const DEFAULT_TIMEOUT_SECONDS = 60;

export interface HttpAnswer {
  readonly status: number;
  /** Lower case, without parameters; '' where the server did not say. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** What a request says besides where it goes. */
export interface RequestDetails {
  /** Sent as the body of a POST request. */
  readonly form?: string | undefined;
  /** Of that body; undefined: a form's. */
  readonly contentType?: string | undefined;
  /** Media type that is wanted, where a server has several. */
  readonly accept?: string | undefined;
  /** True: an answer is an answer, whatever its status. */
  readonly takesAnyStatus?: boolean | undefined;
}

/** Asks the map servers of one source. */
export interface SourceHttp {
  /** Row GLB-11; `AUTO` leaves the choice to the source. */
  readonly method: 'AUTO' | 'GET' | 'POST';
  readonly hideDetails: boolean;
  /** @throws SourceError for anything but a successful answer with a body, unless any status is wanted */
  fetch(url: string, signal: AbortSignal, details?: RequestDetails): Promise<HttpAnswer>;
}

/** One source's way to its servers; `HttpPool` makes them. */
export class PooledHttp implements SourceHttp {
  readonly method: 'AUTO' | 'GET' | 'POST';
  readonly hideDetails: boolean;
  readonly #shared: SharedHttp;
  readonly #exchange: Exchange;
  /** Milliseconds. */
  readonly #timeout: number;
  /** 0: as many requests at a time as there are. */
  readonly #concurrency: number;

  constructor(shared: SharedHttp, dispatchers: Dispatchers, options: HttpOptions) {
    this.method = options.method ?? 'AUTO';
    this.hideDetails = options.hide_error_details ?? true;
    this.#shared = shared;
    this.#timeout = (options.client_timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
    this.#concurrency = options.concurrent_requests ?? 0;
    this.#exchange = new Exchange({
      dispatchers,
      allowedHosts: shared.hosts,
      ownHeaders: options.headers ?? {},
      userAgent: `Mapgate-${VERSION}`,
      cookies: options.manage_cookies ? shared.cookies : undefined,
    });
  }

  async fetch(configuredUrl: string, signal: AbortSignal, details: RequestDetails = {}): Promise<HttpAnswer> {
    const { form, contentType, accept, takesAnyStatus } = details;
    const { url, credentials } = splitCredentials(configuredUrl);
    const { host } = new URL(url);
    const leave = await this.#enter(url, host, signal);
    const started = performance.now();
    let answer: ReceivedAnswer;
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]);
      const running = this.#exchange.run({ url, credentials, form, contentType, accept, signal: limited });
      answer = await waitingFor(signal, 'source', host, running);
    } catch (error) {
      this.#log(url, form, undefined, started);
      throw this.#errorOf(error, url, signal);
    } finally {
      leave?.();
    }
    this.#log(url, form, answer, started);
    const { status } = answer;
    // 204 has nothing to show; on_error may name it (row GLB-23).
    if (status !== 200 && takesAnyStatus !== true) {
      throw httpError('HTTP Error', { url, reason: status, hideDetails: this.hideDetails, sourceStatus: status });
    }
    return answer;
  }

  /** Waits for a place among the requests to the host, as long as a request may last (rows GLB-10, GLB-17). */
  async #enter(url: string, host: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#concurrency === 0) return undefined;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]);
    try {
      return await waitingFor(signal, 'place', host, this.#shared.places.enter(url, this.#concurrency, limited));
    } catch (error) {
      throw this.#errorOf(error, url, signal);
    }
  }

  /** What those who wait for the answer are told. */
  #errorOf(error: unknown, url: string, signal: AbortSignal): unknown {
    // The client went away: nobody is there to be told, and nothing is wrong with the source.
    if (signal.aborted) return signal.reason;
    if (error instanceof SourceError) return error;
    return httpError(failureOf(error), { url, reason: reasonOf(error), hideDetails: this.hideDetails, cause: error });
  }

  /** `METHOD URL STATUS SIZE_KB DURATION_MS`, a dash for what is unknown (row SRC-08). */
  #log(url: string, form: string | undefined, answer: HttpAnswer | undefined, started: number): void {
    const duration = Math.round(performance.now() - started);
    countSourceRequest(url, answer?.status, duration);
    if (!log.isLevelEnabled('info')) return;
    const size = answer === undefined ? '-' : (answer.body.length / 1024).toFixed(1);
    const method = form === undefined ? 'GET' : 'POST';
    log.info(`${method} ${url.replaceAll(' ', '')} ${answer?.status ?? '-'} ${size} ${duration}`);
  }
}
