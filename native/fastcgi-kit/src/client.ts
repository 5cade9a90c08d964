import { createConnection, type Socket } from 'node:net';
import { ClientExchange, type FcgiResponse, type FcgiResult } from './client-response.ts';
import {
  BEGIN_REQUEST_BODY_BYTES,
  END_REQUEST_BODY_BYTES,
  KEEP_CONN,
  MAX_REQUEST_ID,
  NULL_REQUEST_ID,
  ProtocolStatus,
  type ProtocolStatusNumber,
  RecordType,
  RoleNumber,
} from './constants.ts';
import { ProtocolError } from './errors.ts';
import { encodePairs, type PairsInput } from './pairs.ts';
import { BufferParams } from './params.ts';
import { RecordParser } from './records.ts';
import { encodeRecord, encodeStream, encodeStreamEnd } from './write-records.ts';

/** Unread STDOUT of one response above which the connection is not read further. */
const STDOUT_WINDOW = 1024 * 1024;

/** Where a FastCGI application listens. */
export type FcgiClientAddress = { readonly path: string } | { readonly host?: string; readonly port: number };

/** A request as a web server makes it. */
export interface FcgiClientRequest {
  /** PARAMS: pairs in their order, or an object. */
  readonly params: PairsInput | Readonly<Record<string, string>>;
  /** STDIN. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Default: responder. A number for what the specification does not know. */
  readonly role?: 'responder' | 'authorizer' | 'filter' | number;
  /** FCGI_KEEP_CONN: ask the application to leave the connection open. Default true. */
  readonly keepConnection?: boolean;
  /** Aborting sends ABORT_REQUEST; the response rejects at once. */
  readonly signal?: AbortSignal;
}

