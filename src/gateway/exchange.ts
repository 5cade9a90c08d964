import type { Application } from '../http/application.ts';
import { type GatewayRequest, Request } from '../http/request.ts';
import type { Response } from '../http/response.ts';
import { getLogger } from '../log.ts';
import { waitingFor } from '../waiting.ts';
import { answerOf, internalError, refusalOf } from './answer.ts';
import { deriveTarget, type TargetRule } from './environ.ts';
import { trustsEverybody } from './forwarding.ts';
import { allowsBody } from './head.ts';
import { keepPending } from './measure.ts';

const log = getLogger('mapgate.gateway');

/** One request of a protocol, and the way its answer goes back. Each gateway brings its own. */
export interface Exchange extends GatewayRequest {
  /**
   * Who sent the headers: its address, `unix:` for a unix socket, undefined where nobody tells. Behind a web server that
   * is the client of the web server, not the web server, whose word the protocol's own variables carry.
   */
  readonly peer: string | undefined;
  /** Whether nobody takes output any more: answered, or the peer gone. */
  readonly ended: boolean;
  /**
   * The whole answer. `body` is what is to be sent, which is not always what the response holds.
   *
   * @throws TypeError for a head that would break the protocol; nothing is sent then
   */
  respond(response: Response, body: Buffer | string | null): void;
  /** The head of a streamed answer. @throws TypeError as `respond` */
  begin(response: Response): void;
  /** A part of a streamed answer. False: go on after `drained()`. */
  write(chunk: Uint8Array): boolean;
  /** Resolves when more may be written; rejects when the peer is gone. */
  drained(): Promise<void>;
  /** Ends a streamed answer. */
  end(): void;
  /** Gives up an answer that was begun: the web server must not take it for whole. */
  abandon(): void;
}

/** Has a request answered. Never throws: what goes wrong is logged, and answered as far as that is still possible. */
export function serve(application: Application, exchange: Exchange, rule: TargetRule): void {
  const begun = performance.now();
  const forwarding = rule.forwarding === undefined ? trustsEverybody : rule.forwarding(exchange.peer);
  const target = deriveTarget((name) => exchange.variable(name), rule, forwarding.trusts);
  const request = new Request(target, exchange, forwarding);
  const answer = answerOf(application, request);
  if (answer instanceof Promise) {
    const settle = keepPending(request, begun);
    answer
      .then((response) => {
        rule.counts?.count(request, response.status, begun);
        return send(exchange, request, response);
      })
      .catch((error: unknown) => giveUp(exchange, error))
      .finally(settle);
  } else {
    rule.counts?.count(request, answer.status, begun);
    const sending = send(exchange, request, answer);
    if (sending !== undefined) void sending.finally(keepPending(request, begun));
  }
}

/** Answers a request that the application is not to see. */
export function refuse(exchange: Exchange, status: number, text: string): void {
  exchange.respond(refusalOf(status, text), text);
}

/** Undefined: it is sent. */
function send(exchange: Exchange, request: Request, response: Response): Promise<void> | undefined {
  try {
    const { body } = response;
    // HEAD: web servers forward it; a body would make HAProxy answer 502 and put H2O's connection out of step.
    const bodiless = request.method === 'HEAD' || !allowsBody(response.status);
    if (body === null || bodiless) {
      exchange.respond(response, null);
    } else if (typeof body === 'string' || Buffer.isBuffer(body)) {
      exchange.respond(response, body);
    } else {
      exchange.begin(response);
      return stream(exchange, body, request.signal).catch((error: unknown) => giveUp(exchange, error));
    }
  } catch (error) {
    exchange.respond(...internalAnswer(error, request));
  }
  return undefined;
}

function internalAnswer(error: unknown, request: Request): [Response, string | null] {
  const response = internalError(error, request);
  return [response, request.method === 'HEAD' || typeof response.body !== 'string' ? null : response.body];
}

async function stream(exchange: Exchange, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const chunk of body) {
    if (exchange.ended) return;
    if (!exchange.write(chunk)) await waitingFor(signal, 'client', '', exchange.drained());
  }
  exchange.end();
}

function giveUp(exchange: Exchange, error: unknown): void {
  if (exchange.ended || exchange.signal.aborted) return;
  log.error({ err: error }, 'an answer broke off');
  exchange.abandon();
}
