import {
  type BoundAddress,
  createResponder,
  type ListenAddress,
  type Responder,
  type ResponderStats,
} from '@mapgate/fastcgi-kit';
import type { OpenApplication } from '../app/open.ts';
import { ajpServer } from '../gateway/ajp/server.ts';
import type { TargetRule } from '../gateway/environ.ts';
import { fastcgiHandler } from '../gateway/fastcgi.ts';
import { closeHttpServer, httpServer } from '../gateway/http.ts';
import type { GatewayOptions } from '../gateway/limits.ts';
import { RequestCounts } from '../gateway/measure.ts';
import { scgiServer } from '../gateway/scgi/server.ts';
import type { SocketServer } from '../gateway/socket-server.ts';
import { listenOn } from '../gateway/sockets.ts';
import type { Application } from '../http/application.ts';
import { getLogger } from '../log.ts';
import type { Listen } from './deployment.ts';
import { type Place, targetRule } from './target-rule.ts';

const log = getLogger('mapgate.server');

/** Milliseconds a kept FastCGI connection without a request stays open while a worker drains. */
const IDLE_GRACE = 1_000;

/** The gateways of one process, by whichever protocols and on however many addresses. */
export class Gateways {
  readonly #application: Application;
  readonly #rule: TargetRule;
  /** How to close each server that listens. */
  readonly #servers: ((deadline: number) => Promise<void>)[] = [];
  /** By the options of the addresses that they serve. */
  readonly #responders = new Map<string, Responder>();

  /** `onRequest` is called as each request begins. */
  constructor(opened: OpenApplication, place: Place, onRequest: () => void = () => {}) {
    this.#application = (request) => {
      onRequest();
      return opened.application(request);
    };
    const { routes } = opened;
    this.#rule = { ...targetRule(place), routes, counts: new RequestCounts() };
  }

  /** The FastCGI transport that runs, once there is one. */
  get responder(): Pick<Responder, 'transport' | 'fallbackReason'> | undefined {
    const [first] = this.#responders.values();
    return first;
  }

  /** What the FastCGI responders have counted together; undefined where there is none. */
  get fastcgiEvents(): Pick<ResponderStats, 'protocolErrors' | 'overloaded' | 'aborted'> | undefined {
    if (this.#responders.size === 0) return undefined;
    const sum = { protocolErrors: 0, overloaded: 0, aborted: 0 };
    for (const { stats } of this.#responders.values()) {
      sum.protocolErrors += stats.protocolErrors;
      sum.overloaded += stats.overloaded;
      sum.aborted += stats.aborted;
    }
    return sum;
  }

  /** Opens the gateway of an entry of the deployment at an address, which may be a descriptor in its place. */
  async listen(
    listen: Pick<Listen, 'protocol' | 'secret' | 'packetSize' | 'allow' | 'limits'>,
    address: ListenAddress,
  ): Promise<BoundAddress> {
    switch (listen.protocol) {
      case 'fastcgi':
        return this.#fastcgi(listen).listen(address);
      case 'http':
        return this.#http(address, listen);
      case 'scgi':
        return this.#listenWith(scgiServer(this.#application, this.#rule, listen), address);
      case 'ajp':
        return this.#listenWith(ajpServer(this.#application, this.#rule, listen), address);
    }
  }

  /** Stops accepting and finishes what is in flight; after `deadline` ms the rest is cut off. */
  async close(deadline: number): Promise<void> {
    await Promise.all([
      ...[...this.#responders.values()].map((responder) =>
        responder.close({ deadline, idleGrace: Math.min(IDLE_GRACE, deadline) }),
      ),
      ...this.#servers.map((close) => close(deadline)),
    ]);
  }

  /** Addresses with the same options share a responder. */
  #fastcgi({ allow, limits = {} }: GatewayOptions): Responder {
    const key = JSON.stringify([allow, limits]);
    const known = this.#responders.get(key);
    if (known !== undefined) return known;
    const responder = createResponder({
      onRequest: fastcgiHandler(this.#application, this.#rule),
      onError: (error) => log.warn({ err: error }, 'FastCGI'),
      limits,
      ...(allow === undefined ? {} : { allow }),
    });
    this.#responders.set(key, responder);
    return responder;
  }

  /** Node's server listens on one address. */
  async #http(address: ListenAddress, options: GatewayOptions): Promise<BoundAddress> {
    const server = httpServer(this.#application, this.#rule, options);
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
