import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Application } from '../../http/application.ts';
import type { Request } from '../../http/request.ts';
import { type Response, textResponse } from '../../http/response.ts';
import { getLogger } from '../../log.ts';
import { errorPage, errorText } from './error-page.ts';
import { evaluate, type Scope } from './evaluation.ts';
import { jsonResponse, readJson } from './json.ts';
import { CONSOLE_VARIABLE } from './names.ts';

const log = getLogger('mapproxy.wsgiapp');

/** Errors whose requests and values are kept for the console; each may hold much memory. */
const ERRORS_KEPT = 10;

const MAX_SOURCE_BYTES = 65_536;

const entrySchema = z.object({ error: z.string(), source: z.string() });

/**
 * Shows an application's failures to its developer instead of `internal error` (row APP-04). For a development server
 * only: pages hold source code, and the console, where CONSOLE_VARIABLE of a request allows it, runs any code.
 */
export function withDebugger(application: Application): Application {
  const debugger_ = new Debugger(application);
  return (request) => debugger_.handle(request);
}

class Debugger {
  readonly #application: Application;
  /** By id, the latest at the end. */
  readonly #scopes = new Map<string, Scope>();

  constructor(application: Application) {
    this.#application = application;
  }

  async handle(request: Request): Promise<Response> {
    if (request.variable(CONSOLE_VARIABLE) === 'evaluate') return this.#evaluate(request);
    // Called by itself, it stands in stacks under its own name.
    const application = this.#application;
    try {
      return await application(request);
    } catch (error) {
      if (isClients(error) || request.signal.aborted) throw error;
      return this.#show(error, request);
    }
  }

  #show(error: unknown, request: Request): Response | Promise<Response> {
    const query = request.queryString === '' ? '' : `?${request.queryString}`;
    log.fatal({ err: error }, `fatal error in ${request.scriptName}${request.pathInfo}${query}`);
    if (!acceptsHtml(request)) return textResponse(500, errorText(error), { 'Cache-Control': 'no-store' });
    const id = randomBytes(16).toString('base64url');
    this.#keep(id, { request, error, application: this.#application });
    return errorPage(error, request, { id, hasConsole: request.variable(CONSOLE_VARIABLE) === 'offer' });
  }

  #keep(id: string, scope: Scope): void {
    this.#scopes.set(id, scope);
    const [oldest] = this.#scopes.keys();
    if (this.#scopes.size > ERRORS_KEPT && oldest !== undefined) this.#scopes.delete(oldest);
  }

  async #evaluate(request: Request): Promise<Response> {
    const entry = await readJson(request, MAX_SOURCE_BYTES, entrySchema);
    if (entry === undefined) return jsonResponse(400, { message: 'This cannot be evaluated.' });
    const scope = this.#scopes.get(entry.error);
    if (scope === undefined) {
      return jsonResponse(410, { message: 'This error is no longer kept: load the page again.' });
    }
    return jsonResponse(200, await evaluate(entry.source, scope));
  }
}

/** A body that is broken or too large: the gateway that had it from the client knows the answer. */
function isClients(error: unknown): boolean {
  return error instanceof Error && error.name === 'ProtocolError';
}

function acceptsHtml(request: Request): boolean {
  const accept = request.header('Accept');
  return accept === undefined || /text\/html|text\/\*|\*\/\*/.test(accept);
}
