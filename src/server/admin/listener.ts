import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { listenOn } from '@mapgate/fastcgi-kit';
import { closeHttpServer } from '../../gateway/http.ts';
import { getLogger } from '../../log.ts';
import { type Address, formatAddress } from '../address.ts';
import { exposition } from '../metrics/exposition.ts';
import { StartError } from '../start-error.ts';
import type { Supervisor } from '../supervisor.ts';
import { refusalOf } from './guard.ts';
import { statusOf } from './status.ts';
import { statusPage } from './status-page.ts';
import { type Task, Tasks, taskOf } from './tasks.ts';

const log = getLogger('mapgate.server.admin');

/** Only who runs the server. */
const SOCKET_MODE = 0o600;
const DIRECTORY_MODE = 0o755;

/** Milliseconds that workers get to tell how they are. */
const STATE_TIMEOUT = 500;

/** Milliseconds that answers under way get when the listener closes. */
const CLOSE_DEADLINE = 500;

/** Bytes of a form. */
const MAX_FORM = 16 * 1024;

/**
 * Answers the operator: in the supervisor itself, so that it does as long as there is one, whatever the workers do, and
 * never on an address that web servers ask.
 */
export class AdminListener {
  readonly #supervisor: Supervisor;
  readonly #tasks: Tasks;
  #open: { readonly address: Address; close(): Promise<void> } | undefined;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
    this.#tasks = new Tasks(supervisor);
  }

  /** Listens at this address and at no other; undefined: at none. @throws StartError */
  async open(address: Address | undefined): Promise<void> {
    const before = this.#open?.address;
    if (before !== undefined && address !== undefined && formatAddress(before) === formatAddress(address)) return;
    await this.close();
    if (address === undefined) return;
    const server = createServer((incoming, outgoing) => void this.#handle(incoming, outgoing));
    try {
      const { address: bound, close } = await listen(server, address);
      this.#open = {
        address,
        close: async () => {
          close();
          await closeHttpServer(server, CLOSE_DEADLINE);
        },
      };
      log.info(`admin listener on ${formatAddress(bound)}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartError(`cannot listen on admin ${formatAddress(address)}: ${reason}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close();
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const refusal = refusalOf(incoming);
      if (refusal === undefined) await this.#route(incoming, outgoing);
      else answer(outgoing, 403, `${refusal}\n`);
    } catch (error) {
      if (error instanceof RangeError) {
        answer(outgoing, 400, `${error.message}\n`);
        return;
      }
      log.error({ err: error }, `${incoming.method} ${incoming.url} failed`);
      answer(outgoing, 500, 'internal error\n');
    }
  }

  async #route(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://admin');
    const route = `${incoming.method === 'HEAD' ? 'GET' : incoming.method} ${url.pathname}`;
    switch (route) {
      case 'GET /livez':
        return answer(outgoing, 200, 'ok\n');
      case 'GET /readyz':
        return this.#supervisor.isReady ? answer(outgoing, 200, 'ready\n') : answer(outgoing, 503, 'not ready\n');
      case 'GET /metrics': {
        await this.#refreshStates();
        const { text, contentType } = await exposition(this.#supervisor);
        return answer(outgoing, 200, text, contentType);
      }
      case 'GET /':
      case 'GET /status':
        return this.#status(url.searchParams.get('f') === 'json' || wantsJson(incoming), outgoing);
      case 'POST /purge':
      case 'POST /refresh':
        return this.#begin(
          url.pathname === '/purge' ? 'purge' : 'refresh',
          await parametersOf(incoming, url),
          outgoing,
        );
      default:
        return answer(outgoing, PATHS.has(url.pathname) ? 405 : 404, `${[...PATHS].join('\n')}\n`);
    }
  }

  async #status(asJson: boolean, outgoing: ServerResponse): Promise<void> {
    await this.#refreshStates();
    const status = statusOf(this.#supervisor, this.#tasks.list());
    if (asJson) answerJson(outgoing, 200, status);
    else answer(outgoing, 200, statusPage(status), 'text/html; charset=utf-8');
  }

  #begin(action: Task['action'], parameters: URLSearchParams, outgoing: ServerResponse): void {
    const task = this.#tasks.begin(taskOf(action, parameters));
    if (task === undefined) answer(outgoing, 503, 'no worker serves\n');
    else answerJson(outgoing, 202, task);
  }

  /** So that counts are those of this moment. */
  async #refreshStates(): Promise<void> {
    await Promise.all(this.#supervisor.workers.map((worker) => worker.refreshState(STATE_TIMEOUT)));
  }
}

const PATHS = new Set(['/livez', '/readyz', '/metrics', '/status', '/purge', '/refresh']);

async function listen(server: Server, address: Address): Promise<{ address: Address; close: () => void }> {
  if (address.kind === 'fd') throw new Error('a unix socket or a loopback address is needed');
  if (address.kind === 'unix') {
    mkdirSync(dirname(address.path), { recursive: true, mode: DIRECTORY_MODE });
    const listener = await listenOn(server, { path: address.path, mode: SOCKET_MODE });
    return { address, close: () => listener.close(false) };
  }
  const listener = await listenOn(server, { host: address.host, port: address.port });
  const { address: bound } = listener;
  const port = 'port' in bound ? bound.port : address.port;
  return { address: { ...address, port }, close: () => listener.close(false) };
}

function wantsJson({ headers }: IncomingMessage): boolean {
  const accept = headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}

/** Of the query and of a form. @throws RangeError for a form that is too large */
async function parametersOf(incoming: IncomingMessage, url: URL): Promise<URLSearchParams> {
  let form = '';
  for await (const chunk of incoming.setEncoding('utf8')) {
    form += chunk;
    if (form.length > MAX_FORM) throw new RangeError('the form is too large');
  }
  return new URLSearchParams([...url.searchParams, ...new URLSearchParams(form)]);
}

function answerJson(outgoing: ServerResponse, status: number, value: unknown): void {
  answer(outgoing, status, `${JSON.stringify(value, null, 2)}\n`, 'application/json');
}

function answer(outgoing: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  if (outgoing.headersSent) return;
  outgoing.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  outgoing.end(text);
}
