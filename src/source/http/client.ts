import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { ConfigError, SourceError } from '../../http/errors.ts';
import { getLogger } from '../../log.ts';
import { VERSION } from '../../version.ts';
import { splitCredentials } from './credentials.ts';
import { failureOf, httpError, reasonOf } from './messages.ts';
import type { HttpOptions } from './options.ts';

const log = getLogger('mapproxy.source.request');

/** Row GLB-10. */
const DEFAULT_TIMEOUT_SECONDS = 60;

/** An answer larger than this is no map: it would fill the memory. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** As browsers and Python's urllib do, within reason. */
const MAX_REDIRECTS = 5;

/** Connections to one host; more requests wait for one to be free. */
const CONNECTIONS_PER_HOST = 64;

/** Most servers close idle connections after five seconds or more. */
const KEEP_ALIVE_MILLISECONDS = 4000;

export interface HttpAnswer {
  readonly status: number;
  /** Lower case, without parameters; '' where the server did not say. */
  readonly contentType: string;
  readonly body: Buffer;
}

/** Asks the map servers of one source. */
export interface SourceHttp {
  /** Row GLB-11; `AUTO` leaves the choice to the source. */
  readonly method: 'AUTO' | 'GET' | 'POST';
  readonly hideDetails: boolean;
  /**
   * @param form sent as the body of a POST request
   * @throws SourceError for anything but a successful answer with a body
   */
  fetch(url: string, signal: AbortSignal, form?: string): Promise<HttpAnswer>;
}

/** Connections to map servers, shared by all sources of a configuration. */
export class HttpPool {
  /** By TLS settings. */
  readonly #dispatchers = new Map<string, Dispatcher>();
  /** `host` or `host:port` of every URL configured: a server may not send us anywhere else. */
  readonly #hosts = new Set<string>();

  /**
   * @param urls of the source; templates are fine
   * @throws ConfigError for a URL that is not http or https, or certificates that cannot be read
   */
  client(urls: readonly string[], options: HttpOptions = {}): SourceHttp {
    for (const url of urls) this.#hosts.add(hostOf(url));
    return new PooledHttp(this.#dispatcher(options), this.#hosts, options);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.close()));
  }

  #dispatcher({ ssl_ca_certs: caFile, ssl_no_cert_checks: unchecked = false }: HttpOptions): Dispatcher {
    const key = `${unchecked} ${caFile ?? ''}`;
    let dispatcher = this.#dispatchers.get(key);
    if (dispatcher === undefined) {
      dispatcher = createDispatcher(caFile, unchecked);
      this.#dispatchers.set(key, dispatcher);
    }
    return dispatcher;
  }
}

function createDispatcher(caFile: string | undefined, unchecked: boolean): Dispatcher {
  const options: Agent.Options = {
    connections: CONNECTIONS_PER_HOST,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    connect: {
      rejectUnauthorized: !unchecked,
      minVersion: 'TLSv1.2',
      ...(caFile === undefined ? {} : { ca: readCertificates(caFile) }),
    },
  };
  const usesProxy = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].some((name) => process.env[name]);
  return usesProxy ? new EnvHttpProxyAgent(options) : new Agent(options);
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`cannot read ssl_ca_certs '${file}'`, undefined, { cause });
  }
}

