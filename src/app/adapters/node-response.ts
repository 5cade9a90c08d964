import { ClientRequest, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ResponseHeaders } from '../../http/response.ts';
import { HOP_BY_HOP } from './answers.ts';
import type { NodeRequest } from './node-request.ts';

type WrittenHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** What an answer begins with. */
export interface NodeResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
}

export interface NodeResponseEvents {
  /** The head is settled; the body follows by the socket. */
  readonly onHead: (head: NodeResponseHead) => void;
  /** The listener has ended the answer; all that the socket takes at once has been written to it. */
  readonly onEnd: () => void;
}

/**
 * `http.ServerResponse` without the wire: the head is taken from the header fields that were set, and what goes to the
 * socket after it is the body as it was written, never in chunks of HTTP/1.1.
 */
export class NodeResponse extends ServerResponse<NodeRequest> {
  readonly #events: NodeResponseEvents;

  constructor(request: NodeRequest, events: NodeResponseEvents) {
    super(request);
    this.#events = events;
    // The web server dates and frames what it sends.
    this.sendDate = false;
    this.useChunkedEncodingByDefault = false;
  }

  override writeHead(status: number, reason?: string | WrittenHeaders, headers?: WrittenHeaders): this {
    const reasonGiven = typeof reason === 'string';
    const fields = reasonGiven ? headers : (headers ?? reason);
    if (!this.headersSent) this.#setAll(fields);
    if (reasonGiven) super.writeHead(status, reason);
    else super.writeHead(status);
    // An application may have asked for chunks by name; there is no connection whose messages they could part.
    this.chunkedEncoding = false;
    if (this.statusCode < 200) throw new Error(`a gateway cannot answer with status ${this.statusCode}`);
    this.#events.onHead({ status: this.statusCode, headers: this.#headersToSend() });
    return this;
  }

  override end(...values: unknown[]): this {
    super.end(...(values as Parameters<ServerResponse['end']>));
    if (this.writableEnded) this.#events.onEnd();
    return this;
  }

  /** Answers ahead of the answer have no place in CGI: the web server gives its own. */
  override writeContinue(callback?: () => void): void {
    if (callback !== undefined) process.nextTick(callback);
  }

  override writeProcessing(callback?: () => void): void {
    if (callback !== undefined) process.nextTick(callback);
  }

  override writeEarlyHints(_hints: Record<string, string | string[]>, callback?: () => void): void {
    if (callback !== undefined) process.nextTick(callback);
  }

  /** As `ServerResponse` does: a list of names and values, or an object; a name given before is replaced. */
  #setAll(fields: WrittenHeaders | undefined): void {
    if (Array.isArray(fields)) {
      this.#setList(fields.flat() as OutgoingHttpHeader[]);
    } else {
      for (const [name, value] of Object.entries(fields ?? {})) if (value !== undefined) this.setHeader(name, value);
    }
  }

  #setList(list: readonly OutgoingHttpHeader[]): void {
    const names = list.filter((_, index) => index % 2 === 0).map(String);
    for (const name of names) this.removeHeader(name);
    for (const [index, name] of names.entries()) {
      const value = list[index * 2 + 1] ?? '';
      this.appendHeader(name, Array.isArray(value) ? value : String(value));
    }
  }

  #headersToSend(): ResponseHeaders {
    const headers: Record<string, string | readonly string[]> = {};
    // All outgoing messages have it; the documentation tells of it for those of clients.
    for (const name of ClientRequest.prototype.getRawHeaderNames.call(this)) {
      const value = this.getHeader(name);
      if (value === undefined || HOP_BY_HOP.has(name.toLowerCase())) continue;
      headers[name] = Array.isArray(value) ? value.map(String) : String(value);
    }
    return headers;
  }
}

// Node keeps this in a field of its own, which only its HTTP server clears; the types have it for a property.
Object.defineProperty(NodeResponse.prototype, 'writableNeedDrain', {
  get(this: NodeResponse): boolean {
    return !this.destroyed && !this.writableEnded && this.socket?.writableNeedDrain === true;
  },
});
