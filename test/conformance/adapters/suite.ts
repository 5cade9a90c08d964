import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClientAnswer,
  type ClientRequest,
  collect,
  type GatewayClient,
  valuesOf,
} from '../../support/clients/client.ts';
import { PIECE_BYTES, type Stage } from './stage.ts';

/** A way by which requests reach an application. */
export interface AdapterHost {
  readonly client: GatewayClient;
  /** Learns that the client is gone before it writes to it. */
  readonly noticesSilently: boolean;
}

/** What every framework must find behind every gateway. */
export async function adapterSuite(
  t: TestContext,
  { client, noticesSilently }: AdapterHost,
  stage: Stage,
): Promise<void> {
  const fetch = async (request: ClientRequest): Promise<Fetched> => {
    const answer = await client.ask(request);
    const bytes = await collect(answer.body);
    return { ...answer, bytes, text: bytes.toString() };
  };
  await t.test('requests', (t) => requestCases(t, fetch));
  await t.test('answers', (t) => answerCases(t, fetch));
  await t.test('bodies', (t) => bodyCases(t, fetch, client));
  await t.test('streams', (t) => streamCases(t, client, stage));
  await t.test('faults', (t) => faultCases(t, fetch, client, stage));
  await t.test('a client that goes away', (t) => leavingCases(t, client, stage, noticesSilently));
}

type Fetched = ClientAnswer & { readonly bytes: Buffer; readonly text: string };
type Fetch = (request: ClientRequest) => Promise<Fetched>;

const MIB = 1_048_576;

async function requestCases(t: TestContext, fetch: Fetch): Promise<void> {
  const told = async (request: ClientRequest) => JSON.parse((await fetch(request)).text) as unknown;

  await t.test('a query with escapes', async () => {
    assert.deepEqual(await told({ target: '/query?q=a+b&k=%C3%B6%26%3D' }), { q: 'a b', k: 'ö&=' });
  });

  await t.test('a path with an escaped slash', async () => {
    assert.deepEqual(await told({ target: '/path/a%2Fb%20K%C3%B6ln' }), { word: 'a/b Köln' });
  });

  await t.test('who asks, and how', async () => {
    const headers = { Host: 'maps.example:8080' };
    const { address, ...rest } = (await told({ target: '/client', headers })) as { address: string };
    assert.deepEqual(rest, { protocol: 'http', host: 'maps.example:8080' });
    // The AJP client tells of a client elsewhere, as a web server would.
    assert.match(address, /^(127\.0\.0\.1|192\.0\.2\.7)$/);
  });

  await t.test('https of an outer proxy', async () => {
    const { protocol } = (await told({ target: '/client', headers: { 'X-Forwarded-Proto': 'https' } })) as {
      protocol: string;
    };
    assert.equal(protocol, 'https');
  });

  await t.test('cookies', async () => {
    assert.deepEqual(await told({ target: '/cookie', headers: { Cookie: 'a=1; b=2' } }), { cookie: 'a=1; b=2' });
  });

  await t.test('an offer to change the protocol is not taken', async () => {
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    assert.equal((await fetch({ target: '/json', headers })).status, 200);
  });
}

async function answerCases(t: TestContext, fetch: Fetch): Promise<void> {
  await t.test('JSON', async () => {
    const answer = await fetch({ target: '/json' });
    assert.equal(answer.status, 200);
    assert.match(valuesOf(answer, 'content-type').join(), /^application\/json/);
    assert.deepEqual(JSON.parse(answer.text), { name: 'Köln' });
  });

  await t.test('below a mount, which redirects name', async () => {
    const headers = { 'X-Script-Name': '/maps' };
    const answer = await fetch({ target: '/redirect', headers });
    assert.deepEqual([answer.status, ...valuesOf(answer, 'location')], [302, '/maps/json']);
    assert.equal((await fetch({ target: '/maps/json', headers })).status, 200);
  });

  await t.test('two cookies are two fields', async () => {
    const cookies = valuesOf(await fetch({ target: '/cookies' }), 'set-cookie');
    assert.deepEqual(cookies.map((cookie) => cookie.split(';')[0]).sort(), ['a=1', 'b=2']);
  });

  await t.test('HEAD has the head of GET and no body', async () => {
    const answer = await fetch({ method: 'HEAD', target: '/json' });
    assert.deepEqual([answer.status, answer.bytes.length], [200, 0]);
    assert.match(valuesOf(answer, 'content-type').join(), /^application\/json/);
    assert.notDeepEqual(valuesOf(answer, 'content-length'), ['0']);
  });

  await t.test('304', async () => {
    const answer = await fetch({ target: '/not-modified' });
    assert.deepEqual([answer.status, answer.bytes.length, ...valuesOf(answer, 'etag')], [304, 0, '"1"']);
  });

  await t.test('404', async () => {
    assert.equal((await fetch({ target: '/nowhere' })).status, 404);
  });
}

