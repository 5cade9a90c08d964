import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { pieces, type Stage } from '../stage.ts';

/** The suite's rooms in Express 5. */
export function expressApp(stage: Stage): express.Express {
  const app = express();
  // Else it prints stacks.
  app.set('env', 'test');
  app.get('/json', (_, res) => void res.json({ name: 'Köln' }));
  app.get('/query', (req, res) => void res.json(req.query));
  app.get('/path/:word', (req, res) => void res.json(req.params));
  app.get('/client', (req, res) => void res.json({ address: req.ip, protocol: req.protocol, host: req.get('host') }));
  app.get('/redirect', (req, res) => res.redirect(`${req.baseUrl}/json`));
  app.get('/cookies', (_, res) => void res.cookie('a', '1').cookie('b', '2').send('cookies'));
  app.get('/cookie', (req, res) => void res.json({ cookie: req.headers.cookie }));
  app.get('/not-modified', (_, res) => void res.status(304).set('ETag', '"1"').send('not to be sent'));
  app.post('/echo', express.json(), (req, res) => void res.json(req.body));
  app.post('/digest', async (req, res) => {
    const hash = createHash('sha256');
    for await (const chunk of req) hash.update(chunk);
    res.send(hash.digest('hex'));
  });
  app.post('/unread', (_, res) => void res.status(202).send('not read'));
  app.post('/pass', (req, res) => void req.pipe(res));
  app.get('/events', async (_, res) => {
    res.type('text/event-stream').flushHeaders();
    for await (const event of stage.events()) res.write(event);
    res.end();
  });
  app.get('/large', (req, res) => pipeline(Readable.from(pieces(Number(req.query.pieces))), res));
  app.get('/throw', () => {
    throw new Error('thrown');
  });
  app.get('/reject', async () => {
    throw new Error('rejected');
  });
  app.get('/broken', (_, res) => pipeline(Readable.from(stage.broken()), res).catch(() => {}));
  app.get('/endless', (_, res) => {
    res.on('close', () => stage.note(`left ${res.writableFinished}`));
    Readable.from(stage.endless()).pipe(res);
  });
  app.get('/waiting', (req, res) => {
    stage.note('waiting');
    req.on('aborted', () => stage.note('aborted'));
    res.on('close', () => stage.note('left false'));
  });
  return app;
}
