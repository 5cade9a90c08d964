import { RequestBody } from './body.ts';
import { type CgiHead, parseCgiHead } from './cgi-head.ts';
import type { ProtocolStatusNumber } from './constants.ts';
import type { ProtocolError } from './errors.ts';

/** What END_REQUEST said, and what was written to STDERR before. */
export interface FcgiEnd {
  readonly appStatus: number;
  /** See `ProtocolStatus`: anything but REQUEST_COMPLETE is a refusal. */
  readonly protocolStatus: ProtocolStatusNumber;
  readonly stderr: string;
}

/** A whole answer. */
export interface FcgiResult extends FcgiEnd {
  readonly stdout: Buffer;
  /** @throws ProtocolError when STDOUT is not what a CGI program writes */
  parse(): CgiHead;
}

/** An answer as it arrives. Read either `stdout` or `collect()`. */
export interface FcgiResponse {
  /** STDOUT; rejects with a ProtocolError when the connection is lost, or with the reason of the request's signal. */
  readonly stdout: AsyncIterable<Buffer>;
  /** Resolves at END_REQUEST; rejects as `stdout` does. STDOUT need not be read for it unless it is long. */
  readonly ended: Promise<FcgiEnd>;
  /** Waits for the end and gives all of it. */
  collect(): Promise<FcgiResult>;
}

/** STDERR is a log: what is beyond this is cut, so that an application in a loop costs its client no memory. */
const MAX_STDERR_BYTES = 1024 * 1024;

/** The client's side of one request. */
export class ClientExchange implements FcgiResponse {
  readonly stdout: RequestBody;
  readonly ended: Promise<FcgiEnd>;
  readonly #stderr: Buffer[] = [];
  #stderrBytes = 0;
  #resolve: (end: FcgiEnd) => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** @param onTaken called when STDOUT was read and more may come */
  constructor(onTaken: () => void) {
    this.stdout = new RequestBody(onTaken);
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever reads `stdout` alone learns of a failure there.
    this.ended.catch(() => {});
  }

  async collect(): Promise<FcgiResult> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.stdout) chunks.push(chunk);
    const end = await this.ended;
    const stdout = Buffer.concat(chunks);
    return { ...end, stdout, parse: () => parseCgiHead(stdout) };
  }

  addStderr(content: Buffer): void {
    const room = MAX_STDERR_BYTES - this.#stderrBytes;
    if (room <= 0) return;
    this.#stderr.push(content.subarray(0, room));
    this.#stderrBytes += Math.min(content.length, room);
  }

  end(appStatus: number, protocolStatus: ProtocolStatusNumber): void {
    this.stdout.end();
    this.#resolve({ appStatus, protocolStatus, stderr: Buffer.concat(this.#stderr).toString('utf8') });
  }

  fail(error: ProtocolError): void {
    this.stdout.fail(error);
    this.#reject(error);
  }
}
