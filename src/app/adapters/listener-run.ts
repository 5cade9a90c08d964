import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Request } from '../../http/request.ts';
import { Response, type ResponseBody } from '../../http/response.ts';
import { getLogger } from '../../log.ts';
import { bodyFollows, noBody } from './answers.ts';
import { NodeRequest } from './node-request.ts';
import { NodeResponse, type NodeResponseHead } from './node-response.ts';
import { StandInSocket } from './stand-in-socket.ts';

const log = getLogger('mapgate.app');

/** Bytes of an answer held for a client that is slower than the listener; beyond it `res.write` returns false. */
const OUTPUT_WINDOW = 65_536;

const HEAD_END = Buffer.from('\r\n\r\n');

/** What `http.createServer` takes. A promise that is returned is awaited, for the sake of its rejection. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** One request on its way through a Node listener. */
export class ListenerRun {
  readonly #request: Request;
  readonly #socket: StandInSocket;
  readonly #incoming: NodeRequest;
  readonly #outgoing: NodeResponse;
  readonly #answer: Promise<Response>;
  #resolve: (answer: Response) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #head: NodeResponseHead | undefined;
  /** Whether the head as bytes, which goes before the body, has passed. */
  #headPassed = false;
  /** What was written before the answer was given away. */
  #begun: Buffer[] = [];
  #answered = false;
  #finished = false;
  /** Body of a streamed answer. */
  #body: Readable | undefined;
  /** Has the listener go on writing. */
  #taken: (() => void) | undefined;
  readonly #onAbort = (): void => this.#leave();

  constructor(request: Request) {
    this.#request = request;
    this.#answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#socket = new StandInSocket(request, (chunk, taken) => this.#take(chunk, taken), OUTPUT_WINDOW);
    this.#incoming = new NodeRequest(request, this.#socket);
    this.#outgoing = new NodeResponse(this.#incoming.message, {
      onHead: (head) => this.#begin(head),
      onEnd: () => this.#giveWhole(),
    });
    // As with the request: the stand-in has what is used of a socket.
    this.#outgoing.message.assignSocket(this.#socket as unknown as Socket);
    this.#outgoing.message.on('finish', () => this.#finish());
    this.#socket.on('drain', () => this.#outgoing.message.emit('drain'));
    this.#socket.on('timeout', () => this.#onTimeout());
    this.#socket.on('close', () => this.#onClose());
  }

  /** Calls the listener. @returns its answer, as soon as that has begun; rejects where the listener fails before */
  run(listener: NodeListener): Promise<Response> {
    const { signal } = this.#request;
    if (signal.aborted) this.#leave();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
    try {
      const returned = listener(this.#incoming.message, this.#outgoing.message);
      if (returned instanceof Promise) returned.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
    return this.#answer;
  }

  #begin(head: NodeResponseHead): void {
    this.#head = head;
    // An answer that ends in the same turn is given away whole.
    process.nextTick(() => this.#giveStream());
  }

  /** Bytes that the answer writes to its socket. */
  #take(chunk: Buffer, taken: () => void): void {
    let bytes = chunk;
    if (!this.#headPassed) {
      this.#headPassed = true;
      bytes = chunk.subarray(chunk.indexOf(HEAD_END) + HEAD_END.length);
    }
    if (this.#body === undefined) this.#begun.push(bytes);
    else if (bytes.length > 0 && !this.#body.push(bytes)) {
      this.#taken = taken;
      return;
    }
    taken();
  }

  #giveWhole(): void {
    this.#give(() => Buffer.concat(this.#begun));
  }

  #giveStream(): void {
    this.#give(() => {
      const body = new Readable({
        highWaterMark: OUTPUT_WINDOW,
        read: () => {
          const taken = this.#taken;
          this.#taken = undefined;
          taken?.();
        },
      });
      // Who reads it gets the error; nobody has to read it.
      body.on('error', () => {});
      body.on('close', () => this.#leave());
      for (const bytes of this.#begun.splice(0)) if (bytes.length > 0) body.push(bytes);
      this.#body = body;
      return body;
    });
  }

  #give(bodyOf: () => Exclude<ResponseBody, null>): void {
    if (this.#answered || this.#head === undefined) return;
    this.#answered = true;
    const { status, headers } = this.#head;
    this.#resolve(new Response(status, headers, bodyFollows(this.#request, status) ? bodyOf() : this.#noBody()));
  }

  #noBody(): ResponseBody {
    return noBody(this.#request, this.#outgoing.message.hasHeader('content-length'));
  }

  /** All of the answer was written. */
  #finish(): void {
    this.#finished = true;
    this.#body?.push(null);
    this.#incoming.finish();
    // Not within the socket's own write, which would make an error for nobody, stack and all, on each request.
    process.nextTick(() => this.#socket.destroy());
  }

  #fail(error: unknown): void {
    if (this.#finished || (this.#answered && this.#body === undefined)) {
      log.error({ err: error }, `a listener failed after its answer to ${this.#incoming.message.originalUrl}`);
    } else {
      this.#giveUp(error);
    }
    this.#socket.destroy();
  }

  /** The client or the web server went away, or takes no more of the answer. */
  #leave(): void {
    if (this.#finished) return;
    this.#socket.destroy();
    this.#incoming.abort();
  }

  #onTimeout(): void {
    const onRequest = !this.#incoming.message.complete && this.#incoming.message.emit('timeout', this.#socket);
    const onResponse = this.#outgoing.message.emit('timeout', this.#socket);
    if (!onRequest && !onResponse && this.#socket.listenerCount('timeout') === 1) this.#socket.destroy();
  }

  #onClose(): void {
    this.#request.signal.removeEventListener('abort', this.#onAbort);
    if (this.#finished) return;
    this.#giveUp(
      this.#incoming.failure ?? this.#socket.errored ?? new Error('the listener closed its connection unanswered'),
    );
    this.#incoming.abort();
  }

  #giveUp(error: unknown): void {
    if (this.#answered) this.#body?.destroy(error instanceof Error ? error : new Error(String(error)));
    else this.#reject(error);
    this.#answered = true;
  }
}
