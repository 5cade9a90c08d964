import type { Application } from '../http/application.ts';
import type { Request } from '../http/request.ts';
import { Response } from '../http/response.ts';

/**
 * Has a request answered, and tells once when that is through: at once for an answer that is whole, after the last part
 * of a streamed one, or when the client or the web server has gone away. What the application throws counts as 500,
 * which is what the gateway makes of it.
 *
 * @param onEnd is told the status and the bytes of the body
 */
export function answerToEnd(
  application: Application,
  request: Request,
  onEnd: (status: number, bytes: number) => void,
): Response | Promise<Response> {
  const finish = (response: Response): Response => {
    const { status, headers, body } = response;
    // The body of an answer to HEAD is never read.
    if (body === null || request.method === 'HEAD') onEnd(status, 0);
    else if (typeof body === 'string') onEnd(status, Buffer.byteLength(body));
    else if (Buffer.isBuffer(body)) onEnd(status, body.length);
    else
      return new Response(
        status,
        headers,
        streamToEnd(body, request.signal, (bytes) => onEnd(status, bytes)),
      );
    return response;
  };
  const fail = (error: unknown): never => {
    onEnd(500, 0);
    throw error;
  };
  let answer: Response | Promise<Response>;
  try {
    answer = application(request);
  } catch (error) {
    return fail(error);
  }
  return answer instanceof Promise ? answer.then(finish, fail) : finish(answer);
}

function streamToEnd(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onEnd: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  let isEnded = false;
  const end = (): void => {
    signal.removeEventListener('abort', end);
    if (isEnded) return;
    isEnded = true;
    onEnd(bytes);
  };
  // A stream that nobody begins to read has no end of its own.
  signal.addEventListener('abort', end);
  if (signal.aborted) end();

  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        bytes += chunk.length;
        yield chunk;
      }
    } finally {
      end();
    }
  }
  return parts();
}
