import type { PublicUrl } from '../../../../src/http/public-url.ts';
import { type GatewayRequest, Request } from '../../../../src/http/request.ts';
import type { ResponseBody } from '../../../../src/http/response.ts';
import { fakeForwarding } from '../../../support/fake-request.ts';

export interface AskedRequest {
  readonly method?: string;
  /** The mount as decoded. */
  readonly scriptName?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Host of the public URL. */
  readonly host?: string;
}

/** A request for a path as decoded and a query, with the variables that a web server would set. */
export function requestFor(target: string, asked: AskedRequest = {}): Request {
  const { method = 'GET', scriptName = '', body = pieces([]), signal = new AbortController().signal } = asked;
  const [pathInfo = '', queryString = ''] = target.split('?');
  const variables = new Map(Object.entries({ REMOTE_ADDR: '192.0.2.7', ...asked.variables }));
  const gateway: GatewayRequest = { variable: (name) => variables.get(name), variables: () => variables, body, signal };
  const publicUrl: PublicUrl = { scheme: 'https', host: asked.host ?? 'maps.example', mount: scriptName, base: '' };
  return new Request({ method, scriptName, pathInfo, queryString }, gateway, fakeForwarding(publicUrl));
}

/** A body that counts how many of its pieces were taken, and tells whether it was left early. */
export class CountedBody implements AsyncIterable<Buffer> {
  taken = 0;
  left = false;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      while (this.taken < this.#total) {
        this.taken++;
        yield Buffer.alloc(16_384, 'x');
      }
    } finally {
      this.left = this.taken < this.#total;
    }
  }
}

export async function* pieces(texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

/** The whole of a body. */
export async function bytesOf(body: ResponseBody): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (typeof body === 'string' || Buffer.isBuffer(body)) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The body as a stream. */
export function streamOf(body: ResponseBody): AsyncIterator<Uint8Array> {
  if (body === null || typeof body === 'string' || Buffer.isBuffer(body)) throw new TypeError('the body is no stream');
  return body[Symbol.asyncIterator]();
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
