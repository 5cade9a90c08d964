import { randomBytes } from 'node:crypto';
import { Response } from '../../http/response.ts';
import { html, type Markup, trusted } from '../../http/xml.ts';
import { PRODUCT, VERSION } from '../../version.ts';
import { PROBLEM_HEADER } from './names.ts';
import { STYLE_SHEET } from './style.ts';

export interface PageContent {
  readonly title: string;
  readonly body: Markup;
  /** Also what PROBLEM_HEADER says: another value tells that another problem has taken its place. */
  readonly problem: string;
  /** Texts of scripts of ours. */
  readonly scripts: readonly string[];
}

/**
 * A page for developers with status 500. It carries all it needs, as the application may not be able to answer
 * anything, loads nothing, and runs no script but its own.
 */
export function developerPage({ title, body, problem, scripts }: PageContent): Response {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  const text = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${PRODUCT}</title>
<style nonce="${nonce}">${trusted(STYLE_SHEET)}</style>
</head>
<body data-problem="${problem}">
${body}
<footer>${PRODUCT} ${VERSION} · development server</footer>
${scripts.map((script) => html`<script nonce="${nonce}">${trusted(script)}</script>`)}
</body>
</html>
`.text;
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    [PROBLEM_HEADER]: problem,
  };
  return new Response(500, headers, text);
}
