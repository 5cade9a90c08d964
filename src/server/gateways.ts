import type { Server } from 'node:http';
import { type BoundAddress, createResponder, type ListenAddress, type Responder } from '@mapgate/fastcgi-kit';
import type { OpenApplication } from '../app/open.ts';
import { fastcgiHandler } from '../gateway/fastcgi.ts';
import { closeHttpServer, httpServer, listenHttp } from '../gateway/http.ts';
import { getLogger } from '../log.ts';
import type { Protocol } from './deployment.ts';

const log = getLogger('mapgate.server');

/** Milliseconds a kept FastCGI connection without a request stays open while a worker drains. */
const IDLE_GRACE = 1_000;

/** The gateways of one process: one responder and one HTTP server, however many addresses they listen on. */
export class Gateways {
  readonly #opened: OpenApplication;
  readonly #rule: { mount: string | undefined; routes: ReadonlySet<string> | undefined };
  readonly #onRequest: () => void;
  #responder: Responder | undefined;
  #server: Server | undefined;

  /** `onRequest` is called as each request begins. */
  constructor(opened: OpenApplication, mount: string | null, onRequest: () => void = () => {}) {
    this.#opened = opened;
    this.#rule = { mount: mount ?? undefined, routes: opened.routes };
    this.#onRequest = onRequest;
  }

  /** The FastCGI transport that runs, once there is one. */
  get responder(): Responder | undefined {
    return this.#responder;
  }

  async listen(protocol: Protocol, address: ListenAddress): Promise<BoundAddress> {
    if (protocol === 'fastcgi') return this.#fastcgi().listen(address);
    return listenHttp(this.#http(), address);
  }

  /** Stops accepting and finishes what is in flight; after `deadline` ms the rest is cut off. */
  async close(deadline: number): Promise<void> {
    await Promise.all([
      this.#responder?.close({ deadline, idleGrace: Math.min(IDLE_GRACE, deadline) }),
      this.#server === undefined ? undefined : closeHttpServer(this.#server, deadline),
    ]);
  }

  #fastcgi(): Responder {
    if (this.#responder === undefined) {
      const handle = fastcgiHandler(this.#opened.application, this.#rule);
      this.#responder = createResponder({
        onRequest: (request) => {
          this.#onRequest();
          handle(request);
        },
        onError: (error) => log.warn({ err: error }, 'FastCGI'),
      });
    }
    return this.#responder;
  }

  #http(): Server {
    if (this.#server === undefined) {
      this.#server = httpServer(this.#opened.application, this.#rule);
      this.#server.prependListener('request', this.#onRequest);
    }
    return this.#server;
  }
}
