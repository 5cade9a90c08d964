import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { pieces, type Stage } from '../stage.ts';

type Room = (req: IncomingMessage, res: ServerResponse, url: URL) => unknown;

/** The suite's rooms as a plain listener of `node:http`, in the ways that people write to answers. */
export function plainListener(stage: Stage): (req: IncomingMessage, res: ServerResponse) => unknown {
  const rooms = listenerRooms(stage);
  return (req, res) => {
    const url = new URL(req.url ?? '/', 'http://maps.example');
    const room = rooms[url.pathname.split('/')[1] ?? ''];
    if (room !== undefined) return room(req, res, url);
    res.statusCode = 404;
    res.end('not found');
    return undefined;
  };
}

function listenerRooms(stage: Stage): Readonly<Record<string, Room>> {
  return {
    json: (_, res) => sendJson(res, { name: 'Köln' }),
    query: (_, res, url) => sendJson(res, Object.fromEntries(url.searchParams)),
    path: (_, res, url) => sendJson(res, { word: decodeURIComponent(url.pathname.split('/')[2] ?? '') }),
    client: ({ socket, headers }, res) => {
      const protocol = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http';
      sendJson(res, { address: socket.remoteAddress, protocol, host: headers.host });
    },
    redirect: (req, res) => res.writeHead(302, { Location: `${'baseUrl' in req ? req.baseUrl : ''}/json` }).end(),
    // A list of names and values, as raw headers are.
    cookies: (_, res) =>
      res.writeHead(200, 'Fine', ['Set-Cookie', 'a=1; Path=/', 'Set-Cookie', 'b=2; Path=/']).end('cookies'),
    cookie: (req, res) => sendJson(res, { cookie: req.headers.cookie }),
    'not-modified': (_, res) => res.writeHead(304, { ETag: '"1"' }).end('not to be sent'),
    echo: async (req, res) => sendJson(res, await json(req)),
    digest: (req, res) => {
      const hash = createHash('sha256');
      req.on('data', (chunk: Buffer) => hash.update(chunk));
      req.on('end', () => res.end(hash.digest('hex')));
    },
    unread: (_, res) => res.writeHead(202).end('not read'),
    pass: (req, res) => req.pipe(res),
    events: async (_, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Transfer-Encoding': 'chunked' });
      for await (const event of stage.events()) res.write(event);
      res.end();
    },
    large: async (_, res, url) => {
      for (const piece of pieces(Number(url.searchParams.get('pieces')))) {
        if (!res.write(piece)) await new Promise((resolve) => res.once('drain', resolve));
      }
      res.end();
    },
    throw: () => {
      throw new Error('thrown');
    },
    reject: async () => {
      throw new Error('rejected');
    },
    broken: (_, res) => pipeline(Readable.from(stage.broken()), res),
    endless: (_, res) => {
      res.on('close', () => stage.note(`left ${res.writableFinished}`));
      Readable.from(stage.endless()).pipe(res);
    },
    waiting: (req, res) => {
      stage.note('waiting');
      req.on('aborted', () => stage.note('aborted'));
      res.on('close', () => stage.note('left false'));
    },
  };
}

function sendJson(res: ServerResponse, value: unknown): void {
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.end(JSON.stringify(value));
}
