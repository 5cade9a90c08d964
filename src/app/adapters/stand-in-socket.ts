import { isIPv6 } from 'node:net';
import { Duplex } from 'node:stream';
import type { Request } from '../../http/request.ts';

/** Takes the bytes of an answer; calls `taken` when it wants more. */
export type Sink = (chunk: Buffer, taken: () => void) => void;

/**
 * What a Node listener finds as `req.socket`: the addresses that the web server tells, and a writable side that takes
 * what `http.ServerResponse` writes. No connection stands behind it.
 */
export class StandInSocket extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** As on a TLS socket: whether the client came by https. Express and Koa read the protocol from it. */
  readonly encrypted: boolean;
  readonly connecting = false;
  readonly pending = false;
  /** Milliseconds without output after which 'timeout' is emitted; 0: never. */
  timeout = 0;
  readonly #sink: Sink;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: Request, sink: Sink, window: number) {
    super({ writableHighWaterMark: window, decodeStrings: true });
    this.#sink = sink;
    this.remoteAddress = request.variable('REMOTE_ADDR');
    this.remotePort = portOf(request.variable('REMOTE_PORT'));
    this.remoteFamily = familyOf(this.remoteAddress);
    this.localAddress = request.variable('SERVER_ADDR') ?? request.variable('SERVER_NAME');
    this.localPort = portOf(request.variable('SERVER_PORT'));
    this.encrypted = request.publicUrl.scheme === 'https';
    // Whoever listens to the request or the answer is told by them; nobody has to listen here.
    this.on('error', () => {});
  }

  get readyState(): 'open' | 'closed' {
    return this.destroyed ? 'closed' : 'open';
  }

  address(): { address?: string | undefined; port?: number | undefined; family?: string | undefined } {
    return { address: this.localAddress, port: this.localPort, family: familyOf(this.localAddress) };
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    this.timeout = milliseconds;
    if (callback !== undefined) this.once('timeout', callback);
    this.#watch();
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  override _read(): void {
    // The body of the request goes to the request itself.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#watch();
    this.#sink(chunk, callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    callback(error);
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.timeout > 0 && !this.destroyed) {
      this.#timer = setTimeout(() => this.emit('timeout'), this.timeout).unref();
    }
  }
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text || undefined);
  return Number.isInteger(port) ? port : undefined;
}

function familyOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}
