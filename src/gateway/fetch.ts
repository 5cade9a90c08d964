import { ProtocolError, requestAbort } from '@mapgate/fastcgi-kit';
import type { Application } from '../http/application.ts';
import { countCarriedAs } from '../http/carried.ts';
import type { Response } from '../http/response.ts';
import type { TargetRule } from './environ.ts';
import { type Exchange, serve } from './exchange.ts';
import { eachField, statusOf } from './head.ts';

/**
 * An application as a fetch handler, to be called from Hono and from whatever else has requests of the Fetch standard.
 *
 * @param rule `mount` tells where it is, as `/maps`, whether or not that is still on the path of the requests
 *
 * @example
 * ```js
 * import { Hono } from 'hono';
 * import { makeApp, toFetch } from 'mapgate';
 *
 * const maps = toFetch(await makeApp(new URL('mapproxy.yaml', import.meta.url)), { mount: '/maps' });
 * const app = new Hono();
 * app.all('/maps/*', (c) => maps(c.req.raw));
 * ```
 */
export function toFetch(
  application: Application,
  rule: Pick<TargetRule, 'mount'> = {},
): (request: globalThis.Request) => Promise<globalThis.Response> {
  return (request) =>
    new Promise((resolve) => {
      serve(application, new FetchExchange(request, resolve), rule);
    });
}

/** Bytes of a streamed answer held for a reader. */
const OUTPUT_WINDOW = 65_536;

class FetchExchange implements Exchange {
  #service: string | undefined;
  readonly #request: globalThis.Request;
  readonly #answer: (response: globalThis.Response) => void;
  readonly #abort = requestAbort();
  /** The standard's requests do not tell. */
  readonly peer = undefined;
  readonly #variables = new Map<string, string>();
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #ended = false;
  /** Settles `drained`. */
  #wake: () => void = () => {};

  constructor(request: globalThis.Request, answer: (response: globalThis.Response) => void) {
    this.#request = request;
    this.#answer = answer;
    const { signal } = request;
    if (signal.aborted) this.#abort.abort(signal.reason);
    else signal.addEventListener('abort', () => this.#abort.abort(signal.reason), { once: true });
    const url = new URL(request.url);
    this.#variables.set('REQUEST_METHOD', request.method);
    this.#variables.set('REQUEST_URI', url.pathname + url.search);
    this.#variables.set('HTTPS', url.protocol === 'https:' ? 'on' : 'off');
    this.#variables.set('SERVER_PROTOCOL', 'HTTP/1.1');
    this.#variables.set('HTTP_HOST', url.host);
    for (const [name, value] of request.headers) this.#variables.set(variableName(name), value);
  }

  get service(): string | undefined {
    return this.#service;
  }

  set service(name: string | undefined) {
    this.#service = name;
    countCarriedAs(this.#request, name);
  }

  variable(name: string): string | undefined {
    return this.#variables.get(name);
  }

  variables(): Iterable<readonly [string, string]> {
    return this.#variables;
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#request.body ?? nothing();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ended(): boolean {
    return this.#ended || this.signal.aborted;
  }

  respond(response: Response, body: Buffer | string | null): void {
    this.#send(response, body);
    this.#ended = true;
  }

  begin(response: Response): void {
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#stream = controller;
        },
        pull: () => this.#wake(),
        cancel: (reason) => {
          this.#abort.abort(reason);
          this.#wake();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: OUTPUT_WINDOW }),
    );
    this.#send(response, stream);
  }

  write(chunk: Uint8Array): boolean {
    if (this.ended) return false;
    this.#stream?.enqueue(chunk);
    return (this.#stream?.desiredSize ?? 0) > 0;
  }

  async drained(): Promise<void> {
    if (!this.ended && (this.#stream?.desiredSize ?? 0) <= 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    if (this.signal.aborted) throw new ProtocolError('disconnected', 'the reader went away');
  }

  end(): void {
    if (!this.ended) this.#stream?.close();
    this.#ended = true;
  }

  abandon(): void {
    this.#stream?.error(new Error('the answer broke off'));
    this.#ended = true;
  }

  #send(response: Response, body: Buffer | string | ReadableStream<Uint8Array> | null): void {
    const headers = new Headers();
    eachField(response, (name, value) => headers.append(name, value));
    this.#answer(new globalThis.Response(body, { status: statusOf(response), headers }));
  }
}

function variableName(header: string): string {
  const name = header.replaceAll('-', '_').toUpperCase();
  return name === 'CONTENT_TYPE' || name === 'CONTENT_LENGTH' ? name : `HTTP_${name}`;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
