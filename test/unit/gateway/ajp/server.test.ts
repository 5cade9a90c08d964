import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { AjpOptions } from '../../../../src/gateway/ajp/server.ts';
import { ajpServer } from '../../../../src/gateway/ajp/server.ts';
import type { Application } from '../../../../src/http/application.ts';
import { Response, textResponse } from '../../../../src/http/response.ts';
import { configureLogging } from '../../../../src/log.ts';
import { type AjpMessage, AjpPeer } from '../../../support/clients/ajp-connection.ts';
import {
  attribute,
  bodyPacket,
  CPING,
  type Forward,
  forwardRequest,
  packet,
} from '../../../support/clients/ajp-packets.ts';
import { type ClientAddress, collect } from '../../../support/clients/client.ts';
import { deferred } from '../../../support/deferred.ts';

configureLogging({ level: 'silent' });

const readsBody: Application = async ({ body }) =>
  textResponse(200, `${(await collect(body as AsyncIterable<Buffer>)).length}`);

async function start(t: TestContext, application: Application = readsBody, options: AjpOptions = {}): Promise<AjpPeer> {
  const server = ajpServer(application, {}, options);
  const address = (await server.listen({ host: '127.0.0.1', port: 0 })) as ClientAddress;
  t.after(() => server.close(0));
  const peer = await AjpPeer.connect(address);
  peer.socket.on('error', () => {});
  t.after(() => peer.socket.destroy());
  return peer;
}

/** Messages up to END_RESPONSE, or to the end of the connection. */
async function answer(peer: AjpPeer): Promise<AjpMessage[]> {
  const messages: AjpMessage[] = [];
  for (let message = await peer.next(); message !== undefined; message = await peer.next()) {
    messages.push(message);
    if (message.type === 'end') break;
  }
  return messages;
}

async function statusOf(peer: AjpPeer): Promise<number | undefined> {
  const head = (await answer(peer)).find((message) => message.type === 'headers');
  return head?.status;
}

async function textOf(peer: AjpPeer): Promise<string> {
  const chunks = (await answer(peer)).flatMap((message) => (message.type === 'chunk' ? [message.data] : []));
  return Buffer.concat(chunks).toString();
}

function post(contentLength: number | null, more: Forward = {}): Buffer {
  const headers = contentLength === null ? {} : { 'content-length': String(contentLength) };
  return forwardRequest({ method: 'POST', headers, ...more });
}

describe('the AJP server', () => {
  it('answers CPING with CPONG', async (t) => {
    const peer = await start(t);
    peer.socket.write(CPING);
    assert.deepEqual(await peer.next(), { type: 'cpong' });
  });

  it('serves one request after the other on a connection', async (t) => {
    const peer = await start(t);
    for (let index = 0; index < 3; index++) {
      peer.socket.write(forwardRequest({ method: 'GET', headers: { 'content-length': '0' } }));
      assert.deepEqual((await answer(peer)).at(-1), { type: 'end', reuse: true });
    }
  });

  it('takes the first packet of a body unasked and asks for each further one', async (t) => {
    const peer = await start(t);
    peer.socket.write(post(10));
    peer.socket.write(bodyPacket(Buffer.from('12345')));
    assert.deepEqual(await peer.next(), { type: 'get-body', bytes: 8186 });
    peer.socket.write(bodyPacket(Buffer.from('67890')));
    assert.equal(await textOf(peer), '10');
  });

  it('asks for a body of unknown length from the start, and never behind its end', async (t) => {
    const peer = await start(t);
    peer.socket.write(post(null));
    assert.deepEqual(await peer.next(), { type: 'get-body', bytes: 8186 });
    peer.socket.write(bodyPacket(Buffer.from('12345')));
    assert.deepEqual(await peer.next(), { type: 'get-body', bytes: 8186 });
    peer.socket.write(bodyPacket(Buffer.alloc(0)));
    assert.equal(await textOf(peer), '5');
    peer.socket.write(CPING);
    assert.deepEqual(await peer.next(), { type: 'cpong' });
  });

  it('asks for no more of a body than its window while nobody reads', async (t) => {
    const peer = await start(
      t,
      async ({ body }) => {
        while ((body as Readable).readableLength === 0) await setImmediate();
        await setImmediate();
        return textResponse(200, 'unread');
      },
      { limits: { stdinWindow: 8000 } },
    );
    peer.socket.write(post(100_000));
    peer.socket.write(bodyPacket(Buffer.alloc(8186)));
    assert.deepEqual(
      (await answer(peer)).map(({ type }) => type),
      ['headers', 'chunk', 'end'],
    );
  });

  it('drops a packet of the body that comes behind the answer', async (t) => {
    const peer = await start(t, () => textResponse(200, 'at once'));
    peer.socket.write(post(5));
    assert.equal(await textOf(peer), 'at once');
    peer.socket.write(Buffer.concat([bodyPacket(Buffer.from('12345')), CPING]));
    assert.deepEqual(await peer.next(), { type: 'cpong' });
  });

  it('ignores the empty packet that lighttpd sends behind every request', async (t) => {
    const peer = await start(t, () => textResponse(200, 'at once'));
    peer.socket.write(Buffer.concat([post(0), bodyPacket(Buffer.alloc(0))]));
    assert.equal(await textOf(peer), 'at once');
    peer.socket.write(CPING);
    assert.deepEqual(await peer.next(), { type: 'cpong' });
  });

  it('follows each part of a streamed answer with a flush', async (t) => {
    async function* parts() {
      yield Buffer.from('one');
      yield Buffer.from('two');
    }
    const peer = await start(t, () => new Response(200, {}, parts()));
    peer.socket.write(post(0));
    const sizes = (await answer(peer)).flatMap((message) => (message.type === 'chunk' ? [message.data.length] : []));
    assert.deepEqual(sizes, [3, 0, 3, 0]);
  });

  it('speaks larger packets where both sides agreed on them', async (t) => {
    const peer = await start(
      t,
      async ({ body }) => new Response(200, {}, await collect(body as AsyncIterable<Buffer>)),
      {
        packetSize: 65_536,
      },
    );
    peer.socket.write(post(60_000, { headers: { 'content-length': '60000', 'X-Long': 'x'.repeat(20_000) } }));
    peer.socket.write(bodyPacket(Buffer.alloc(60_000, 'abc')));
    assert.equal(await textOf(peer), Buffer.alloc(60_000, 'abc').toString());
  });

  it('refuses a packet size out of bounds', () => {
    assert.throws(() => ajpServer(readsBody, {}, { packetSize: 4096 }), /packetSize must be .* not 4096/);
  });
});

