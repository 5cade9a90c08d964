import { type BoundAddress, createResponder, type ListenAddress, type Responder } from '@mapgate/fastcgi-kit';
import type { OpenApplication } from '../app/open.ts';
import { ajpServer } from '../gateway/ajp/server.ts';
import type { TargetRule } from '../gateway/environ.ts';
import { fastcgiHandler } from '../gateway/fastcgi.ts';
import { closeHttpServer, httpServer } from '../gateway/http.ts';
import { RequestCounts } from '../gateway/measure.ts';
import { scgiServer } from '../gateway/scgi/server.ts';
import type { SocketServer } from '../gateway/socket-server.ts';
import { listenOn } from '../gateway/sockets.ts';
import type { Application } from '../http/application.ts';
import { getLogger } from '../log.ts';
import type { Listen } from './deployment.ts';

const log = getLogger('mapgate.server');

/** Milliseconds a kept FastCGI connection without a request stays open while a worker drains. */
const IDLE_GRACE = 1_000;

/** The gateways of one process, by whichever protocols and on however many addresses. */
export class Gateways {
  readonly #application: Application;
  readonly #rule: TargetRule;
  /** How to close each server that listens. */
  readonly #servers: ((deadline: number) => Promise<void>)[] = [];
  #responder: Responder | undefined;

  /** `onRequest` is called as each request begins. */
  constructor(opened: OpenApplication, mount: string | null, onRequest: () => void = () => {}) {
    this.#application = (request) => {
      onRequest();
      return opened.application(request);
    };
    const { routes } = opened;
    this.#rule = { mount: mount ?? undefined, routes, counts: new RequestCounts() };
  }

  /** The FastCGI transport that runs, once there is one. */
  get responder(): Responder | undefined {
    return this.#responder;
  }

  /** Opens the gateway of an entry of the deployment at an address, which may be a descriptor in its place. */
  async listen(
    listen: Pick<Listen, 'protocol' | 'secret' | 'packetSize'>,
    address: ListenAddress,
  ): Promise<BoundAddress> {
    switch (listen.protocol) {
      case 'fastcgi':
        return this.#fastcgi().listen(address);
      case 'http':
        return this.#http(address);
      case 'scgi':
        return this.#listenWith(scgiServer(this.#application, this.#rule), address);
      case 'ajp':
        return this.#listenWith(ajpServer(this.#application, this.#rule, listen), address);
    }
  }

  /** Stops accepting and finishes what is in flight; after `deadline` ms the rest is cut off. */
  async close(deadline: number): Promise<void> {
    await Promise.all([
      this.#responder?.close({ deadline, idleGrace: Math.min(IDLE_GRACE, deadline) }),
      ...this.#servers.map((close) => close(deadline)),
    ]);
  }

  #fastcgi(): Responder {
    this.#responder ??= createResponder({
      onRequest: fastcgiHandler(this.#application, this.#rule),
      onError: (error) => log.warn({ err: error }, 'FastCGI'),
    });
    return this.#responder;
  }

  /** Node's server listens on one address. */
  async #http(address: ListenAddress): Promise<BoundAddress> {
    const server = httpServer(this.#application, this.#rule);
    const bound = await listenOn(server, address);
    this.#servers.push((deadline) => closeHttpServer(server, deadline));
    return bound;
  }

  async #listenWith(server: SocketServer, address: ListenAddress): Promise<BoundAddress> {
    const bound = await server.listen(address);
    this.#servers.push((deadline) => server.close(deadline));
    return bound;
  }
}