function hostOf(url: string): string {
  // Templates have their variables behind the host; what they stand for does not matter here.
  const plain = splitCredentials(url).url.replace(/%\(\w+\)[-+ #0]*\d*\w/g, '0');
  if (!URL.canParse(plain)) throw new ConfigError(`'${plain}' is not a URL`);
  const { protocol, host } = new URL(plain);
  if (protocol !== 'http:' && protocol !== 'https:') throw new ConfigError(`'${plain}' is neither http nor https`);
  return host;
}

class PooledHttp implements SourceHttp {
  readonly method: 'AUTO' | 'GET' | 'POST';
  readonly hideDetails: boolean;
  readonly #dispatcher: Dispatcher;
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #timeout: number;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(dispatcher: Dispatcher, allowedHosts: ReadonlySet<string>, options: HttpOptions) {
    this.method = options.method ?? 'AUTO';
    this.hideDetails = options.hide_error_details ?? true;
    this.#dispatcher = dispatcher;
    this.#allowedHosts = allowedHosts;
    this.#timeout = (options.client_timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
    this.#headers = { 'User-Agent': `Mapgate-${VERSION}`, ...options.headers };
  }

  async fetch(configuredUrl: string, signal: AbortSignal, form?: string): Promise<HttpAnswer> {
    const { url, authorization } = splitCredentials(configuredUrl);
    const headers = authorization === undefined ? this.#headers : { ...this.#headers, Authorization: authorization };
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.#timeout)]);
    const started = performance.now();
    let answer: HttpAnswer;
    try {
      answer = await this.#follow(url, headers, limited, form);
    } catch (error) {
      this.#log(url, form, undefined, started);
      // The client went away: nobody is there to be told, and nothing is wrong with the source.
      if (signal.aborted) throw signal.reason;
      if (error instanceof SourceError) throw error;
      throw httpError(failureOf(error), {
        url,
        reason: reasonOf(error),
        hideDetails: this.hideDetails,
        cause: error,
      });
    }
    this.#log(url, form, answer, started);
    const { status } = answer;
    // 204 has nothing to show; on_error may name it (row GLB-23).
    if (status !== 200) {
      throw httpError('HTTP Error', { url, reason: status, hideDetails: this.hideDetails, sourceStatus: status });
    }
    return answer;
  }

  async #follow(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    form: string | undefined,
  ): Promise<HttpAnswer> {
    let target = url;
    let sent = headers;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await this.#send(target, sent, signal, form);
      if (answer.location === undefined) return answer;
      const next = new URL(answer.location, target);
      this.#checkRedirect(url, next);
      // Credentials are for the server they were configured for.
      if (next.host !== new URL(target).host) sent = this.#headers;
      target = next.href;
    }
    throw httpError('HTTP Error', { url, reason: 'too many redirects', hideDetails: this.hideDetails });
  }

  async #send(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    form: string | undefined,
  ): Promise<HttpAnswer & { location: string | undefined }> {
    const isPost = form !== undefined;
    const response = await request(url, {
      dispatcher: this.#dispatcher,
      method: isPost ? 'POST' : 'GET',
      headers: isPost ? { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' } : headers,
      body: form ?? null,
      signal,
    });
    const body = Buffer.from(await response.body.arrayBuffer());
    const status = response.statusCode;
    const isRedirect = status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
    return {
      status,
      contentType: contentTypeOf(response.headers['content-type']),
      body,
      location: isRedirect ? singleValue(response.headers.location) : undefined,
    };
  }

  #checkRedirect(url: string, next: URL): void {
    const isHttp = next.protocol === 'http:' || next.protocol === 'https:';
    if (isHttp && this.#allowedHosts.has(next.host)) return;
    const reason = `redirects to ${next.host}, which is not in the configuration`;
    throw httpError('HTTP Error', { url, reason, hideDetails: this.hideDetails });
  }

  /** `METHOD URL STATUS SIZE_KB DURATION_MS`, a dash for what is unknown (row SRC-08). */
  #log(url: string, form: string | undefined, answer: HttpAnswer | undefined, started: number): void {
    if (!log.isLevelEnabled('info')) return;
    const size = answer === undefined ? '-' : (answer.body.length / 1024).toFixed(1);
    const duration = Math.round(performance.now() - started);
    const method = form === undefined ? 'GET' : 'POST';
    log.info(`${method} ${url.replaceAll(' ', '')} ${answer?.status ?? '-'} ${size} ${duration}`);
  }
}

function contentTypeOf(header: string | string[] | undefined): string {
  const [type = ''] = (singleValue(header) ?? '').split(';');
  return type.trim().toLowerCase();
}

function singleValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
