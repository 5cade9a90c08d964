import { Response } from '../../http/response.ts';
import { html, type Markup } from '../../http/xml.ts';
import { PRODUCT, VERSION } from '../../version.ts';

/**
 * Pages load nothing but what this application serves, run no script that stands in the page, and cannot be framed by
 * others. Map libraries set styles on elements.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** A page of the demo. `body` is everything inside `<body>`. */
export function page(title: string, head: Markup | undefined, body: Markup, status = 200): Response {
  const text = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${PRODUCT}</title>
<link rel="icon" href="static/icon.svg" type="image/svg+xml">
${head}
<link rel="stylesheet" href="static/style.css">
</head>
${body}
</html>
`.text;
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': CONTENT_SECURITY_POLICY };
  return new Response(status, headers, text);
}

/** The bar at the top of every page but the viewer's. */
export function banner(title: string, subtitle: string | undefined, actions?: Markup): Markup {
  return html`<header class="banner">
  <a class="mark" href="./" aria-label="Overview"><img src="static/icon.svg" width="40" height="40" alt=""></a>
  <div class="banner-text">
    <h1>${title}</h1>
    <p>${subtitle}</p>
  </div>
  <div class="banner-actions">${actions}</div>
</header>`;
}

export function footer(): Markup {
  return html`<footer class="footer">${PRODUCT} ${VERSION}</footer>`;
}

/** An address to be copied: a click selects all of it, and where scripts run there is a button. */
export function copyable(url: string, label: string): Markup {
  return html`<div class="copyable"><code>${url}</code><button type="button" class="copy" data-copy="${url}" aria-label="Copy ${label}" hidden>Copy</button></div>`;
}

/** A page that says what could not be found. */
export function notFoundPage(message: string): Response {
  const body = html`<body>
${banner('Not found', message)}
<main class="content"><p><a class="button" href="./">All layers and services</a></p></main>
${footer()}
</body>`;
  return page('Not found', undefined, body, 404);
}
