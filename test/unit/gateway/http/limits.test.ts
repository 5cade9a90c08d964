import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import type { Limits } from '@mapgate/fastcgi-kit';
import { closeHttpServer, httpServer } from '../../../../src/gateway/http.ts';
import { listenOn } from '../../../../src/gateway/sockets.ts';
import type { Application } from '../../../../src/http/application.ts';
import { textResponse } from '../../../../src/http/response.ts';
import { configureLogging } from '../../../../src/log.ts';
import { type ClientAddress, collect } from '../../../support/clients/client.ts';
import { rawAnswer, rawConnection } from '../../../support/clients/raw.ts';

configureLogging({ level: 'silent' });

/** Answers with the length of the request's body. */
const readsBody: Application = async ({ body }) =>
  textResponse(200, `${(await collect(body as AsyncIterable<Buffer>)).length} bytes`);

async function start(t: TestContext, limits: Partial<Limits> = {}, application: Application = readsBody) {
  const server = httpServer(application, {}, { limits });
  const address = (await listenOn(server, { host: '127.0.0.1', port: 0 })) as ClientAddress;
  t.after(() => closeHttpServer(server, 0));
  return { server, address };
}

function head(method: string, fields: readonly string[] = []): string {
  return [`${method} / HTTP/1.1`, 'Host: maps.example', ...fields, '', ''].join('\r\n');
}

const LAST = 'Connection: close';

