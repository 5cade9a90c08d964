import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { stream, streamText } from 'hono/streaming';
import type { FetchEnvironment } from '../../../../src/app/adapters/index.ts';
import { pieces, type Stage } from '../stage.ts';

/** The suite's rooms in Hono 4. */
export function honoApp(stage: Stage): Hono<{ Bindings: FetchEnvironment }> {
  const app = new Hono<{ Bindings: FetchEnvironment }>();
  // Else it prints stacks.
  app.onError((_, c) => c.text('internal error', 500));
  app.get('/json', (c) => c.json({ name: 'Köln' }));
  app.get('/query', (c) => c.json(c.req.query()));
  app.get('/path/:word', (c) => c.json({ word: c.req.param('word') }));
  app.get('/client', (c) => {
    const { protocol, host } = new URL(c.req.url);
    return c.json({ address: c.env.request.variable('REMOTE_ADDR'), protocol: protocol.slice(0, -1), host });
  });
  app.get('/redirect', (c) => c.redirect(`${c.env.request.publicUrl.mount}/json`));
  app.get('/cookies', (c) => {
    setCookie(c, 'a', '1');
    setCookie(c, 'b', '2');
    return c.text('cookies');
  });
  app.get('/cookie', (c) => c.json({ cookie: c.req.header('cookie') }));
  app.get('/not-modified', (c) => c.body(null, 304, { ETag: '"1"' }));
  app.post('/echo', async (c) => c.json(await c.req.json()));
  app.post('/digest', async (c) => {
    const hash = createHash('sha256');
    for await (const chunk of c.req.raw.body ?? []) hash.update(chunk);
    return c.text(hash.digest('hex'));
  });
  app.post('/unread', (c) => c.text('not read', 202));
  app.post('/pass', (c) => new Response(c.req.raw.body));
  app.get('/events', (c) =>
    streamText(c, async (answer) => {
      for await (const event of stage.events()) await answer.write(event);
    }),
  );
  app.get('/large', (c) =>
    stream(c, async (answer) => {
      for (const piece of pieces(Number(c.req.query('pieces')))) await answer.write(piece);
    }),
  );
  app.get('/throw', () => {
    throw new Error('thrown');
  });
  app.get('/reject', async () => {
    throw new Error('rejected');
  });
  app.get('/broken', (c) => c.body(ReadableStream.from(stage.broken())));
  app.get('/endless', (c) =>
    stream(c, async (answer) => {
      answer.onAbort(() => stage.note('left false'));
      for await (const piece of stage.endless()) {
        if (answer.aborted) return;
        await answer.write(piece);
      }
    }),
  );
  app.get('/waiting', async (c) => {
    stage.note('waiting');
    await new Promise((resolve) => c.req.raw.signal.addEventListener('abort', resolve, { once: true }));
    stage.note('aborted');
    stage.note('left false');
    return c.text('nobody reads this');
  });
  return app;
}
