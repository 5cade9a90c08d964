import { FcgiClient, type FcgiResponse, ProtocolError, parseCgiHead } from '@mapgate/fastcgi-kit';
import { allowsBody } from '../../gateway/head.ts';
import type { Request } from '../../http/request.ts';
import { Response } from '../../http/response.ts';

/** Bytes of the head of an answer; our own gateway writes far less. */
const MAX_HEAD_BYTES = 1024 * 1024;

const HEAD_END = '\r\n\r\n';

/**
 * Has a request answered by a worker on a unix socket, over FastCGI: it says all of a request, and nothing but the way
 * of its answer changes. `more` are variables beyond the request's own.
 *
 * @param onEnd called when the exchange is over, whichever way
 * @throws Error when the worker is gone, or goes before it has begun to answer
 */
export async function forward(
  request: Request,
  socket: string,
  more: Readonly<Record<string, string>>,
  onEnd: () => void,
): Promise<Response> {
  const client = await connect(socket, onEnd);
  const end = (): void => {
    client.close();
    onEnd();
  };
  let exchange: FcgiResponse;
  try {
    const params = [...request.variables(), ...Object.entries(more)];
    const { signal } = request;
    exchange = client.request({ params, body: withoutReturn(request.body), signal, keepConnection: false });
  } catch (error) {
    end();
    throw error;
  }
  exchange.ended.then(end, end);
  try {
    return await responseOf(exchange);
  } catch (error) {
    client.close();
    throw error;
  }
}

async function connect(socket: string, onFailure: () => void): Promise<FcgiClient> {
  try {
    return await FcgiClient.connect({ path: socket });
  } catch (error) {
    onFailure();
    throw error;
  }
}

async function responseOf({ stdout }: FcgiResponse): Promise<Response> {
  const chunks = stdout[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (!start.includes(HEAD_END)) {
    const { value, done } = await chunks.next();
    if (done === true || start.length > MAX_HEAD_BYTES) throw new ProtocolError('malformed', 'the answer has no head');
    start = Buffer.concat([start, value]);
  }
  const { status, headers, body } = parseCgiHead(start);
  const fields: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    fields[name] ??= [];
    fields[name].push(value);
  }
  return new Response(status, fields, allowsBody(status) ? rest(body, chunks) : null);
}

async function* rest(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

/** Leaving a loop over it does not destroy it: on that, Node would cut the connection before the answer is through. */
function withoutReturn(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const chunks = body[Symbol.asyncIterator]();
      return { next: () => chunks.next() };
    },
  };
}
