import type { Readable, Writable } from 'node:stream';
import { ProtocolError, requestAbort } from '@mapgate/fastcgi-kit';
import type { Response } from '../../http/response.ts';
import type { Exchange } from '../exchange.ts';
import { cgiHead } from '../head.ts';
import { drained } from '../sockets.ts';

export interface CgiStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** The request of a CGI program (RFC 3875): its environment, standard input and standard output. */
export class CgiExchange implements Exchange {
  service: string | undefined;
  readonly #environ: ReadonlyMap<string, string>;
  readonly #streams: CgiStreams;
  readonly #contentLength: number;
  readonly #onEnd: (whole: boolean) => void;
  readonly #abort = requestAbort();
  #ended = false;

  /** @param onEnd called once: when the answer is written, or given up */
  constructor(
    environ: ReadonlyMap<string, string>,
    streams: CgiStreams,
    contentLength: number,
    onEnd: (whole: boolean) => void,
  ) {
    this.#environ = environ;
    this.#streams = streams;
    this.#contentLength = contentLength;
    this.#onEnd = onEnd;
    streams.stdout.on('error', () => this.#lose());
  }

  variable(name: string): string | undefined {
    return this.#environ.get(name);
  }

  get peer(): string | undefined {
    return this.variable('REMOTE_ADDR');
  }

  variables(): Iterable<readonly [string, string]> {
    return this.#environ;
  }

  /** RFC 3875 section 4.2: no more than CONTENT_LENGTH bytes may be read; the pipe need not end there. */
  get body(): AsyncIterable<Buffer> {
    return bytesOf(this.#streams.stdin, this.#contentLength);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  respond(response: Response, body: Buffer | string | null): void {
    this.begin(response);
    if (body !== null) this.#streams.stdout.write(body);
    this.end();
  }

  begin(response: Response): void {
    this.#streams.stdout.write(cgiHead(response), 'latin1');
  }

  write(chunk: Uint8Array): boolean {
    return this.#streams.stdout.write(chunk);
  }

  drained(): Promise<void> {
    return drained(this.#streams.stdout);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    // Standard output of a process cannot be closed; its last write tells when all is out.
    this.#streams.stdout.write('', () => this.#onEnd(true));
  }

  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(false);
  }

  /** EPIPE: the web server closed its end. */
  #lose(): void {
    if (!this.#ended) this.#abort.abort();
    this.abandon();
  }
}

async function* bytesOf(stdin: Readable, length: number): AsyncGenerator<Buffer> {
  let left = length;
  if (left === 0) return;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    const piece = chunk.subarray(0, left);
    left -= piece.length;
    yield piece;
    if (left === 0) return;
  }
  throw new ProtocolError('disconnected', 'standard input ended before the body was whole');
}
