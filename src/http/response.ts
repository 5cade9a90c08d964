/** The body of an answer. A string is sent as UTF-8; an async iterable is streamed with back-pressure. */
export type ResponseBody = Buffer | string | AsyncIterable<Uint8Array> | null;

/** Header fields by name. An array is sent as one field for each value (Set-Cookie). */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[]>>;

/** An answer on its way to the client. Values must not contain line breaks; gateways refuse those that do. */
export class Response {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: ResponseBody;

  constructor(status: number, headers: ResponseHeaders, body: ResponseBody) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The same answer with further header fields; fields of the same name (exact case) are replaced. */
  withHeaders(more: ResponseHeaders): Response {
    return new Response(this.status, { ...this.headers, ...more }, this.body);
  }
}

/** A plain text answer. */
export function textResponse(status: number, text: string, headers: ResponseHeaders = {}): Response {
  return new Response(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, text);
}
