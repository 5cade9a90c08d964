import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { ProtocolError } from '@mapgate/fastcgi-kit';
import { fromNodeListener, type NodeListener } from '../../../../src/app/adapters/index.ts';
import { configureLogging } from '../../../../src/log.ts';
import { type AskedRequest, bytesOf, CountedBody, pieces, requestFor, settle, streamOf } from './support.ts';

configureLogging({ level: 'silent' });

async function run(listener: NodeListener, target = '/', asked: AskedRequest = {}) {
  return fromNodeListener(listener)(requestFor(target, asked));
}

/** What a listener sees of a request. */
async function seen<T>(look: (req: IncomingMessage) => T, target = '/', asked: AskedRequest = {}): Promise<T> {
  let found: T | undefined;
  await run(
    (req, res) => {
      found = look(req);
      res.end();
    },
    target,
    asked,
  );
  return found as T;
}

const PIECE = Buffer.alloc(16_384, 'y');

test('url is below the mount, baseUrl is the mount, originalUrl both', async () => {
  const look = (req: IncomingMessage) => [
    req.url,
    'baseUrl' in req && req.baseUrl,
    'originalUrl' in req && req.originalUrl,
  ];
  const told = await seen(look, '/two words/ä?a=%20', { scriptName: '/my maps' });
  assert.deepEqual(told, ['/two%20words/%C3%A4?a=%20', '/my%20maps', '/my%20maps/two%20words/%C3%A4?a=%20']);
  assert.deepEqual(await seen(look, '', { scriptName: '/maps' }), ['/', '/maps', '/maps/']);
});

test('url is escaped as the client wrote it, where the web server tells', async () => {
  const variables = { REQUEST_URI: '/maps/a%2fb+c%41?x' };
  const url = ({ url }: IncomingMessage) => url;
  assert.equal(await seen(url, '/a/b+cA?x', { scriptName: '/maps', variables }), '/a%2fb+c%41?x');
  // A mount that the client does not see.
  assert.equal(await seen(url, '/maps/a/b+cA?x', { scriptName: '/outer', variables }), '/maps/a%2fb+c%41?x');
  // Slashes that the web server has merged.
  assert.equal(await seen(url, '/a b', { variables: { REQUEST_URI: '//a%20b' } }), '/a%20b');
});

test('header fields: names in lower case, raw ones in usual case, an offer to upgrade left out', async () => {
  const variables = {
    HTTP_X_FORWARDED_FOR: '::1',
    CONTENT_TYPE: 'text/plain',
    CONTENT_LENGTH: '',
    HTTP_UPGRADE: 'h2c',
  };
  const told = await seen((req) => [req.headers, req.rawHeaders, req.headersDistinct], '/', { variables });
  assert.deepEqual(told, [
    { 'x-forwarded-for': '::1', 'content-type': 'text/plain' },
    ['X-Forwarded-For', '::1', 'Content-Type', 'text/plain'],
    { 'x-forwarded-for': ['::1'], 'content-type': ['text/plain'] },
  ]);
});

test('the socket tells both ends and whether the client came by https', async () => {
  const variables = { REMOTE_PORT: '4711', SERVER_ADDR: '192.0.2.1', SERVER_PORT: '443' };
  const told = await seen(
    ({ socket }) => [
      [socket.remoteAddress, socket.remotePort, socket.remoteFamily],
      [socket.localAddress, socket.localPort, 'encrypted' in socket && socket.encrypted],
    ],
    '/',
    { variables },
  );
  assert.deepEqual(told, [
    ['192.0.2.7', 4711, 'IPv4'],
    ['192.0.2.1', 443, true],
  ]);
});

test('an answer that ends in its first turn is given whole', async () => {
  const { status, headers, body } = await run((_, res) => {
    res.setHeader('X-Name', 'a');
    res.write('one ');
    res.end('two');
  });
  assert.deepEqual([status, headers, body], [200, { 'X-Name': 'a' }, Buffer.from('one two')]);
});

