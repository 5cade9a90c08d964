import {
  ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { ResponseHeaders } from '../../http/response.ts';
import { HOP_BY_HOP } from './answers.ts';

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
 * The answer's side of a run: `http.ServerResponse` without the wire. The head is taken from the header fields that were
 * set, and what goes to the socket after it is the body as it was written, never in chunks of HTTP/1.1. As with the
 * request, what differs is set on the object itself.
 */
export class NodeResponse {
  readonly message: ServerResponse;
  readonly #events: NodeResponseEvents;

  constructor(request: IncomingMessage, events: NodeResponseEvents) {
    this.#events = events;
    this.message = new ServerResponse(request);
    // The web server dates and frames what it sends.
    this.message.sendDate = false;
    this.message.useChunkedEncodingByDefault = false;
    const { message } = this;
    message.writeHead = (...values: unknown[]) => this.#writeHead(...(values as WriteHeadValues));
    message.end = (...values: unknown[]) => this.#end(values as Parameters<ServerResponse['end']>);
    // Answers ahead of the answer have no place in CGI: the web server gives its own.
    message.writeContinue = callLater;
    message.writeProcessing = callLater;
    message.writeEarlyHints = (_hints, callback) => callLater(callback);
    // Node keeps this in a field of its own, which only its HTTP server clears; the types have it for a property.
    Object.defineProperty(message, 'writableNeedDrain', {
      get: () => !message.destroyed && !message.writableEnded && message.socket?.writableNeedDrain === true,
    });
  }

  #writeHead(status: number, reason?: string | WrittenHeaders, headers?: WrittenHeaders): ServerResponse {
    const { message } = this;
    const reasonGiven = typeof reason === 'string';
    if (!message.headersSent) this.#setAll(reasonGiven ? headers : (headers ?? reason));
    if (reasonGiven) message.statusMessage = reason;
    ServerResponse.prototype.writeHead.call(message, status);
    // An application may have asked for chunks by name; there is no connection whose messages they could part.
    message.chunkedEncoding = false;
    if (message.statusCode < 200) throw new Error(`a gateway cannot answer with status ${message.statusCode}`);
    this.#events.onHead({ status: message.statusCode, headers: this.#headersToSend() });
    return message;
  }

  #end(values: Parameters<ServerResponse['end']>): ServerResponse {
    ServerResponse.prototype.end.apply(this.message, values);
    if (this.message.writableEnded) this.#events.onEnd();
    return this.message;
  }

  /** As `ServerResponse` does: a list of names and values, or an object; a name given before is replaced. */
  #setAll(fields: WrittenHeaders | undefined): void {
    if (Array.isArray(fields)) {
      // A list of pairs, or names and values in turn.
      this.#setList(Array.isArray(fields[0]) ? (fields.flat() as OutgoingHttpHeader[]) : fields);
      return;
    }
    for (const [name, value] of Object.entries(fields ?? {}))
      if (value !== undefined) this.message.setHeader(name, value);
  }

  #setList(list: readonly OutgoingHttpHeader[]): void {
    const names = list.filter((_, index) => index % 2 === 0).map(String);
    for (const name of names) this.message.removeHeader(name);
    for (const [index, name] of names.entries()) {
      const value = list[index * 2 + 1] ?? '';
      this.message.appendHeader(name, Array.isArray(value) ? value : String(value));
    }
  }

  #headersToSend(): ResponseHeaders {
    const headers: Record<string, string | readonly string[]> = {};
    // All outgoing messages have it; the documentation tells of it for those of clients.
    for (const name of ClientRequest.prototype.getRawHeaderNames.call(this.message)) {
      const value = this.message.getHeader(name);
      if (value === undefined || HOP_BY_HOP.has(name.toLowerCase())) continue;
      headers[name] = Array.isArray(value) ? value.map(String) : String(value);
    }
    return headers;
  }
}

type WriteHeadValues = [status: number, reason?: string | WrittenHeaders, headers?: WrittenHeaders];

function callLater(callback?: () => void): void {
  if (callback !== undefined) process.nextTick(callback);
}