async function bodyCases(t: TestContext, fetch: Fetch, client: GatewayClient): Promise<void> {
  await t.test('10 MiB up', async () => {
    const body = Buffer.alloc(10 * MIB, 'The quick brown fox. ');
    assert.equal((await fetch({ method: 'POST', target: '/digest', headers: BINARY, body })).text, sha256(body));
  });

  await t.test('nothing up', async () => {
    const body = Buffer.alloc(0);
    const { text } = await fetch({ method: 'POST', target: '/echo', headers: JSON_TYPE, body: Buffer.from('{}') });
    assert.equal(text, '{}');
    assert.equal((await fetch({ method: 'POST', target: '/unread', body })).status, 202);
  });

  await t.test('JSON up', async () => {
    const body = Buffer.from('{"name":"Köln"}');
    assert.equal((await fetch({ method: 'POST', target: '/echo', headers: JSON_TYPE, body })).text, body.toString());
  });

  await t.test('a body that is not read', async () => {
    const request = { method: 'POST', target: '/unread', headers: BINARY, body: Buffer.alloc(MIB) };
    const { status, body } = await client.ask(request);
    assert.equal(status, 202);
    assert.equal((await collect(body)).toString(), 'not read');
  });

  await t.test('10 MiB down', async () => {
    const { bytes } = await fetch({ target: '/large?pieces=160' });
    assert.equal(bytes.length, 10 * MIB);
    assert.ok([0, 1, 159].every((piece) => bytes[piece * 65_536 + 4_711] === piece));
  });
}

const BINARY = { 'Content-Type': 'application/octet-stream' };
const JSON_TYPE = { 'Content-Type': 'application/json' };

async function streamCases(t: TestContext, client: GatewayClient, stage: Stage): Promise<void> {
  await t.test('an event before the next is there', async () => {
    const { body } = await client.ask({ target: '/events' });
    const answer = body[Symbol.asyncIterator]();
    assert.equal((await answer.next()).value?.toString(), 'data: one\n\n');
    stage.release();
    assert.equal((await answer.next()).value?.toString(), 'data: two\n\n');
    assert.equal((await answer.next()).done, true);
  });

  await t.test('both ways at once', async () => {
    const asked = new Turns();
    const request = { method: 'POST', target: '/pass', headers: BINARY, body: asked.body(), bodyLength: 10 };
    const { body } = await client.ask(request);
    const answer = body[Symbol.asyncIterator]();
    assert.equal((await answer.next()).value?.toString(), 'first');
    asked.go();
    assert.equal((await answer.next()).value?.toString(), 'other');
    assert.equal((await answer.next()).done, true);
  });
}

/** A body of two pieces; the second comes after `go`. */
class Turns {
  readonly #gone: Promise<void>;
  go: () => void = () => {};

  constructor() {
    this.#gone = new Promise((resolve) => {
      this.go = resolve;
    });
  }

  async *body(): AsyncGenerator<Buffer> {
    yield Buffer.from('first');
    await this.#gone;
    yield Buffer.from('other');
  }
}

async function faultCases(t: TestContext, fetch: Fetch, client: GatewayClient, stage: Stage): Promise<void> {
  for (const room of ['throw', 'reject']) {
    await t.test(`/${room} is answered with 500`, async () => {
      // By the framework or, where it lets the error pass, by the gateway.
      const status = await fetch({ target: `/${room}` }).then(
        (answer) => answer.status,
        (error: Error) => `thrown: ${error.message}`,
      );
      assert.ok(status === 500 || status === 'thrown: thrown' || status === 'thrown: rejected', String(status));
    });
  }

  await t.test('an answer that breaks off is seen to be broken', async () => {
    const { status, body } = await client.ask({ target: '/broken' });
    assert.equal(status, 200);
    const answer = body[Symbol.asyncIterator]();
    // A reset that comes together with the last bytes looks like a regular end to Node's sockets.
    for (let left = PIECE_BYTES; left > 0; ) left -= (await answer.next()).value?.length ?? left;
    stage.release();
    await assert.rejects(async () => answer.next());
  });
}

async function leavingCases(
  t: TestContext,
  client: GatewayClient,
  stage: Stage,
  noticesSilently: boolean,
): Promise<void> {
  await t.test('in the middle of an answer', async () => {
    stage.notes.length = 0;
    const leave = new AbortController();
    const { body } = await client.ask({ target: '/endless', signal: leave.signal });
    const answer = body[Symbol.asyncIterator]();
    await answer.next();
    leave.abort();
    await until(() => stage.notes.includes('left false'));
  });

  await t.test('before the answer', { skip: !noticesSilently }, async () => {
    stage.notes.length = 0;
    const leave = new AbortController();
    const asked = client.ask({ target: '/waiting', signal: leave.signal }).catch(() => {});
    await until(() => stage.notes.includes('waiting'));
    leave.abort();
    await until(() => stage.notes.length === 3);
    assert.deepEqual(stage.notes.toSorted(), ['aborted', 'left false', 'waiting']);
    await asked;
  });
}

const DEADLINE = 20_000;
const POLL = 5;

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `not within ${DEADLINE} ms`);
    await sleep(POLL);
  }
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