describe('an AJP server with a secret', () => {
  it('answers requests that carry it', async (t) => {
    const peer = await start(t, readsBody, { secret: 'word' });
    peer.socket.write(post(0, { headers: { 'content-length': '0' }, attributes: [attribute(0x0c, 'word')] }));
    assert.equal(await statusOf(peer), 200);
  });

  for (const [title, attributes] of [
    ['none', []],
    ['another', [attribute(0x0c, 'words')]],
  ] as const) {
    it(`answers requests that carry ${title} with 403 and closes`, async (t) => {
      const peer = await start(t, readsBody, { secret: 'word' });
      peer.socket.write(post(0, { attributes }));
      const messages = await answer(peer);
      assert.deepEqual(messages[0]?.type === 'headers' && messages[0].status, 403);
      assert.deepEqual(messages.at(-1), { type: 'end', reuse: false });
      assert.equal(await peer.next(), undefined);
    });
  }
});

describe('the limits of the AJP server', () => {
  it('answer a body of known length above the limit with 413', async (t) => {
    const peer = await start(t, readsBody, { limits: { stdinBytes: 4 } });
    peer.socket.write(post(5));
    assert.equal(await statusOf(peer), 413);
  });

  it('answer a body that grows above the limit with 413', async (t) => {
    const peer = await start(t, readsBody, { limits: { stdinBytes: 4 } });
    peer.socket.write(post(null));
    await peer.next();
    peer.socket.write(bodyPacket(Buffer.from('12345')));
    assert.equal(await statusOf(peer), 413);
  });

  it('answer a body that does not come in time with 408', async (t) => {
    const peer = await start(t, readsBody, { limits: { bodyTimeout: 20 } });
    peer.socket.write(post(5));
    assert.equal(await statusOf(peer), 408);
  });

  it('answer a body that ends early with 400', async (t) => {
    const peer = await start(t);
    peer.socket.write(post(5));
    peer.socket.write(bodyPacket(Buffer.alloc(0)));
    assert.equal(await statusOf(peer), 400);
  });

  it('close a connection that stays idle', async (t) => {
    const peer = await start(t, readsBody, { limits: { idleTimeout: 20 } });
    assert.equal(await peer.next(), undefined);
  });

  it('close a connection whose packet does not become whole in time', async (t) => {
    const peer = await start(t, readsBody, { limits: { headerTimeout: 20 } });
    peer.socket.write(forwardRequest({}).subarray(0, 9));
    assert.equal(await peer.next(), undefined);
  });
});

describe('packets that the AJP server does not obey close the connection', () => {
  const cases: [title: string, bytes: Buffer][] = [
    ['SHUTDOWN', packet(7)],
    ['an unknown type', packet(99)],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a broken FORWARD_REQUEST', packet(2, 2, 0xff)],
  ];
  for (const [title, bytes] of cases) {
    it(title, async (t) => {
      const peer = await start(t);
      peer.socket.write(bytes);
      assert.equal(await peer.next().catch(() => undefined), undefined);
    });
  }

  it('a packet in the middle of a request, whose signal aborts', async (t) => {
    const aborted = deferred<void>();
    const peer = await start(t, ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return new Promise(() => {});
    });
    peer.socket.write(Buffer.concat([post(0), CPING]));
    await aborted.promise;
    assert.equal(await peer.next().catch(() => undefined), undefined);
  });
});
