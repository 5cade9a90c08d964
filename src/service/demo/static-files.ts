import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isNotModified } from '../../http/caching.ts';
import { ICON } from '../../http/page/icon.ts';
import type { Request } from '../../http/request.ts';
import { Response, textResponse } from '../../http/response.ts';
import { COPY_SCRIPT } from './static/copy-script.ts';
import { STYLE_SHEET } from './static/style-sheet.ts';
import { VIEWER_SCRIPT } from './static/viewer-script.ts';

interface StaticFile {
  readonly mimeType: string;
  readonly load: () => Promise<Buffer>;
}

interface LoadedFile {
  readonly mimeType: string;
  readonly body: Buffer;
  readonly etag: string;
}

const CSS = 'text/css; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';

/**
 * All there is below `/demo/static/`. A name is looked up here and nowhere else, so no path that a client can think of
 * reaches the disk (row SEC-02).
 */
const FILES: ReadonlyMap<string, StaticFile> = new Map([
  ['style.css', { mimeType: CSS, load: async () => Buffer.from(STYLE_SHEET) }],
  ['copy.js', { mimeType: JAVASCRIPT, load: async () => Buffer.from(COPY_SCRIPT) }],
  ['viewer.js', { mimeType: JAVASCRIPT, load: async () => Buffer.from(VIEWER_SCRIPT) }],
  ['icon.svg', { mimeType: 'image/svg+xml', load: async () => Buffer.from(ICON) }],
  ['ol.js', { mimeType: JAVASCRIPT, load: () => readFile(join(folderOf('ol'), 'dist', 'ol.js')) }],
  ['proj4.js', { mimeType: JAVASCRIPT, load: () => readFile(join(folderOf('proj4'), 'dist', 'proj4.js')) }],
  ['ol.css', { mimeType: CSS, load: () => readFile(join(folderOf('ol'), 'ol.css')) }],
]);

const loaded = new Map<string, Promise<LoadedFile>>();

/** The file of a name below `/demo/static/`, or 404 (row DEMO-04). */
export async function staticFile(request: Request, name: string): Promise<Response> {
  const file = FILES.get(name);
  if (file === undefined) return textResponse(404, 'not found');
  let content = loaded.get(name);
  if (content === undefined) {
    content = load(file);
    loaded.set(name, content);
    content.catch(() => loaded.delete(name));
  }
  const { mimeType, body, etag } = await content;
  const headers = { ETag: etag, 'Cache-Control': 'public, max-age=3600' };
  if (isNotModified(request, etag, Number.POSITIVE_INFINITY)) return new Response(304, headers, null);
  return new Response(200, { 'Content-Type': mimeType, ...headers }, body);
}

async function load({ mimeType, load: read }: StaticFile): Promise<LoadedFile> {
  const body = await read();
  return { mimeType, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

function folderOf(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}
