import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Application } from '../../../src/http/application.ts';
import type { Request } from '../../../src/http/request.ts';
import { Response, type ResponseBody, type ResponseHeaders, textResponse } from '../../../src/http/response.ts';

/** What the suite asks for, by the first word of the path; it may run in another process. */
const ROOMS: Readonly<Record<string, Application>> = {
  env: describe,
  digest: async ({ body }) => textResponse(200, await digest(body)),
  pass: ({ body }) => stream(body),
  large: ({ queryString }) => new Response(200, {}, Buffer.alloc(Number(queryString), 'The quick brown fox. ')),
  pieces: ({ queryString }) => stream(pieces(Number(queryString))),
  cookies: () => new Response(200, { 'Set-Cookie': ['a=1', 'b=2'], 'X-Name': 'Köln' }, 'cookies'),
  'not-modified': () => new Response(304, { ETag: '"1"' }, 'not to be sent'),
  'line-break': () => new Response(200, { 'X-Secret': 'leaked', 'X-Bad': 'a\r\nX-More: leaked' }, 'leaked'),
  // The lower bytes of these characters are CR and LF.
  'wide-line-break': () => new Response(200, { 'X-Bad': 'a\u010d\u010aX-More: leaked' }, 'leaked'),
  'bad-status': () => new Response(20, {}, 'leaked'),
  throw: () => {
    throw new Error('leaked: thrown');
  },
  reject: async () => {
    throw new Error('leaked: rejected');
  },
  broken: ({ body }) => stream(brokenOff(body)),
  short: ({ body }) => new Response(200, { 'Content-Length': '1000000' }, brokenOff(body)),
  endless: ({ signal, queryString }) => stream(endless(signal, queryString)),
  listeners: ({ signal }) => listeners(signal),
  waiting: ({ signal, queryString }) => waiting(signal, queryString),
};

export const application: Application = (request) => {
  const room = ROOMS[request.pathInfo.split('/')[1] ?? ''];
  return room === undefined ? textResponse(404, 'not found') : room(request);
};

function stream(body: ResponseBody): Response {
  return new Response(200, STREAMED, body);
}

const STREAMED: ResponseHeaders = { 'Content-Type': 'application/octet-stream' };

function describe(request: Request): Response {
  const { method, scriptName, pathInfo, queryString, publicUrl } = request;
  const told = { method, scriptName, pathInfo, queryString, base: publicUrl.base, test: request.header('X-Test') };
  return new Response(200, { 'Content-Type': 'application/json' }, JSON.stringify(told));
}

async function digest(body: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return hash.digest('hex');
}

const PIECE = Buffer.alloc(65_536, 'piece ');

async function* pieces(count: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < count; index++) {
    await sleep(1);
    yield PIECE;
  }
}

/** Once the client, by its body, tells that it has the piece: a reset can overtake what is on its way. */
async function* brokenOff(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  yield PIECE;
  await digest(body);
  throw new Error('the source broke off');
}

/** Until nobody takes it; that the signal tells so is written to a file. */
async function* endless(signal: AbortSignal, file: string): AsyncGenerator<Buffer> {
  signal.addEventListener('abort', () => writeFileSync(file, 'aborted'), { once: true });
  for (;;) {
    yield PIECE;
    await sleep(1);
  }
}

/** So many pieces of work wait for the signal; tells what Node warns of. */
async function listeners(signal: AbortSignal): Promise<Response> {
  const warnings: string[] = [];
  const note = ({ name }: Error): unknown => warnings.push(name);
  process.on('warning', note);
  for (let count = 0; count < 50; count++) signal.addEventListener('abort', () => {});
  // Warnings come in a turn of their own.
  await sleep(1);
  process.off('warning', note);
  return textResponse(200, warnings.join());
}

async function waiting(signal: AbortSignal, file: string): Promise<Response> {
  writeFileSync(file, 'waiting');
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  writeFileSync(file, 'aborted');
  return textResponse(200, 'nobody reads this');
}
