import type { FcgiRequest, RequestHandler } from '@mapgate/fastcgi-kit';
import type { Application } from '../http/application.ts';
import type { Response } from '../http/response.ts';
import type { TargetRule } from './environ.ts';
import { type Exchange, serve } from './exchange.ts';
import { cgiHead } from './head.ts';

/** Serves an application to a FastCGI responder (role RESPONDER): hand the result to the kit as `onRequest`. */
export function fastcgiHandler(application: Application, rule: TargetRule = {}): RequestHandler {
  return (fcgi) => serve(application, new FastcgiExchange(fcgi), rule);
}

class FastcgiExchange implements Exchange {
  service: string | undefined;
  readonly #fcgi: FcgiRequest;

  constructor(fcgi: FcgiRequest) {
    this.#fcgi = fcgi;
  }

  variable(name: string): string | undefined {
    return this.#fcgi.params.get(name);
  }

  get peer(): string | undefined {
    return this.variable('REMOTE_ADDR');
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

  get ended(): boolean {
    return this.#fcgi.ended;
  }

  respond(response: Response, body: Buffer | string | null): void {
    this.#fcgi.respond(cgiHead(response), body);
  }

  begin(response: Response): void {
    this.#fcgi.write(Buffer.from(cgiHead(response), 'latin1'));
  }

  write(chunk: Uint8Array): boolean {
    return this.#fcgi.write(chunk);
  }

  drained(): Promise<void> {
    return this.#fcgi.drained();
  }

  end(): void {
    this.#fcgi.end();
  }

  abandon(): void {
    this.#fcgi.abandon('the answer broke off');
  }
}