describe('the HTTP server: limits of the head', () => {
  it('answers a head above its limit with 431', async (t) => {
    const { address } = await start(t, { paramsBytes: 2_000 });
    assert.match(await rawAnswer(t, address, head('GET', [`X-Long: ${'x'.repeat(3_000)}`])), /^HTTP\/1\.1 431 /);
    assert.match(await rawAnswer(t, address, `GET /${'x'.repeat(3_000)} HTTP/1.1\r\n`), /^HTTP\/1\.1 431 /);
  });

  it('takes 60 KiB of headers when nothing else is said, and not a megabyte', async (t) => {
    const { address } = await start(t);
    const fields = Array.from({ length: 60 }, (_, index) => `X-${index}: ${'x'.repeat(1_000)}`);
    assert.match(await rawAnswer(t, address, head('GET', [...fields, LAST])), /^HTTP\/1\.1 200 /);
    assert.match(await rawAnswer(t, address, head('GET', [`X: ${'x'.repeat(1_000_000)}`])), /^HTTP\/1\.1 431 /);
  });

  it('answers more header fields than its limit with 431, and drops none in silence', async (t) => {
    const { address } = await start(t, { paramsPairs: 40 });
    const fields = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: x`);
    assert.match(await rawAnswer(t, address, head('GET', [...fields(38), LAST])), /^HTTP\/1\.1 200 /);
    assert.match(await rawAnswer(t, address, head('GET', fields(100))), /^HTTP\/1\.1 431 /);
  });

  it('answers a head that is not whole in time with 408, however steadily it drips', async (t) => {
    const { address } = await start(t, { headerTimeout: 150 });
    const socket = await rawConnection(t, address);
    socket.write('GET / HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X: x\r\n'), 20);
    t.after(() => clearInterval(drip));
    assert.match((await collect(socket)).toString(), /^HTTP\/1\.1 408 /);
  });

  it('does so with a connection that sends nothing at all', async (t) => {
    const { address } = await start(t, { headerTimeout: 100 });
    assert.match(await rawAnswer(t, address, ''), /^HTTP\/1\.1 408 /);
  });
});

describe('the HTTP server: limits of the body', () => {
  it('answers a declared length above its limit with 413, without waiting for the body', async (t) => {
    const { address } = await start(t, { stdinBytes: 4 });
    assert.match(await rawAnswer(t, address, head('POST', ['Content-Length: 5'])), /^HTTP\/1\.1 413 /);
  });

  it('gives that answer to a peer that goes on sending', async (t) => {
    const { address } = await start(t, { stdinBytes: 1_000 });
    const sent = Buffer.concat([Buffer.from(head('POST', ['Content-Length: 8000000'])), Buffer.alloc(8_000_000)]);
    assert.match(await rawAnswer(t, address, sent), /^HTTP\/1\.1 413 .*the request body is too large$/s);
  });

  it('sends no 100 Continue before a 413', async (t) => {
    const { address } = await start(t, { stdinBytes: 4 });
    const expects = (length: number) => head('POST', [`Content-Length: ${length}`, 'Expect: 100-continue', LAST]);
    assert.match(await rawAnswer(t, address, expects(5)), /^HTTP\/1\.1 413 /);
    assert.match(await rawAnswer(t, address, `${expects(3)}abc`), /^HTTP\/1\.1 100 Continue.*200 OK.*3 bytes$/s);
  });

  it('answers chunks above its limit with 413', async (t) => {
    const { address } = await start(t, { stdinBytes: 4 });
    const chunked = `${head('POST', ['Transfer-Encoding: chunked'])}3\r\nabc\r\n3\r\ndef\r\n`;
    assert.match(await rawAnswer(t, address, chunked), /^HTTP\/1\.1 413 /);
  });

  it('answers a body that does not come in time with 408', async (t) => {
    const { address } = await start(t, { bodyTimeout: 50 });
    assert.match(await rawAnswer(t, address, `${head('POST', ['Content-Length: 5'])}abc`), /^HTTP\/1\.1 408 /);
  });

  it('goes on with the connection when a body is not read', async (t) => {
    const { address } = await start(t, {}, () => textResponse(200, 'not read'));
    const two = `${head('POST', ['Content-Length: 3'])}abc${head('GET', [LAST])}`;
    assert.equal((await rawAnswer(t, address, two)).split('not read').length, 3);
  });

  it('cuts off who still drips a body after its answer', async (t) => {
    const { address } = await start(t, { bodyTimeout: 100 }, () => textResponse(200, 'not read'));
    const socket = await rawConnection(t, address);
    socket.write(head('POST', ['Content-Length: 100000']));
    const drip = setInterval(() => socket.write('x'), 20);
    t.after(() => clearInterval(drip));
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  });
});

describe('the HTTP server: connections', () => {
  const waits: Application = () => new Promise(() => {});

  it('answers connections beyond its limit with 503', async (t) => {
    const { address } = await start(t, { connections: 2 }, waits);
    for (let count = 0; count < 2; count++) (await rawConnection(t, address)).write(head('GET'));
    assert.match(await rawAnswer(t, address, head('GET')), /^HTTP\/1\.1 503 .*Retry-After: 1/s);
  });

  it('closes kept connections without a request to make room', async (t) => {
    const { address } = await start(t, { connections: 3 });
    const idle = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const socket = await rawConnection(t, address);
        socket.write(head('GET'));
        await once(socket, 'data');
        return { closed: once(socket, 'close') };
      }),
    );
    assert.match(await rawAnswer(t, address, head('GET', [LAST])), /^HTTP\/1\.1 200 /);
    await Promise.all(idle.map(({ closed }) => closed));
  });

  it('closes a kept connection when its time is over', async (t) => {
    const { address } = await start(t, { idleTimeout: 50 });
    assert.match(await rawAnswer(t, address, head('GET')), /0 bytes$/);
  });

  it('disconnects who takes no output, and nobody who waits for an answer', async (t) => {
    let slow: () => void = () => {};
    const { server, address } = await start(t, { writeTimeout: 500 }, ({ pathInfo }) =>
      pathInfo === '/large'
        ? textResponse(200, 'x'.repeat(32 << 20))
        : new Promise((resolve) => {
            slow = () => resolve(textResponse(200, 'slow'));
          }),
    );
    const patient = await rawConnection(t, address);
    patient.write(head('GET', [LAST]));
    const socket = await rawConnection(t, address);
    socket.write(head('GET').replace('/', '/large'));
    await once(socket, 'data');
    socket.pause();
    await until(async () => (await connections(server)) === 1);
    slow();
    assert.match((await collect(patient)).toString(), /slow$/);
  });

  it('lets nobody connect who is not allowed', async (t) => {
    const refusing = httpServer(readsBody, {}, { allow: ['192.0.2.0/24'] });
    const address = (await listenOn(refusing, { host: '127.0.0.1', port: 0 })) as ClientAddress;
    t.after(() => closeHttpServer(refusing, 0));
    // Closed or reset, as it comes.
    assert.equal(await rawAnswer(t, address, head('GET')).catch(() => ''), '');
  });
});

function connections(server: ReturnType<typeof httpServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What Node's parser refuses; RFC 9112 sections 5.1, 6.3, 7.1 and 11.2 (request smuggling). */
describe('the HTTP server: requests that two readers could read in two ways', () => {
  const seen: Application = ({ pathInfo }) => textResponse(200, `[${pathInfo}]`);
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: maps.example\r\n\r\n';

  const refused: [title: string, fields: readonly string[], body: string][] = [
    [
      'Content-Length beside Transfer-Encoding',
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      `0\r\n\r\n${hidden}`,
    ],
    [
      'Transfer-Encoding beside Content-Length',
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      `0\r\n\r\n${hidden}`,
    ],
    ['two lengths that differ', ['Content-Length: 0', 'Content-Length: 44'], hidden],
    ['a list of lengths', ['Content-Length: 0, 44'], hidden],
    ['a length with a sign', ['Content-Length: +4'], hidden],
    ['a length in hexadecimal', ['Content-Length: 0x4'], hidden],
    ['a coding that is not chunked', ['Transfer-Encoding: identity'], hidden],
    ['chunked that is not the last coding', ['Transfer-Encoding: chunked, gzip'], hidden],
    ['a blank before the colon', ['Content-Length : 44'], hidden],
    ['a folded field', ['X: a', ' Content-Length: 44'], hidden],
    ['NUL in a value', ['X: a\0b'], hidden],
    ['a line feed alone', ['X: a\nContent-Length: 44'], hidden],
  ];
  for (const [title, fields, body] of refused) {
    it(`refuses ${title} with 400, and reads nothing behind it`, async (t) => {
      const { address } = await start(t, {}, seen);
      const answer = await rawAnswer(t, address, head('POST', fields) + body);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.doesNotMatch(answer, /hidden/);
    });
  }

  it('refuses a transfer coding beside chunked with 501', async (t) => {
    const { address } = await start(t, {}, seen);
    const sent = `${head('POST', ['Transfer-Encoding: gzip, chunked'])}0\r\n\r\n${hidden}`;
    assert.match(await rawAnswer(t, address, sent), /^HTTP\/1\.1 501 [^[]*$/);
  });

  const chunks: [title: string, body: string][] = [
    ['a size that is no number', `z\r\nabc\r\n0\r\n\r\n${hidden}`],
    ['a size with a sign', `-1\r\nabc\r\n0\r\n\r\n${hidden}`],
    ['a size with 0x', `0x3\r\nabc\r\n0\r\n\r\n${hidden}`],
    ['a size beyond 64 bits', `fffffffffffffffff\r\nabc\r\n0\r\n\r\n${hidden}`],
    ['a chunk that is longer than its size', `3\r\nabcd\r\n0\r\n\r\n${hidden}`],
    ['a line feed alone behind a size', `3\nabc\r\n0\r\n\r\n${hidden}`],
  ];
  for (const [title, body] of chunks) {
    it(`ends the connection at ${title}, and reads nothing behind it`, async (t) => {
      const { address } = await start(t);
      const answer = await rawAnswer(t, address, head('POST', ['Transfer-Encoding: chunked']) + body);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.equal(answer.split('HTTP/1.1').length, 2);
    });
  }

  it('refuses a request without Host with 400', async (t) => {
    const { address } = await start(t, {}, seen);
    assert.match(await rawAnswer(t, address, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /);
  });

  it('refuses what is no HTTP with 400', async (t) => {
    const { address } = await start(t, {}, seen);
    assert.match(await rawAnswer(t, address, '\x16\x03\x01\x02\x00\x01'), /^HTTP\/1\.1 400 /);
  });
});
