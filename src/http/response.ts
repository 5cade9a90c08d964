/** The body of an answer. A string is sent as UTF-8; an async iterable is streamed with back-pressure. */
export type ResponseBody = Buffer | string | AsyncIterable<Uint8Array> | null;

/** Header fields by name. An array is sent as one field for each value (Set-Cookie). */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[]>>;

/** Room for what is made of an answer again and again; each field belongs to the one place that fills it. */
export interface DerivedFromResponse {
  /** With the headers that every answer of an application has; `by` is who put them on. */
  finished?: { readonly by: unknown; readonly response: Response };
  /** The head as CGI writes it. */
  cgiHead?: string;
}

/** An answer on its way to the client. Values must not contain line breaks; gateways refuse those that do. */
export class Response {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: ResponseBody;
  /**
   * Of an answer that is sent many times: what was made of it on its way, kept for the next time. Undefined for all
   * others.
   */
  readonly derived: DerivedFromResponse | undefined;

  constructor(status: number, headers: ResponseHeaders, body: ResponseBody, derived?: DerivedFromResponse) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.derived = derived;
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