/** A connection to a FastCGI application, for any number of requests at a time. */
export class FcgiClient {
  readonly #socket: Socket;
  readonly #exchanges = new Map<number, ClientExchange>();
  /** Ids of requests that failed here but that the application has not ended. */
  readonly #abortedIds = new Set<number>();
  readonly #valuesWaiters: { resolve(values: Map<string, string>): void; reject(error: Error): void }[] = [];
  #lastId = 0;
  #lost: ProtocolError | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const parser = new RecordParser((type, id, content) => {
      this.#onRecord(type, id, content);
      return this.#lost === null;
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#lose(error);
      }
    });
    socket.on('error', (error) => this.#lose(new ProtocolError('disconnected', error.message)));
    socket.on('close', () => this.#lose(new ProtocolError('disconnected', 'the application closed the connection')));
  }

  /** @throws Error of the connection, such as ECONNREFUSED or ENOENT */
  static connect(address: FcgiClientAddress): Promise<FcgiClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ ...address, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new FcgiClient(socket));
      });
    });
  }

  /**
   * Sends a request. Problems of the connection show in the response.
   * @throws Error when all 65 535 ids are in use; the signal's reason when it is aborted already
   */
  request(options: FcgiClientRequest): FcgiResponse {
    const { params, body = '', role = 'responder', keepConnection = true, signal } = options;
    signal?.throwIfAborted();
    const id = this.#freeId();
    const exchange = new ClientExchange(() => this.#updateReading());
    if (this.#lost) {
      exchange.fail(this.#lost);
      return exchange;
    }
    this.#exchanges.set(id, exchange);
    const begin = Buffer.alloc(BEGIN_REQUEST_BODY_BYTES);
    begin.writeUInt16BE(roleNumber(role));
    begin[2] = keepConnection ? KEEP_CONN : 0;
    const pairs = encodePairs(Symbol.iterator in params ? params : Object.entries(params));
    this.#send([
      encodeRecord(RecordType.BEGIN_REQUEST, id, begin),
      ...encodeStream(RecordType.PARAMS, id, pairs),
      encodeStreamEnd(RecordType.PARAMS, id),
    ]);
    const abort = (): void => this.#abort(id, exchange);
    signal?.addEventListener('abort', abort, { once: true });
    const forget = (): void => signal?.removeEventListener('abort', abort);
    exchange.ended.then(forget, forget);
    this.#sendBody(id, exchange, body).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#abort(id, exchange, `the request body failed: ${message}`);
    });
    return exchange;
  }

  /** Asks for variables of the application (GET_VALUES); what it does not know is missing in the answer. */
  getValues(names: readonly string[]): Promise<Map<string, string>> {
    if (this.#lost) return Promise.reject(this.#lost);
    const content = encodePairs(names.map((name) => [name, ''] as const));
    this.#send([encodeRecord(RecordType.GET_VALUES, NULL_REQUEST_ID, content)]);
    return new Promise((resolve, reject) => this.#valuesWaiters.push({ resolve, reject }));
  }

  /** Closes the connection; open responses reject. */
  close(): void {
    this.#lose(new ProtocolError('disconnected', 'the client was closed'));
  }

  async #sendBody(id: number, exchange: ClientExchange, body: NonNullable<FcgiClientRequest['body']>): Promise<void> {
    const isOpen = (): boolean => this.#exchanges.get(id) === exchange;
    if (typeof body === 'string' || body instanceof Uint8Array) {
      this.#send(encodeStream(RecordType.STDIN, id, typeof body === 'string' ? Buffer.from(body, 'utf8') : body));
    } else {
      for await (const chunk of body) {
        if (!isOpen()) return;
        if (!this.#send(encodeStream(RecordType.STDIN, id, chunk))) await this.#drained();
      }
    }
    if (isOpen()) this.#send([encodeStreamEnd(RecordType.STDIN, id)]);
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.on('drain', done);
      this.#socket.on('close', done);
    });
  }

  #abort(id: number, exchange: ClientExchange, reason = 'the request was aborted'): void {
    if (this.#exchanges.get(id) !== exchange) return;
    this.#exchanges.delete(id);
    this.#abortedIds.add(id);
    this.#send([encodeRecord(RecordType.ABORT_REQUEST, id, Buffer.alloc(0))]);
    exchange.fail(new ProtocolError('aborted', reason));
    this.#updateReading();
  }

  #freeId(): number {
    for (let tried = 0; tried < MAX_REQUEST_ID; tried++) {
      this.#lastId = (this.#lastId % MAX_REQUEST_ID) + 1;
      if (!this.#exchanges.has(this.#lastId) && !this.#abortedIds.has(this.#lastId)) return this.#lastId;
    }
    throw new Error('every request id of the connection is in use');
  }

  #send(buffers: Uint8Array[]): boolean {
    if (this.#lost) return true;
    this.#socket.cork();
    let below = true;
    for (const buffer of buffers) below = this.#socket.write(buffer);
    this.#socket.uncork();
    return below;
  }

  #onRecord(type: number, id: number, content: Buffer): void {
    if (type === RecordType.GET_VALUES_RESULT && id === NULL_REQUEST_ID) {
      this.#valuesWaiters.shift()?.resolve(new Map(new BufferParams(content).entries()));
      return;
    }
    if (type === RecordType.END_REQUEST) this.#abortedIds.delete(id);
    const exchange = this.#exchanges.get(id);
    if (!exchange) return;
    if (type === RecordType.STDOUT && content.length > 0) {
      exchange.stdout.push(content);
      this.#updateReading();
    } else if (type === RecordType.STDERR) {
      exchange.addStderr(content);
    } else if (type === RecordType.END_REQUEST) {
      if (content.length < END_REQUEST_BODY_BYTES) throw new ProtocolError('malformed', 'END_REQUEST is cut short');
      this.#exchanges.delete(id);
      exchange.end(content.readUInt32BE(0), protocolStatus(content[4]));
    }
  }

  #updateReading(): void {
    if (this.#lost) return;
    let full = false;
    for (const { stdout } of this.#exchanges.values()) full ||= stdout.bufferedBytes > STDOUT_WINDOW;
    if (full) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #lose(error: ProtocolError): void {
    if (this.#lost) return;
    this.#lost = error;
    this.#socket.destroy();
    for (const exchange of this.#exchanges.values()) exchange.fail(error);
    this.#exchanges.clear();
    for (const waiter of this.#valuesWaiters.splice(0)) waiter.reject(error);
  }
}

/**
 * One request on a connection of its own.
 * @throws Error when the connection cannot be made; ProtocolError when it is lost before END_REQUEST
 */
export async function fcgiRequest(address: FcgiClientAddress, request: FcgiClientRequest): Promise<FcgiResult> {
  const client = await FcgiClient.connect(address);
  try {
    return await client.request({ keepConnection: false, ...request }).collect();
  } finally {
    client.close();
  }
}

function roleNumber(role: NonNullable<FcgiClientRequest['role']>): number {
  if (typeof role === 'number') return role;
  return { responder: RoleNumber.RESPONDER, authorizer: RoleNumber.AUTHORIZER, filter: RoleNumber.FILTER }[role];
}

function protocolStatus(number: number | undefined): ProtocolStatusNumber {
  for (const status of Object.values(ProtocolStatus)) if (status === number) return status;
  throw new ProtocolError('malformed', `END_REQUEST with the unknown protocol status ${number}`);
}
