import { welcomePage } from '../http/page/page.ts';
import { encodePath } from '../http/percent.ts';
import type { Request } from '../http/request.ts';
import type { Response } from '../http/response.ts';
import { html } from '../http/xml.ts';

/** The page at the root of projects (row APP-14). `names` undefined: they are not told. */
export function projectsPage(request: Request, names: readonly string[] | undefined): Response {
  const { base } = request.publicUrl;
  const content =
    names === undefined
      ? html`<p class="card lead">Each project is at a path of its own, which is not told here.</p>`
      : html`<h2>Available projects</h2>
${names.length === 0 && html`<p class="notice">There is none yet.</p>`}
<ul class="links-list">
${names.map((name) => html`<li><a href="${`${base}${encodePath(`/${name}/`)}`}">${name}</a></li>\n`)}</ul>`;
  return welcomePage(base, content, { Vary: request.vary });
}
