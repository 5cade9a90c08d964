import {
  BEGIN_REQUEST_BODY_BYTES,
  KEEP_CONN,
  NULL_REQUEST_ID,
  ProtocolStatus,
  type ProtocolStatusNumber,
  RecordType,
  RoleNumber,
  STDIN_WINDOWS_AMONG_NEIGHBOURS,
} from './constants.ts';
import type { Limits, Role } from './contract.ts';
import { ProtocolError } from './errors.ts';
import { getValuesResult, unknownType } from './management.ts';
import { Request, type RequestChannel } from './request.ts';
import { encodeEndRequest } from './write-records.ts';

/** What a responder counts of its requests. */
export interface RequestCounters {
  requests: number;
  requestsOpen: number;
  overloaded: number;
  aborted: number;
}

/** What the demultiplexer needs of its connection. */
export interface DemultiplexerOwner extends RequestChannel {
  readonly roles: ReadonlySet<Role>;
  readonly counters: RequestCounters;
  dispatch(request: Request): void;
  /** Sends an answer to a management record. */
  reply(record: Buffer): void;
  /** Sends END_REQUEST for a request that was not taken. */
  refuse(endRequest: Buffer, keepConnection: boolean): void;
}

/** The open requests of one connection: takes its records and gives each to the request it is for. */
export class Demultiplexer {
  readonly #owner: DemultiplexerOwner;
  readonly #limits: Limits;
  readonly #requests = new Map<number, Request>();
  #begun = 0;

  constructor(owner: DemultiplexerOwner) {
    this.#owner = owner;
    this.#limits = owner.limits;
  }

  /** The open requests. */
  get requests(): ReadonlyMap<number, Request> {
    return this.#requests;
  }

  /** Requests taken since the connection began. */
  get begun(): number {
    return this.#begun;
  }

  /** Frees a request's id. False when it was free already. */
  forget(request: Request): boolean {
    if (this.#requests.get(request.id) !== request) return false;
    this.#requests.delete(request.id);
    if (request.dispatched) this.#owner.counters.requestsOpen--;
    return true;
  }

  /** @throws ProtocolError `malformed` when the connection cannot go on */
  take(type: number, id: number, content: Buffer): void {
    if (id === NULL_REQUEST_ID) {
      this.#owner.reply(type === RecordType.GET_VALUES ? getValuesResult(content, this.#limits) : unknownType(type));
    } else if (type === RecordType.BEGIN_REQUEST) {
      this.#begin(id, content);
    } else {
      // Records for an id that is not open are ignored (section 3.3): the web server may not know yet that it ended.
      const request = this.#requests.get(id);
      if (request) this.#takeFor(request, type, content);
    }
  }

  #begin(id: number, content: Buffer): void {
    if (content.length !== BEGIN_REQUEST_BODY_BYTES) {
      throw new ProtocolError('malformed', `BEGIN_REQUEST with ${content.length} bytes instead of 8`);
    }
    if (this.#requests.has(id)) throw new ProtocolError('malformed', `BEGIN_REQUEST for request ${id}, which is open`);
    const keepConnection = ((content[2] ?? 0) & KEEP_CONN) !== 0;
    const role = this.#roleOf(content.readUInt16BE(0));
    const refusal = role === null ? ProtocolStatus.UNKNOWN_ROLE : this.#refusalForNumber();
    if (role === null || refusal !== null) {
      if (refusal !== ProtocolStatus.UNKNOWN_ROLE) this.#owner.counters.overloaded++;
      this.#owner.refuse(encodeEndRequest(id, 0, refusal ?? ProtocolStatus.OVERLOADED), keepConnection);
      return;
    }
    this.#begun++;
    this.#requests.set(id, new Request(this.#owner, id, role, keepConnection));
  }

  #roleOf(number: number): Role | null {
    const { roles } = this.#owner;
    if (number === RoleNumber.RESPONDER && roles.has('responder')) return 'responder';
    if (number === RoleNumber.AUTHORIZER && roles.has('authorizer')) return 'authorizer';
    return null;
  }

  #refusalForNumber(): ProtocolStatusNumber | null {
    const { requestsPerConnection } = this.#limits;
    if (this.#requests.size < requestsPerConnection) return null;
    return requestsPerConnection === 1 ? ProtocolStatus.CANT_MPX_CONN : ProtocolStatus.OVERLOADED;
  }

  /** DATA is the Filter's, and the other types are ours to send: none has a meaning here. */
  #takeFor(request: Request, type: number, content: Buffer): void {
    if (type === RecordType.PARAMS) this.#takeParams(request, content);
    else if (type === RecordType.STDIN) this.#takeStdin(request, content);
    else if (type === RecordType.ABORT_REQUEST) this.#abort(request);
  }

  #takeParams(request: Request, content: Buffer): void {
    if (request.dispatched) {
      if (content.length === 0) return;
      throw new ProtocolError('malformed', `PARAMS for request ${request.id} after their end`);
    }
    try {
      if (content.length > 0) {
        request.addParams(content);
        return;
      }
      request.endParams();
    } catch (error) {
      if (!(error instanceof ProtocolError && error.code === 'limit')) throw error;
      this.#overload(request, error);
      return;
    }
    const { counters } = this.#owner;
    counters.requests++;
    counters.requestsOpen++;
    this.#owner.dispatch(request);
  }

  #takeStdin(request: Request, content: Buffer): void {
    const { body } = request;
    if (content.length === 0) {
      body.end();
      return;
    }
    body.push(content);
    const { stdinBytes, stdinWindow } = this.#limits;
    if (body.receivedBytes > stdinBytes) {
      this.#overload(request, new ProtocolError('limit', `STDIN of more than ${stdinBytes} bytes`));
      return;
    }
    const mayPause = this.#requests.size === 1 && request.dispatched;
    if (!mayPause && body.bufferedBytes > stdinWindow * STDIN_WINDOWS_AMONG_NEIGHBOURS) {
      const held = `more than ${STDIN_WINDOWS_AMONG_NEIGHBOURS} windows of ${stdinWindow} bytes of STDIN wait unread`;
      this.#overload(request, new ProtocolError('limit', held));
    }
  }

  /** Whether a body that nobody reads is to stop the connection; see `FcgiRequest.body`. */
  get bodyIsFull(): boolean {
    if (this.#requests.size !== 1) return false;
    const [request] = this.#requests.values();
    return request?.dispatched === true && request.body.bufferedBytes > this.#limits.stdinWindow;
  }

  /** Gives up a body that passed a limit, and the request with it unless its answer has begun. */
  #overload(request: Request, error: ProtocolError): void {
    if (request.answerBegun) {
      request.body.fail(error);
      return;
    }
    this.#owner.counters.overloaded++;
    request.refuse(ProtocolStatus.OVERLOADED, error);
  }

  #abort(request: Request): void {
    this.#owner.counters.aborted++;
    request.abort(new ProtocolError('aborted', 'the web server aborted the request'));
    // Before its dispatch nobody else would end it.
    if (!request.dispatched) request.end();
  }
}