test('header fields of writeHead replace those that were set; a list may repeat a name', async () => {
  const { status, headers } = await run((_, res) => {
    res.setHeader('X-Name', 'a');
    res.setHeader('Set-Cookie', ['a=1', 'b=2']);
    res.writeHead(201, 'Made', ['x-name', 'b', 'Link', '<1>', 'Link', ['<2>', '<3>']]).end();
  });
  const links = ['<1>', '<2>', '<3>'];
  assert.deepEqual([status, headers], [201, { 'Set-Cookie': ['a=1', 'b=2'], 'x-name': 'b', Link: links }]);
});

test('fields of the connection are not passed on, and chunks asked for by name are not written', async () => {
  const { headers, body } = await run((_, res) => {
    res.writeHead(200, { Connection: 'close', 'Transfer-Encoding': 'chunked', 'Keep-Alive': 'timeout=5', ETag: '"1"' });
    res.end('plain');
  });
  assert.deepEqual([headers, String(await bytesOf(body))], [{ ETag: '"1"' }, 'plain']);
});

test('100-continue and early hints are not part of the answer', async () => {
  let hinted = false;
  const { status, body } = await run((_, res) => {
    res.writeContinue();
    res.writeEarlyHints({ link: '</a>' }, () => {
      hinted = true;
    });
    res.end('answer');
  });
  await settle();
  assert.deepEqual([status, String(await bytesOf(body)), hinted], [200, 'answer', true]);
});

test('a change of protocol is refused', async () => {
  await assert.rejects(
    run((_, res) => void res.writeHead(101, { Upgrade: 'websocket' }).end()),
    /cannot answer with status 101/,
  );
});

test('HEAD: no body, and no length but the one that was told', async () => {
  const quiet = await run((_, res) => void res.end('body'), '/', { method: 'HEAD' });
  assert.equal((await bytesOf(quiet.body)).length, 0);
  assert.notEqual(quiet.body, null);
  const told = await run((_, res) => void res.writeHead(200, { 'Content-Length': 4 }).end('body'), '/', {
    method: 'HEAD',
  });
  assert.deepEqual([told.headers, told.body], [{ 'Content-Length': '4' }, null]);
});

test('a head that is flushed is answered before the body', async () => {
  let end = (): void => {};
  const { status, body } = await run((_, res) => {
    res.flushHeaders();
    end = () => void res.end('late');
  });
  assert.equal(status, 200);
  end();
  assert.equal(String(await bytesOf(body)), 'late');
});

test('write returns false when the reader is behind, and drain follows when it is not', async () => {
  let answer: ServerResponse | undefined;
  let drains = 0;
  const { body } = await run((_, res) => {
    answer = res;
    res.flushHeaders();
    res.on('drain', () => drains++);
  });
  assert.ok(answer !== undefined);
  let written = 0;
  while (answer.write(PIECE)) {
    await settle();
    assert.ok(++written < 100, 'it never says that the reader is behind');
  }
  assert.deepEqual([drains, answer.writableNeedDrain], [0, true]);
  await streamOf(body).next();
  await settle();
  assert.deepEqual([drains, answer.writableNeedDrain], [1, false]);
});

test('a pipeline into an answer that had to drain comes to its end', async () => {
  const { body } = await run(async (_, res) => {
    let room = true;
    while (room) room = res.write(PIECE);
    await pipeline(new CountedBody(20), res);
  });
  const { length } = await bytesOf(body);
  assert.ok(length > 20 * PIECE.length && length % PIECE.length === 0, String(length));
});

test('no more of the body is taken than the listener reads', async () => {
  const body = new CountedBody(1_000);
  let request: IncomingMessage | undefined;
  const answer = run(
    (req, res) => {
      request = req;
      req.once('data', () => {
        req.pause();
        res.end();
      });
    },
    '/',
    { method: 'POST', body },
  );
  await answer;
  await settle();
  assert.ok(body.taken < 20, `${body.taken} pieces taken`);
  request?.destroy();
  await settle();
  assert.equal(body.left, true);
});

