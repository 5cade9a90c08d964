import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { pieces, type Stage } from '../stage.ts';

/** The suite's rooms in Fastify 5. It knows nothing of mounts: the raw request tells. */
export function fastifyApp(stage: Stage): FastifyInstance {
  const app = fastify();
  app.addContentTypeParser('application/octet-stream', (_, payload, done) => done(null, payload));
  app.get('/json', async () => ({ name: 'Köln' }));
  app.get('/query', async ({ query }) => query);
  app.get('/path/:word', async ({ params }) => params);
  app.get('/client', async ({ ip, protocol, host }) => ({ address: ip, protocol, host }));
  app.get('/redirect', async ({ raw }, reply) => reply.redirect(`${mountOf(raw)}/json`));
  app.get('/cookies', async (_, reply) => reply.header('Set-Cookie', ['a=1; Path=/', 'b=2; Path=/']).send('cookies'));
  app.get('/cookie', async ({ headers }) => ({ cookie: headers.cookie }));
  app.get('/not-modified', async (_, reply) => reply.code(304).header('ETag', '"1"').send());
  app.post('/echo', async ({ body }) => body);
  app.post('/digest', async ({ body }) => {
    const hash = createHash('sha256');
    for await (const chunk of body as Readable) hash.update(chunk);
    return hash.digest('hex');
  });
  app.post('/unread', async (_, reply) => reply.code(202).send('not read'));
  app.post('/pass', async ({ body }, reply) => reply.send(body));
  app.get('/events', async (_, reply) => reply.type('text/event-stream').send(Readable.from(stage.events())));
  app.get<{ Querystring: { pieces: string } }>('/large', async ({ query }, reply) =>
    reply.send(Readable.from(pieces(Number(query.pieces)))),
  );
  app.get('/throw', () => {
    throw new Error('thrown');
  });
  app.get('/reject', async () => {
    throw new Error('rejected');
  });
  app.get('/broken', async (_, reply) => reply.send(Readable.from(stage.broken())));
  app.get('/endless', async (_, reply) => {
    reply.raw.on('close', () => stage.note(`left ${reply.raw.writableFinished}`));
    return reply.send(Readable.from(stage.endless()));
  });
  app.get('/waiting', async ({ raw }, reply) => {
    stage.note('waiting');
    raw.on('aborted', () => stage.note('aborted'));
    reply.raw.on('close', () => stage.note('left false'));
    reply.hijack();
  });
  return app;
}

function mountOf(raw: object): unknown {
  return 'baseUrl' in raw ? raw.baseUrl : '';
}
