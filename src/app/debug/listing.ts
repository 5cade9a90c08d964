import { relative } from 'node:path';
import { html, type Markup } from '../../http/xml.ts';
import type { SourceLine } from './source-lines.ts';

/** Lines of a source file with their numbers; `column` marks where in the line that is meant. */
export function listing(lines: readonly SourceLine[], column?: number): Markup | undefined {
  if (lines.length === 0) return undefined;
  return html`<pre class="listing" tabindex="0"><code>${lines.map((line) => listingLine(line, column))}</code></pre>`;
}

function listingLine({ number, text, isMeant }: SourceLine, column: number | undefined): Markup {
  if (!isMeant) return html`<span class="line" data-line="${number}">${text || ' '}</span>`;
  const marked = html`<span class="line meant" data-line="${number}">${text || ' '}</span>`;
  if (column === undefined || column > text.length + 1) return marked;
  // Tabs stay tabs, so that the mark stands below its character.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return html`${marked}<span class="line caret" data-line="">${indent}^</span>`;
}

/** A file as people name it: from the working directory where it is below that. */
export function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') ? file : path;
}
