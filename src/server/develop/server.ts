import type { Server } from 'node:http';
import { brokenPage } from '../../app/debug/broken-page.ts';
import { ConsoleGate } from '../../app/debug/console-gate.ts';
import { CONSOLE_PATH, CONSOLE_VARIABLE } from '../../app/debug/names.ts';
import type { Problem } from '../../app/debug/problem.ts';
import { closeHttpServer, httpServer } from '../../gateway/http.ts';
import { listenOn } from '../../gateway/sockets.ts';
import type { Request } from '../../http/request.ts';
import { type Response, textResponse } from '../../http/response.ts';
import type { Deployment } from '../deployment.ts';
import { StartError } from '../start-error.ts';
import { isLocalName } from './exposure.ts';
import { Generations } from './generations.ts';
import { withRequestLines } from './request-lines.ts';
import type { Sources } from './watch.ts';

/** Milliseconds that requests in flight get when the server is stopped. */
const STOP_DEADLINE = 2_000;

export interface DevelopmentServerOptions {
  readonly host: string;
  /** 0: one that the system chooses. */
  readonly port: number;
  /** Show failures with their source, and a console to those at this machine. */
  readonly debug: boolean;
  /** What to serve; read again on each change. @throws ConfigError when it cannot be used */
  readonly read: () => Deployment;
  /** What `read` reads. */
  readonly sources: Sources;
  /** Writes a line to the terminal. */
  readonly write: (line: string) => void;
}

/**
 * Serves an application to the people who write it (row UTIL-03). This process keeps the HTTP socket and never opens the
 * application itself: a worker does, and another one takes its place whenever a source changes. Requests that come
 * meanwhile wait for it, those in flight are finished by the old one, so that none fails.
 */
export class DevelopmentServer {
  readonly #options: DevelopmentServerOptions;
  readonly #generations: Generations;
  readonly #gate: ConsoleGate | undefined;
  #server: Server | undefined;

  constructor(options: DevelopmentServerOptions) {
    this.#options = options;
    this.#gate = options.debug && isLocalName(options.host) ? new ConsoleGate() : undefined;
    this.#generations = new Generations(options);
  }

  /** What unlocks the console; undefined where there is none. */
  get pin(): string | undefined {
    return this.#gate?.pin;
  }

  /** @returns the URL. @throws StartError when the address cannot be had */
  async start(): Promise<string> {
    const { host, port, write } = this.#options;
    const server = httpServer(withRequestLines((request) => this.#handle(request), write));
    this.#server = server;
    try {
      const bound = await listenOn(server, { host, port });
      if (!('port' in bound)) throw new Error('is not a TCP address');
      this.#gate?.listensOn(bound.port);
      this.#generations.open();
      return `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}/`;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartError(`cannot listen on http ${host}:${port}: ${reason}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    if (this.#server?.listening === true) await closeHttpServer(this.#server, STOP_DEADLINE);
    await this.#generations.close();
  }

  #handle(request: Request): Response | Promise<Response> {
    const gate = this.#gate;
    if (request.pathInfo.startsWith(CONSOLE_PATH)) {
      if (gate === undefined) return textResponse(404, 'not found');
      return gate.handle(request, (admitted) => this.#answer(admitted, { [CONSOLE_VARIABLE]: 'evaluate' }));
    }
    const offer = gate?.admits(request) === true ? { [CONSOLE_VARIABLE]: 'offer' } : {};
    return this.#answer(request, offer);
  }

  #answer(request: Request, variables: Readonly<Record<string, string>>): Promise<Response> {
    return this.#generations.use(async (current) => {
      if (current.kind === 'broken') return brokenPage(current.problem, request.method);
      try {
        return await current.generation.answer(request, variables);
      } catch (error) {
        if (request.signal.aborted) throw error;
        return brokenPage(ENDED, request.method);
      }
    });
  }
}

/** A request whose worker ended; the next one has a new worker. */
const ENDED: Problem = {
  kind: 'Process ended',
  message: 'The application’s process ended before it had answered. The terminal tells why.',
};
