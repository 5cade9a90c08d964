import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import Koa from 'koa';
import { pieces, type Stage } from '../stage.ts';

/** The suite's rooms in Koa 3, which has no router of its own. */
export function koaApp(stage: Stage): Koa {
  const app = new Koa();
  app.silent = true;
  const rooms = koaRooms(stage);
  app.use((context) => {
    const [, room = '', word] = context.path.split('/');
    context.state.word = word;
    return rooms[room]?.(context);
  });
  return app;
}

function koaRooms(stage: Stage): Readonly<Record<string, (context: Koa.Context) => unknown>> {
  return {
    json: (context) => {
      context.body = { name: 'Köln' };
    },
    query: (context) => {
      context.body = context.query;
    },
    path: (context) => {
      context.body = { word: decodeURIComponent(context.state.word) };
    },
    client: (context) => {
      context.body = { address: context.ip, protocol: context.protocol, host: context.host };
    },
    redirect: (context) => context.redirect(`${'baseUrl' in context.req ? context.req.baseUrl : ''}/json`),
    cookies: (context) => {
      context.cookies.set('a', '1');
      context.cookies.set('b', '2');
      context.body = 'cookies';
    },
    cookie: (context) => {
      context.body = { cookie: context.get('cookie') };
    },
    'not-modified': (context) => {
      context.status = 304;
      context.set('ETag', '"1"');
    },
    echo: async (context) => {
      context.body = await json(context.req);
    },
    digest: async (context) => {
      const hash = createHash('sha256');
      for await (const chunk of context.req) hash.update(chunk);
      context.body = hash.digest('hex');
    },
    unread: (context) => {
      context.status = 202;
      context.body = 'not read';
    },
    pass: (context) => {
      context.body = context.req;
    },
    events: (context) => {
      context.type = 'text/event-stream';
      context.body = Readable.from(stage.events());
    },
    large: (context) => {
      context.body = Readable.from(pieces(Number(context.query.pieces)));
    },
    throw: () => {
      throw new Error('thrown');
    },
    reject: async () => {
      throw new Error('rejected');
    },
    broken: (context) => {
      context.body = Readable.from(stage.broken()).on('error', () => context.res.destroy());
    },
    endless: (context) => {
      context.res.on('close', () => stage.note(`left ${context.res.writableFinished}`));
      context.body = Readable.from(stage.endless());
    },
    waiting: (context) => {
      stage.note('waiting');
      context.req.on('aborted', () => stage.note('aborted'));
      context.res.on('close', () => stage.note('left false'));
      context.respond = false;
    },
  };
}
