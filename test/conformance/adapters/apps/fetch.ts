import { createHash } from 'node:crypto';
import type { FetchHandler } from '../../../../src/app/adapters/index.ts';
import type { Request as OurRequest } from '../../../../src/http/request.ts';
import { pieces, type Stage } from '../stage.ts';

type Room = (request: Request, url: URL, ours: OurRequest) => Response | Promise<Response>;

/** The suite's rooms as a plain fetch handler. */
export function fetchHandler(stage: Stage): { readonly fetch: FetchHandler } {
  const rooms = fetchRooms(stage);
  return {
    fetch: (request, { request: ours }) => {
      const url = new URL(request.url);
      const room = rooms[url.pathname.split('/')[1] ?? ''];
      return room === undefined ? new Response('not found', { status: 404 }) : room(request, url, ours);
    },
  };
}

function fetchRooms(stage: Stage): Readonly<Record<string, Room>> {
  return {
    json: () => Response.json({ name: 'Köln' }),
    query: (_, url) => Response.json(Object.fromEntries(url.searchParams)),
    path: (_, url) => Response.json({ word: decodeURIComponent(url.pathname.split('/')[2] ?? '') }),
    client: (_, url, ours) =>
      Response.json({ address: ours.variable('REMOTE_ADDR'), protocol: url.protocol.slice(0, -1), host: url.host }),
    redirect: (_request, _url, { publicUrl }) =>
      new Response(null, { status: 302, headers: { Location: `${publicUrl.mount}/json` } }),
    cookies: () => {
      const headers = new Headers([
        ['Set-Cookie', 'a=1; Path=/'],
        ['Set-Cookie', 'b=2; Path=/'],
      ]);
      return new Response('cookies', { headers });
    },
    cookie: ({ headers }) => Response.json({ cookie: headers.get('cookie') }),
    'not-modified': () => new Response(null, { status: 304, headers: { ETag: '"1"' } }),
    echo: async (request) => Response.json(await request.json()),
    digest: async ({ body }) => {
      const hash = createHash('sha256');
      for await (const chunk of body ?? []) hash.update(chunk);
      return new Response(hash.digest('hex'));
    },
    unread: () => new Response('not read', { status: 202 }),
    pass: ({ body }) => new Response(body),
    events: () => new Response(ReadableStream.from(encoded(stage.events()))),
    large: (_, url) => new Response(ReadableStream.from(pieces(Number(url.searchParams.get('pieces'))))),
    throw: () => {
      throw new Error('thrown');
    },
    reject: async () => {
      throw new Error('rejected');
    },
    broken: () => new Response(ReadableStream.from(stage.broken())),
    endless: () => new Response(ReadableStream.from(noted(stage))),
    waiting: async ({ signal }) => {
      stage.note('waiting');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      stage.note('aborted');
      stage.note('left false');
      return new Response('nobody reads this');
    },
  };
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text);
}

/** The stream is cancelled when the client leaves. */
async function* noted(stage: Stage): AsyncGenerator<Uint8Array> {
  try {
    yield* stage.endless();
  } finally {
    stage.note('left false');
  }
}
