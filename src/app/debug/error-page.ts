import type { Request } from '../../http/request.ts';
import type { Response } from '../../http/response.ts';
import { html, type Markup } from '../../http/xml.ts';
import { PRODUCT } from '../../version.ts';
import { type Frame, framesOf } from './frames.ts';
import { listing, shortPath } from './listing.ts';
import { developerPage } from './page.ts';
import { HIDDEN, isSecretName, redactQuery, redactUrl } from './redact.ts';
import { CONSOLE } from './scripts.ts';
import { sourceLines } from './source-lines.ts';

export interface ErrorPageOptions {
  /** Names the error to the console. */
  readonly id: string;
  /** Whether this client may have a console. */
  readonly hasConsole: boolean;
}

/** Causes shown below an error; a chain that is longer tells nothing more. */
const MAX_CAUSES = 5;

/** The answer to a request whose application failed, for its developer. */
export async function errorPage(error: unknown, request: Request, options: ErrorPageOptions): Promise<Response> {
  const [first = describe(error), ...causes] = chainOf(error);
  const body = html`<header>
  <p class="kind">${first.kind}</p>
  <h1>${first.message}</h1>
  <p class="target"><b>${request.method}</b> ${targetOf(request)}</p>
</header>
<main>
${await stackSection(first)}
${options.hasConsole && consoleSection(options.id)}
${await Promise.all(causes.map(causeSection))}
${requestSection(request)}
</main>`;
  const scripts = options.hasConsole ? [CONSOLE] : [];
  return developerPage({ title: `${first.kind}: ${first.message}`, body, problem: options.id, scripts });
}

/** The same for programs that do not read HTML. */
export function errorText(error: unknown): string {
  return `${chainOf(error)
    .map(({ kind, message, stack }) => stack || `${kind}: ${message}`)
    .join('\n\ncaused by ')}\n`;
}

interface Described {
  readonly kind: string;
  readonly message: string;
  readonly stack: string;
}

function describe(error: unknown): Described {
  if (!(error instanceof Error)) return { kind: 'Thrown', message: String(error), stack: '' };
  return { kind: error.name, message: error.message, stack: error.stack ?? '' };
}

function chainOf(error: unknown): Described[] {
  const chain: Described[] = [];
  for (let one = error; chain.length <= MAX_CAUSES && (chain.length === 0 || one !== undefined); ) {
    chain.push(describe(one));
    one = one instanceof Error ? one.cause : undefined;
  }
  return chain;
}

async function causeSection(cause: Described): Promise<Markup> {
  return html`<h2>Caused by</h2>
<p class="cause"><b>${cause.kind}</b> ${cause.message}</p>
${await stackSection(cause)}`;
}

/**
 * The developers' own frames with their source, the first one open; those between them folded. Where a stack has none,
 * as with a configuration that this program fails on, all with a file are shown so.
 */
async function stackSection({ stack }: Described): Promise<Markup | undefined> {
  const frames = framesOf(stack);
  if (frames.length === 0) return undefined;
  const hasOwn = frames.some(({ isOwn }) => isOwn);
  const parts: Markup[] = [];
  let foreign: Frame[] = [];
  let isFirst = true;
  const foldForeign = (): void => {
    if (foreign.length > 0) parts.push(foreignFrames(foreign));
    foreign = [];
  };
  for (const frame of frames) {
    if (hasOwn ? !frame.isOwn : frame.position === undefined) {
      foreign.push(frame);
      continue;
    }
    foldForeign();
    parts.push(await ownFrame(frame, isFirst));
    isFirst = false;
  }
  foldForeign();
  return html`<section class="card stack" aria-label="Stack">${parts}</section>`;
}

async function ownFrame({ functionName, position, location }: Frame, isOpen: boolean): Promise<Markup> {
  const where = position === undefined ? location : `${shortPath(position.file)}:${position.line}:${position.column}`;
  const title = html`<b>${functionName || 'module'}</b> <span class="where">${where}</span>`;
  const lines = position === undefined ? [] : await sourceLines(position.file, position.line);
  if (lines.length === 0) return html`<p class="frame">${title}</p>`;
  const opened = isOpen ? html` open` : undefined;
  return html`<details class="frame"${opened}><summary>${title}</summary>${listing(lines, position?.column)}</details>`;
}

function foreignFrames(frames: readonly Frame[]): Markup {
  const items = frames.map(
    ({ functionName, location }) =>
      html`<li>${functionName || 'module'} <span class="where">${location.replace(/^.*\/node_modules\//, '')}</span></li>`,
  );
  return html`<details class="foreign"><summary>${frames.length} of ${PRODUCT}, Node or dependencies</summary><ul>${items}</ul></details>`;
}

function consoleSection(id: string): Markup {
  return html`<section class="card console" id="console" data-error="${id}" hidden>
  <h2>Console</h2>
  <form id="unlock" autocomplete="off" hidden>
    <label for="pin">PIN, as printed in the terminal</label>
    <div class="row"><input id="pin" inputmode="numeric" placeholder="000-000-000" maxlength="20" required><button>Unlock</button></div>
  </form>
  <div id="session" hidden>
    <ol id="results" aria-live="polite"></ol>
    <form id="prompt" autocomplete="off">
      <label for="source" class="mark">&gt;</label>
      <input id="source" spellcheck="false" autocapitalize="off" placeholder="request, error, application, …" aria-label="JavaScript to evaluate">
    </form>
  </div>
  <p id="message" role="status"></p>
</section>`;
}

function requestSection(request: Request): Markup {
  const headers: [string, string][] = [];
  const variables: [string, string][] = [];
  for (const [name, value] of request.variables()) {
    if (name.startsWith('mapgate.')) continue;
    if (name.startsWith('HTTP_')) headers.push([headerName(name), shown(name, value)]);
    else variables.push([name, shown(name, value)]);
  }
  if (request.scriptName !== '') variables.push(['mounted at', request.scriptName]);
  return html`<h2>Request</h2>
<section class="card facts">
  <h3>Headers</h3>${facts(headers)}
  <h3>Variables</h3>${facts(variables)}
</section>`;
}

function facts(entries: readonly (readonly [name: string, value: string])[]): Markup {
  const rows = entries.map(([name, value]) => {
    const content = value === HIDDEN ? html`<span class="hidden-value">hidden</span>` : value;
    return html`<div><dt>${name}</dt><dd>${content}</dd></div>`;
  });
  return html`<dl>${rows}</dl>`;
}

function shown(name: string, value: string): string {
  if (isSecretName(name)) return HIDDEN;
  if (name === 'QUERY_STRING') return redactQuery(value);
  return URL_VARIABLES.has(name) ? redactUrl(value) : value;
}

const URL_VARIABLES = new Set(['REQUEST_URI', 'HTTP_REFERER']);

function targetOf(request: Request): string {
  const query = request.queryString === '' ? '' : `?${redactQuery(request.queryString)}`;
  return `${request.scriptName}${request.pathInfo}${query}`;
}

/** `Accept-Language` of HTTP_ACCEPT_LANGUAGE. */
function headerName(variable: string): string {
  const words = variable.slice('HTTP_'.length).toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('-');
}
