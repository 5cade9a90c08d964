import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Request } from '../../http/request.ts';
import { requestHeaders } from './request-headers.ts';
import type { StandInSocket } from './stand-in-socket.ts';
import { frameworkTarget } from './target.ts';

/**
 * A request as Node's HTTP server hands it to a listener. `url` is below the mount; `baseUrl` is the mount and
 * `originalUrl` both, which is how Express tells them of an application that is mounted in another.
 */
export class NodeRequest extends IncomingMessage {
  readonly originalUrl: string;
  readonly baseUrl: string;
  readonly #source: AsyncIterable<Uint8Array>;
  #body: AsyncIterator<Uint8Array> | undefined;
  /** Why the body broke off. */
  #failure: unknown;

  constructor(request: Request, socket: StandInSocket) {
    // The stand-in has what is read of a socket here and by frameworks.
    super(socket as unknown as Socket);
    const { url, mount } = frameworkTarget(request);
    this.method = request.method;
    this.url = url;
    this.baseUrl = mount;
    this.originalUrl = mount + url;
    this.httpVersion = '1.1';
    this.httpVersionMajor = 1;
    this.httpVersionMinor = 1;
    const headers = requestHeaders(request);
    this.headers = headers;
    this.headersDistinct = {};
    for (const [name, value] of Object.entries(headers)) {
      this.rawHeaders.push(capitalised(name), value);
      this.headersDistinct[name] = [value];
    }
    this.#source = request.body;
  }

  /** Why the body broke off; undefined while it did not. */
  get bodyFailure(): unknown {
    return this.#failure;
  }

  override _read(size: number): void {
    super._read(size);
    if (!this.complete) this.#pull().catch((error: unknown) => this.#breakOff(error));
  }

  /** The answer is through: a body that nobody began to read is left where it is. */
  finish(): void {
    if (this.#body !== undefined || this.complete) return;
    this.complete = true;
    this.push(null);
    this.resume();
  }

  /** The client or the web server has gone away. */
  abort(): void {
    this.destroy(connectionReset());
  }

  /** Takes one piece; pushing it makes the stream ask for the next when there is room. */
  async #pull(): Promise<void> {
    this.#body ??= this.#source[Symbol.asyncIterator]();
    let next = await this.#body.next();
    while (next.done !== true && next.value.length === 0) next = await this.#body.next();
    if (this.destroyed) return;
    if (next.done === true) this.complete = true;
    this.push(next.done === true ? null : next.value);
  }

  #breakOff(error: unknown): void {
    this.#failure = error;
    this.destroy(error instanceof Error ? error : connectionReset());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Whatever is left of the body is not wanted; a body that broke off has nothing to give back.
    if (!this.complete) this.#body?.return?.().catch(() => {});
    super._destroy(error, callback);
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

/** `x-forwarded-for` as it is usually written. */
function capitalised(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
