import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Limits } from '@mapgate/fastcgi-kit';
import { scgiServer } from '../../../../src/gateway/scgi/server.ts';
import type { Application } from '../../../../src/http/application.ts';
import { textResponse } from '../../../../src/http/response.ts';
import { configureLogging } from '../../../../src/log.ts';
import { type ClientAddress, collect } from '../../../support/clients/client.ts';
import { ScgiClient, scgiHead } from '../../../support/clients/scgi.ts';
import { deferred } from '../../../support/deferred.ts';

configureLogging({ level: 'silent' });

/** Answers with the length of the request's body. */
const readsBody: Application = async ({ body }) =>
  textResponse(200, `${(await collect(body as AsyncIterable<Buffer>)).length}`);

async function start(t: TestContext, application: Application, limits: Partial<Limits> = {}) {
  const server = scgiServer(application, {}, { limits });
  const address = (await server.listen({ host: '127.0.0.1', port: 0 })) as ClientAddress;
  t.after(() => server.close(0));
  return { server, address };
}

async function connected(t: TestContext, address: ClientAddress): Promise<Socket> {
  const socket = connect(address);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the end. */
async function answerTo(t: TestContext, address: ClientAddress, bytes: Buffer | string): Promise<string> {
  const socket = await connected(t, address);
  socket.write(bytes);
  return (await collect(socket)).toString();
}

function request(contentLength: number): Buffer {
  return scgiHead({ REQUEST_METHOD: 'POST', REQUEST_URI: '/' }, contentLength);
}

describe('the SCGI server', () => {
  it('answers a head above its limit with 431', async (t) => {
    const { address } = await start(t, readsBody, { paramsBytes: 100 });
    assert.match(await answerTo(t, address, '101:CONTENT_LENGTH'), /^Status: 431 /);
  });

  it('answers a body above its limit with 413 before any of it came', async (t) => {
    const { address } = await start(t, readsBody, { stdinBytes: 4 });
    assert.match(await answerTo(t, address, request(5)), /^Status: 413 /);
  });

  it('gives the whole answer to a peer that still sends', async (t) => {
    const { address } = await start(t, () => textResponse(404, 'x'.repeat(100_000)));
    const answer = await answerTo(t, address, Buffer.concat([request(1_000_000), Buffer.alloc(1_000_000)]));
    assert.ok(answer.endsWith('x'.repeat(100_000)));
  });

  it('drops what comes behind the body', async (t) => {
    const { address } = await start(t, readsBody);
    assert.match(await answerTo(t, address, Buffer.concat([request(3), Buffer.from('abcdefg')])), /\r\n\r\n3$/);
  });

  it('disconnects who does not send a whole head in time', async (t) => {
    const { address } = await start(t, readsBody, { headerTimeout: 20 });
    assert.equal(await answerTo(t, address, '70:CONTENT'), '');
  });

  it('answers a body that does not come in time with 408', async (t) => {
    const { address } = await start(t, readsBody, { bodyTimeout: 20 });
    assert.match(await answerTo(t, address, Buffer.concat([request(5), Buffer.from('abc')])), /^Status: 408 /);
  });

  it('disconnects who takes no output', async (t) => {
    const { server, address } = await start(t, () => textResponse(200, 'x'.repeat(32 << 20)), { writeTimeout: 200 });
    const socket = await connected(t, address);
    socket.write(request(0));
    await once(socket, 'data');
    socket.pause();
    // Without a deadline of its own it waits for all connections to end.
    await server.close(60_000);
  });

  it('disconnects who speaks another protocol, and goes on', async (t) => {
    const { address } = await start(t, readsBody);
    assert.equal(await answerTo(t, address, 'GET / HTTP/1.1\r\n\r\n'), '');
    assert.equal((await new ScgiClient(address).ask({ target: '/' })).status, 200);
  });

  it('serves connections beyond its limit when others close', async (t) => {
    const { address } = await start(t, readsBody, { connections: 1 });
    const first = await connected(t, address);
    first.write(request(1));
    const second = new ScgiClient(address).ask({ target: '/' });
    first.write('a');
    await collect(first);
    assert.equal((await second).status, 200);
  });

  it('rejects the body when the peer goes away in the middle', async (t) => {
    const failed = deferred<unknown>();
    const { address } = await start(t, async ({ body }) => {
      await collect(body as AsyncIterable<Buffer>).catch(failed.resolve);
      return textResponse(200, '');
    });
    const socket = await connected(t, address);
    socket.end(Buffer.concat([request(5), Buffer.from('abc')]));
    assert.match(String(await failed.promise), /ProtocolError: the connection was closed before the body was whole/);
  });

  it('leaves nobody waiting for a body once the request is answered', async (t) => {
    const reading = deferred<unknown>();
    const { address } = await start(t, ({ body }) => {
      collect(body as AsyncIterable<Buffer>).then(reading.resolve, reading.resolve);
      return textResponse(200, 'at once');
    });
    assert.match(await answerTo(t, address, request(5)), /at once$/);
    assert.match(String(await reading.promise), /Premature close/);
  });

  it('cuts off at the deadline what does not end', async (t) => {
    const asked = deferred<void>();
    const { server, address } = await start(t, () => {
      asked.resolve();
      return new Promise(() => {});
    });
    const socket = await connected(t, address);
    socket.write(request(0));
    await asked.promise;
    await server.close(20);
    assert.equal((await collect(socket)).length, 0);
  });
});
