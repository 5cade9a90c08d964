import { PRODUCT, VERSION } from '../../version.ts';
import { Response, type ResponseHeaders } from '../response.ts';
import { html, type Markup, trusted } from '../xml.ts';
import { ICON } from './icon.ts';
import { BASE_STYLE } from './style.ts';

export interface PageContent {
  /** Of the window; the product's name is put behind it. */
  readonly title: string;
  /** Further elements of `<head>`. */
  readonly head?: Markup | undefined;
  /** `<body>` with everything inside. */
  readonly body: Markup;
  readonly status?: number;
  readonly headers?: ResponseHeaders;
  /** Where `style.css` and `icon.svg` are, relative to the page: `static/`. Undefined: they stand in the page itself. */
  readonly assets?: string | undefined;
  /** Whence pictures may be loaded besides this application: `https://tile.example`. */
  readonly imageOrigins?: readonly string[];
}

/** A page of HTML for people, in the look that all have, which is whole without scripts. */
export function htmlPage(content: PageContent): Response {
  const { title, head, body, status = 200, headers = {}, assets, imageOrigins = [] } = content;
  const text = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${PRODUCT}</title>
<link rel="icon" href="${assets === undefined ? INLINE_ICON : `${assets}icon.svg`}" type="image/svg+xml">
${head}
${assets === undefined ? INLINE_STYLE : html`<link rel="stylesheet" href="${assets}style.css">`}
</head>
${body}
</html>
`.text;
  return new Response(
    status,
    { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy(imageOrigins), ...headers },
    text,
  );
}

const INLINE_ICON = `data:image/svg+xml,${encodeURIComponent(ICON)}`;
const INLINE_STYLE = html`<style>${trusted(BASE_STYLE)}</style>`;

/**
 * Pages load nothing but what this application serves and a background map where one is wanted, run no script that
 * stands in the page, and cannot be framed by others. Map libraries set styles on elements.
 */
function policy(imageOrigins: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    ["img-src 'self' data: blob:", ...imageOrigins].join(' '),
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/**
 * The bar at the top.
 *
 * @param home address that its mark leads to; undefined: this is where it would lead
 */
export function banner(title: string, subtitle: string | undefined, home?: string, actions?: Markup): Markup {
  const mark = html`<img src="${INLINE_ICON}" width="40" height="40" alt="">`;
  return html`<header class="banner">
  ${home === undefined ? html`<span class="mark">${mark}</span>` : html`<a class="mark" href="${home}" aria-label="Overview">${mark}</a>`}
  <div class="banner-text">
    <h1>${title}</h1>
    <p>${subtitle}</p>
  </div>
  ${actions && html`<div class="banner-actions">${actions}</div>`}
</header>`;
}

export function footer(): Markup {
  return html`<footer class="footer">${PRODUCT} ${VERSION}</footer>`;
}

/** The page at a root: MapProxy's words (row APP-02), and what there is to see. */
export function welcomePage(base: string, content: Markup, headers?: ResponseHeaders): Response {
  const title = `Welcome to ${PRODUCT} ${VERSION}`;
  const body = html`<body>
${banner(title, base)}
<main class="content">
${content}
</main>
${footer()}
</body>`;
  return htmlPage({ title, body, ...(headers && { headers }) });
}
