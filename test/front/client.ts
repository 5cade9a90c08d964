import { createHash } from 'node:crypto';
import http from 'node:http';
import { PassThrough } from 'node:stream';

/** A web server under test. `mount` is '' or as `/mapproxy`. */
export interface Site {
  readonly host: string;
  readonly port: number;
  readonly mount: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly agent?: http.Agent;
  readonly body?: Buffer;
  /** Sends the body in chunks, without Content-Length. */
  readonly chunked?: boolean;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the connection had served a request before. */
  readonly reused: boolean;
}

const ANSWER_DEADLINE = 30_000;

/** Asks for a path below the mount, sent exactly as written (no normalising, no escaping). */
export async function ask(site: Site, path: string, options: Ask = {}): Promise<Answer> {
  const { request, response } = await begin(site, path, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
    reused: request.reusedSocket,
  };
}

/** As `ask`, but hands out the answer when its head is there. */
export function begin(
  site: Site,
  path: string,
  options: Ask = {},
): Promise<{ request: http.ClientRequest; response: http.IncomingMessage }> {
  const { body, chunked = false, method = 'GET' } = options;
  const length = body === undefined || chunked ? {} : { 'Content-Length': body.length };
  const request = http.request({
    host: site.host,
    port: site.port,
    method,
    path: site.mount + path,
    headers: { ...length, ...options.headers },
    agent: options.agent ?? false,
    signal: options.signal,
    timeout: ANSWER_DEADLINE,
  });
  request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path}`)));
  if (body === undefined) {
    request.end();
  } else {
    const source = new PassThrough();
    source.pipe(request);
    source.end(body);
  }
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => resolve({ request, response }));
  });
}

export function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
