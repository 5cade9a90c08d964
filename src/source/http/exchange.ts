import type { CookieJar } from 'tough-cookie';
import { request } from 'undici';
import { Authentication } from './authentication.ts';
import type { HttpAnswer } from './client.ts';
import type { Credentials } from './credentials.ts';
import type { Dispatchers } from './dispatchers.ts';
import { RedirectRefused } from './messages.ts';

/** As browsers and Python's urllib do, within reason. */
const MAX_REDIRECTS = 5;

/** A server may find a nonce too old once more; after that it will not have us. */
const MAX_CHALLENGES = 2;

type Headers = Readonly<Record<string, string>>;

export interface ExchangeOptions {
  readonly dispatchers: Dispatchers;
  readonly allowedHosts: ReadonlySet<string>;
  /** For the configured server alone: they may hold its keys. */
  readonly ownHeaders: Headers;
  /** Unless the own headers name one (row GLB-19). */
  readonly userAgent: string;
  readonly cookies: CookieJar | undefined;
}

export interface OutgoingRequest {
  /** Without credentials. */
  readonly url: string;
  readonly credentials: Credentials | undefined;
  /** Undefined: a GET request. */
  readonly form: string | undefined;
  /** Of the form; undefined: as forms have it. */
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly signal: AbortSignal;
}

export interface ReceivedAnswer extends HttpAnswer {
  readonly location: string | undefined;
  readonly challenges: readonly string[];
}

/** What has to be said, and to be said again, until a server gives its answer: redirects, credentials, cookies. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #common: Headers;
  readonly #own: Headers;
  /** By origin and credentials, all of them out of the configuration. */
  readonly #authentications = new Map<string, Authentication>();

  constructor(options: ExchangeOptions) {
    this.#options = options;
    const namesAgent = Object.keys(options.ownHeaders).some((name) => name.toLowerCase() === 'user-agent');
    this.#common = { 'User-Agent': options.userAgent };
    this.#own = namesAgent ? options.ownHeaders : { ...this.#common, ...options.ownHeaders };
  }

  /**
   * The final answer, whatever its status. Redirects are followed only to hosts of the configuration, and what was
   * meant for one server is not told to another (row GLB-21).
   */
  async run({ url, credentials, form, contentType, accept, signal }: OutgoingRequest): Promise<ReceivedAnswer> {
    const first = new URL(url);
    let [target, body] = [first, form];
    const more: Headers = {
      ...(accept !== undefined && { Accept: accept }),
      ...(contentType !== undefined && { 'Content-Type': contentType }),
    };
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const isForSource = target.host === first.host && (target.protocol === 'https:' || first.protocol === 'http:');
      const answer = isForSource
        ? await this.#sendAuthenticated(target, this.#authenticationFor(target, credentials), more, body, signal)
        : await this.#send(target, { ...this.#common, ...more }, body, signal);
      if (answer.location === undefined) return answer;
      target = this.#redirected(answer.location, target);
      // The other redirects ask for the same again (RFC 9110, section 15.4).
      if (answer.status !== 307 && answer.status !== 308) body = undefined;
    }
    throw new RedirectRefused('too many redirects');
  }

  #authenticationFor(target: URL, credentials: Credentials | undefined): Authentication | undefined {
    if (credentials === undefined) return undefined;
    const key = `${target.origin} ${credentials.user}:${credentials.password}`;
    let authentication = this.#authentications.get(key);
    if (authentication === undefined) {
      authentication = new Authentication(credentials);
      this.#authentications.set(key, authentication);
    }
    return authentication;
  }

  async #sendAuthenticated(
    target: URL,
    authentication: Authentication | undefined,
    more: Headers,
    form: string | undefined,
    signal: AbortSignal,
  ): Promise<ReceivedAnswer> {
    const method = form === undefined ? 'GET' : 'POST';
    for (let challenges = 0; ; challenges++) {
      const authorization = authentication?.authorization(method, target);
      const own = { ...more, ...this.#own };
      const headers = authorization === undefined ? own : { ...own, Authorization: authorization };
      const answer = await this.#send(target, headers, form, signal);
      if (answer.status !== 401 || challenges === MAX_CHALLENGES) return answer;
      if (authentication?.challenged(answer.challenges, authorization) !== true) return answer;
    }
  }

  async #send(url: URL, headers: Headers, form: string | undefined, signal: AbortSignal): Promise<ReceivedAnswer> {
    const { cookies, dispatchers } = this.#options;
    const cookie = await cookies?.getCookieString(url.href);
    const response = await request(url, {
      dispatcher: url.protocol === 'https:' ? dispatchers.https : dispatchers.http,
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        ...(cookie ? { Cookie: cookie } : {}),
        ...(form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      body: form ?? null,
      signal,
    });
    const { statusCode: status, headers: fields } = response;
    const body = Buffer.from(await response.body.arrayBuffer());
    for (const field of valuesOf(fields['set-cookie']))
      await cookies?.setCookie(field, url.href, { ignoreError: true });
    const isRedirect = status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
    const [type = ''] = (valuesOf(fields['content-type'])[0] ?? '').split(';');
    return {
      status,
      contentType: type.trim().toLowerCase(),
      body,
      location: isRedirect ? valuesOf(fields.location)[0] : undefined,
      challenges: valuesOf(fields['www-authenticate']),
    };
  }

  #redirected(location: string, from: URL): URL {
    if (!URL.canParse(location, from.href)) throw new RedirectRefused('redirects to what is no URL');
    const next = new URL(location, from);
    const isHttp = next.protocol === 'http:' || next.protocol === 'https:';
    if (isHttp && this.#options.allowedHosts.has(next.host)) return next;
    throw new RedirectRefused(`redirects to ${next.host}, which is not in the configuration`);
  }
}

function valuesOf(field: string | readonly string[] | undefined): readonly string[] {
  if (field === undefined) return [];
  return typeof field === 'string' ? [field] : field;
}
