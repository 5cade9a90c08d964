import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { carry } from '../../http/carried.ts';
import type { Request } from '../../http/request.ts';
import { requestHeaders } from './request-headers.ts';
import type { StandInSocket } from './stand-in-socket.ts';
import { frameworkTarget } from './target.ts';

/** A request as Node's HTTP server hands it to a listener, and what Express adds to one that is mounted. */
export interface MountedMessage extends IncomingMessage {
  /** The mount; '' at the root. */
  baseUrl: string;
  /** Mount, path and query; `url` is below the mount. */
  originalUrl: string;
}

/**
 * The request's side of a run. What differs from Node's class is set on the object itself: Express puts its own
 * prototype on it.
 */
export class NodeRequest {
  readonly message: MountedMessage;
  readonly #source: AsyncIterable<Uint8Array>;
  #body: AsyncIterator<Uint8Array> | undefined;
  #failure: unknown;

  constructor(request: Request, socket: StandInSocket) {
    this.#source = request.body;
    this.message = messageOf(request, socket);
    carry(this.message, request);
    const { _read, _destroy } = IncomingMessage.prototype;
    this.message._read = (size) => {
      _read.call(this.message, size);
      if (!this.message.complete) this.#pull().catch((error: unknown) => this.#breakOff(error));
    };
    this.message._destroy = (error, callback) => {
      // Whatever is left of the body is not wanted.
      if (!this.message.complete) this.#body?.return?.().catch(() => {});
      _destroy.call(this.message, error, callback);
    };
  }

  /** Why the body broke off; undefined while it did not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The answer is through: a body that nobody began to read is left where it is. */
  finish(): void {
    if (this.#body !== undefined || this.message.complete) return;
    this.message.complete = true;
    this.message.push(null);
    this.message.resume();
  }

  /** The client or the web server has gone away. */
  abort(): void {
    this.message.destroy(connectionReset());
  }

  /** Takes one piece; pushing it makes the stream ask for the next when there is room. */
  async #pull(): Promise<void> {
    this.#body ??= this.#source[Symbol.asyncIterator]();
    let next = await this.#body.next();
    while (next.done !== true && next.value.length === 0) next = await this.#body.next();
    if (this.message.destroyed) return;
    if (next.done === true) this.message.complete = true;
    this.message.push(next.done === true ? null : next.value);
  }

  #breakOff(error: unknown): void {
    this.#failure = error;
    this.message.destroy(error instanceof Error ? error : connectionReset());
  }
}

function messageOf(request: Request, socket: StandInSocket): MountedMessage {
  const { url, mount } = frameworkTarget(request);
  const headers = requestHeaders(request);
  // The stand-in has what is read of a socket here and by frameworks.
  const message = Object.assign(new IncomingMessage(socket as unknown as Socket), {
    method: request.method,
    url,
    baseUrl: mount,
    originalUrl: mount + url,
    httpVersion: '1.1',
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    headers,
    headersDistinct: {} as Record<string, string[]>,
  });
  for (const [name, value] of Object.entries(headers)) {
    message.rawHeaders.push(capitalised(name), value);
    message.headersDistinct[name] = [value];
  }
  return message;
}

function connectionReset(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

/** `x-forwarded-for` as it is usually written. */
function capitalised(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
