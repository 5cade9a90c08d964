import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import {
  type BoundAddress,
  createResponder,
  FcgiClient,
  type FcgiRequest,
  fcgiRequest,
  ProtocolStatus,
  type RequestHandler,
} from '@mapgate/fastcgi-kit';

const HEAD = 'Content-Type: text/plain\r\n\r\n';

async function echo(request: FcgiRequest): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.body) chunks.push(chunk);
  request.writeStderr('seen\n');
  request.respond(HEAD, Buffer.concat([Buffer.from(`${request.params.get('NAME')}:`), ...chunks]), 5);
}

async function serve(t: TestContext, onRequest: RequestHandler): Promise<Exclude<BoundAddress, { fd: number }>> {
  const responder = createResponder({ transport: 'typescript', onRequest });
  t.after(() => responder.close({ deadline: 0 }));
  const address = await responder.listen({ host: '127.0.0.1', port: 0 });
  assert.ok('port' in address);
  return address;
}

async function connect(t: TestContext, onRequest: RequestHandler): Promise<FcgiClient> {
  const client = await FcgiClient.connect(await serve(t, onRequest));
  t.after(() => client.close());
  return client;
}

describe('fcgiRequest', () => {
  test('gives head, body, STDERR and statuses of one answer', async (t) => {
    const result = await fcgiRequest(await serve(t, echo), { params: { NAME: 'ann' }, body: 'bödy' });
    const { status, headers, body } = result.parse();
    assert.deepEqual([status, headers, body.toString()], [200, [['Content-Type', 'text/plain']], 'ann:bödy']);
    assert.deepEqual(
      [result.stderr, result.appStatus, result.protocolStatus],
      ['seen\n', 5, ProtocolStatus.REQUEST_COMPLETE],
    );
  });

  test('a refusal is a result, not an error', async (t) => {
    const result = await fcgiRequest(await serve(t, echo), { params: {}, role: 'filter' });
    assert.equal(result.protocolStatus, ProtocolStatus.UNKNOWN_ROLE);
  });

  test('rejects with the code of the connection when nobody listens', async () => {
    await assert.rejects(fcgiRequest({ path: '/nowhere/at/all' }, { params: {} }), { code: 'ENOENT' });
  });

  test('rejects when the connection is lost before END_REQUEST', async (t) => {
    const address = await serve(t, (request) => request.abandon('no'));
    await assert.rejects(fcgiRequest(address, { params: {} }), { name: 'ProtocolError', code: 'disconnected' });
  });

  test('rejects when what answers is not FastCGI', async (t) => {
    const server = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    assert.ok(bound !== null && typeof bound === 'object');
    await assert.rejects(fcgiRequest({ host: '127.0.0.1', port: bound.port }, { params: {} }), { code: 'malformed' });
  });
});

describe('FcgiClient', () => {
  test('many requests share a connection and each gets its own answer', async (t) => {
    const client = await connect(t, echo);
    const bodies = Array.from({ length: 30 }, (_, i) => 'x'.repeat(i * 1000));
    const answers = await Promise.all(
      bodies.map((body, i) => client.request({ params: [['NAME', `${i}`]], body }).collect()),
    );
    assert.deepEqual(
      answers.map((answer) => answer.parse().body.toString()),
      bodies.map((body, i) => `${i}:${body}`),
    );
  });

  test('a body may be a stream, sent no faster than it is taken', async (t) => {
    const client = await connect(t, async (request) => {
      let bytes = 0;
      for await (const chunk of request.body) bytes += chunk.length;
      request.respond(HEAD, `${bytes}`);
    });
    async function* body(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 100; i++) yield Buffer.alloc(70_000);
    }
    const result = await client.request({ params: {}, body: body() }).collect();
    assert.equal(result.parse().body.toString(), '7000000');
  });

  test('an answer can be read as it comes', async (t) => {
    const client = await connect(t, (request) => {
      request.write(HEAD);
      request.write('part');
    });
    const response = client.request({ params: {} });
    for await (const chunk of response.stdout) {
      assert.match(chunk.toString(), /^Content-Type/);
      break;
    }
  });

  test('an abort rejects at once and is told to the application', async (t) => {
    const controller = new AbortController();
    let aborted = (): void => {};
    const told = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const client = await connect(t, (request) => {
      if (request.params.has('SLOW')) {
        request.signal.addEventListener('abort', () => {
          request.end();
          aborted();
        });
        controller.abort();
      } else request.respond(HEAD, 'next');
    });
    const response = client.request({ params: { SLOW: '1' }, signal: controller.signal });
    await assert.rejects(response.collect(), { code: 'aborted' });
    await told;
    assert.equal((await client.request({ params: {} }).collect()).parse().body.toString(), 'next');
  });

  test('asks for the variables of the application', async (t) => {
    const client = await connect(t, echo);
    assert.deepEqual([...(await client.getValues(['FCGI_MPXS_CONNS', 'FCGI_COLOUR']))], [['FCGI_MPXS_CONNS', '1']]);
  });

  test('after close every response rejects', async (t) => {
    const client = await connect(t, () => {});
    const response = client.request({ params: {} });
    client.close();
    await assert.rejects(response.collect(), { code: 'disconnected' });
    await assert.rejects(client.request({ params: {} }).collect(), { code: 'disconnected' });
    await assert.rejects(client.getValues([]), { code: 'disconnected' });
  });
});
