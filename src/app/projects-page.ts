import { encodePath } from '../http/percent.ts';
import type { Request } from '../http/request.ts';
import { Response } from '../http/response.ts';
import { html } from '../http/xml.ts';
import { PRODUCT, VERSION } from '../version.ts';

/** The page at the root of projects (row APP-14). `names` undefined: they are not told. */
export function projectsPage(request: Request, names: readonly string[] | undefined): Response {
  const { base } = request.publicUrl;
  const list =
    names !== undefined &&
    html`<h2>Available projects</h2>
<ul>
${names.map((name) => html`<li><a href="${`${base}${encodePath(`/${name}/`)}`}">${name}</a></li>\n`)}</ul>`;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${PRODUCT} ${VERSION}</title></head>
<body>
<h1>Welcome to ${PRODUCT} ${VERSION}</h1>
${list}
</body>
</html>
`;
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    Vary: request.vary,
  };
  return new Response(200, headers, page.text);
}
