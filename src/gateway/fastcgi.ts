import type { FcgiRequest, RequestHandler } from '@mapgate/fastcgi-kit';
import type { Application } from '../http/application.ts';
import { type GatewayRequest, Request } from '../http/request.ts';
import type { Response } from '../http/response.ts';
import { getLogger } from '../log.ts';
import { answerOf, internalError } from './answer.ts';
import { deriveTarget, type TargetRule } from './environ.ts';
import { allowsBody, cgiHead } from './head.ts';
import { publicUrlOf } from './public-url.ts';

const log = getLogger('mapgate.gateway.fastcgi');

/** Serves an application to a FastCGI responder (role RESPONDER): hand the result to the kit as `onRequest`. */
export function fastcgiHandler(application: Application, rule: TargetRule = {}): RequestHandler {
  return (fcgi) => {
    const { params } = fcgi;
    const target = deriveTarget((name) => params.get(name), rule);
    const request = new Request(target, new FastcgiGatewayRequest(fcgi), publicUrlOf);
    const answer = answerOf(application, request);
    if (answer instanceof Promise) {
      answer.then((response) => send(fcgi, request, response)).catch((error: unknown) => giveUp(fcgi, error));
    } else {
      send(fcgi, request, answer);
    }
  };
}

class FastcgiGatewayRequest implements GatewayRequest {
  readonly #fcgi: FcgiRequest;

  constructor(fcgi: FcgiRequest) {
    this.#fcgi = fcgi;
  }

  variable(name: string): string | undefined {
    return this.#fcgi.params.get(name);
  }

  variables(): Iterable<readonly [string, string]> {
    return this.#fcgi.params.entries();
  }

  get body(): AsyncIterable<Buffer> {
    return this.#fcgi.body;
  }

  get signal(): AbortSignal {
    return this.#fcgi.signal;
  }
}

function send(fcgi: FcgiRequest, request: Request, response: Response): void {
  let head: string;
  try {
    head = cgiHead(response);
  } catch (error) {
    send(fcgi, request, internalError(error, request));
    return;
  }
  const { body } = response;
  // HEAD: web servers forward it; a body would make HAProxy answer 502 and put H2O's connection out of step.
  const bodiless = request.method === 'HEAD' || !allowsBody(response.status);
  if (body === null || bodiless) fcgi.respond(head);
  else if (typeof body === 'string' || Buffer.isBuffer(body)) fcgi.respond(head, body);
  else stream(fcgi, head, body).catch((error: unknown) => giveUp(fcgi, error));
}

async function stream(fcgi: FcgiRequest, head: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  fcgi.write(Buffer.from(head, 'latin1'));
  for await (const chunk of body) {
    if (fcgi.ended) return;
    if (!fcgi.write(chunk)) await fcgi.drained();
  }
  fcgi.end();
}

/** An answer that broke off half way: the web server must not take it for whole. */
function giveUp(fcgi: FcgiRequest, error: unknown): void {
  if (fcgi.ended || fcgi.signal.aborted) return;
  log.error({ err: error }, 'an answer broke off');
  fcgi.abandon('the answer broke off');
}
