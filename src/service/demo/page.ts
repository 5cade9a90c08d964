import { banner as commonBanner, footer, htmlPage } from '../../http/page/page.ts';
import type { Response } from '../../http/response.ts';
import { html, type Markup } from '../../http/xml.ts';

export { footer };

export interface DemoPageOptions {
  readonly head?: Markup | undefined;
  readonly status?: number;
  readonly imageOrigins?: readonly string[];
}

/** A page of the demo. `body` is `<body>` with everything inside. */
export function page(title: string, body: Markup, options: DemoPageOptions = {}): Response {
  return htmlPage({ title, body, assets: 'static/', ...options });
}

/** The bar at the top of every page but the viewer's; its mark leads to the overview. */
export function banner(title: string, subtitle: string | undefined, actions?: Markup): Markup {
  return commonBanner(title, subtitle, './', actions);
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
  return page('Not found', body, { status: 404 });
}
