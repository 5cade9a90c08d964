import { createHash } from 'node:crypto';
import type { Response } from '../../http/response.ts';
import { html } from '../../http/xml.ts';
import { listing, shortPath } from './listing.ts';
import { developerPage } from './page.ts';
import { describeProblem, type Problem } from './problem.ts';
import { AWAIT_MENDING } from './scripts.ts';
import { sourceLines } from './source-lines.ts';

/** The answer while an application cannot be opened: what is wrong, where. The page goes when that is mended. */
export async function brokenPage(problem: Problem, method: string): Promise<Response> {
  const { kind, message, file, line, column, path, stack } = problem;
  const lines = file === undefined || line === undefined ? [] : await sourceLines(file, line);
  const [first = '', ...others] = message.split('\n');
  const place = file !== undefined && [shortPath(file), line, column].filter((part) => part !== undefined).join(':');
  const body = html`<header>
  <p class="kind">${kind}</p>
  <h1>${first}</h1>
  ${others.length > 0 && html`<ul class="others">${others.map((other) => html`<li>${other}</li>`)}</ul>`}
</header>
<main>
<section class="card">
  ${place && html`<h2 class="place">${place}${path !== undefined && html` <span class="keys">${path}</span>`}</h2>`}
  ${listing(lines, column)}
  ${stack !== undefined && html`<details class="raw"><summary>Stack</summary><pre>${stack}</pre></details>`}
</section>
<p class="hint">Nothing is served until this is mended. <span id="waiting" hidden>This page watches for that.</span></p>
</main>`;
  // A page that answered a form cannot be loaded again without sending it again.
  const scripts = method === 'GET' || method === 'HEAD' ? [AWAIT_MENDING] : [];
  const id = createHash('sha256').update(describeProblem(problem)).update(JSON.stringify(lines)).digest('hex');
  return developerPage({ title: first, body, problem: id.slice(0, 16), scripts });
}