test('a body that nobody reads is left where it is, and the request closes', async () => {
  const body = new CountedBody(10);
  const events: string[] = [];
  await run(
    (req, res) => {
      for (const event of ['aborted', 'close']) req.on(event, () => events.push(event));
      res.end();
    },
    '/',
    { method: 'POST', body },
  );
  await settle();
  assert.deepEqual([body.taken, events], [0, ['close']]);
});

test('events of a whole exchange: end of the body, finish, close', async () => {
  const events: string[] = [];
  const { body } = await run(
    (req, res) => {
      req.on('end', () => events.push('req end')).on('close', () => events.push('req close'));
      res.on('finish', () => events.push('res finish')).on('close', () => events.push('res close'));
      req.pipe(res);
    },
    '/',
    { method: 'POST', body: pieces(['a', '', 'b']) },
  );
  assert.equal(String(await bytesOf(body)), 'ab');
  await settle();
  assert.deepEqual(events.toSorted(), ['req close', 'req end', 'res close', 'res finish']);
  assert.ok(events.indexOf('res finish') < events.indexOf('res close'));
});

test('a client that goes away ends the request with aborted and both with close', async () => {
  const leave = new AbortController();
  const events: string[] = [];
  const answer = run(
    (req, res) => {
      req.on('aborted', () => events.push('req aborted')).on('close', () => events.push('req close'));
      req.on('error', (error) => events.push(`req ${'code' in error ? error.code : ''}`));
      res.on('close', () => events.push(`res close ${res.writableFinished}`));
    },
    '/',
    { signal: leave.signal },
  );
  leave.abort();
  await assert.rejects(answer);
  await settle();
  assert.deepEqual(events.toSorted(), ['req ECONNRESET', 'req aborted', 'req close', 'res close false']);
});

test('a reader that leaves a stream closes the answer', async () => {
  let closed = false;
  const { body } = await run((_, res) => {
    res.on('close', () => {
      closed = true;
    });
    res.write('first');
  });
  const reader = streamOf(body);
  await reader.next();
  await reader.return?.();
  await settle();
  assert.equal(closed, true);
});

test('what the listener throws before its answer is given away rejects it', async () => {
  const thrown = new Error('thrown');
  await assert.rejects(
    run((_, res) => {
      res.write('begun');
      throw thrown;
    }),
    thrown,
  );
  await assert.rejects(
    run(async () => {
      throw thrown;
    }),
    thrown,
  );
});

test('what the listener throws later breaks the answer off', async () => {
  const thrown = new Error('thrown');
  const { body } = await run(async (_, res) => {
    res.write('begun');
    await settle();
    throw thrown;
  });
  await assert.rejects(bytesOf(body), thrown);
});

test('a connection that the listener closes unanswered rejects', async () => {
  await assert.rejects(
    run((req) => void req.socket.destroy()),
    /closed its connection unanswered/,
  );
  await assert.rejects(
    run((_, res) => void res.destroy(new Error('on purpose'))),
    /on purpose/,
  );
});

test('a body that is refused rejects the answer with the reason, for the gateway to tell', async () => {
  const refused = new ProtocolError('limit', 'too much');
  const body = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('some');
    throw refused;
  };
  await assert.rejects(
    run((req) => void req.on('data', () => {}).on('error', () => {}), '/', { method: 'POST', body: body() }),
    refused,
  );
});

test('a timeout is told to who set it, and else closes the connection', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told = run((_, res) => void res.setTimeout(1_000, () => res.writeHead(503).end()));
  t.mock.timers.tick(1_000);
  assert.equal((await told).status, 503);
  await settle();
  const untold = assert.rejects(run((req) => void req.socket.setTimeout(1_000)));
  t.mock.timers.tick(1_000);
  await untold;
});
