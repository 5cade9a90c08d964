import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientAnswer, type ClientRequest, collect, valuesOf } from '../../support/clients/client.ts';
import type { Subject } from './subject.ts';

/** Where gateways differ by nature. */
export interface GatewayTraits {
  /** Requests at once; each of a CGI program's is a process. */
  readonly parallel: number;
  /** Learns that the client is gone before it writes to it. */
  readonly noticesSilently: boolean;
}

/** What every gateway must do, whatever its protocol. */
export async function gatewaySuite(t: TestContext, subject: Subject, traits: GatewayTraits): Promise<void> {
  const ask = (request: ClientRequest) => subject.client.ask(request);
  const fetch = async (request: ClientRequest) => {
    const answer = await ask(request);
    const bytes = await collect(answer.body);
    return { ...answer, bytes, text: bytes.toString() };
  };
  await t.test('requests reach the application as they were meant', (t) => requestCases(t, fetch));
  await t.test('answers reach the client as they were meant', (t) => answerCases(t, fetch, ask));
  await t.test('faults of the application stay inside', (t) => faultCases(t, fetch, ask, subject));
  await t.test('a client that goes away', (t) => leavingCases(t, ask, traits));
  await t.test(`${traits.parallel} requests at once, each with its own answer`, async () => {
    const targets = Array.from({ length: traits.parallel }, (_, index) => `/env/${index}`);
    const answers = await Promise.all(targets.map((target) => fetch({ target })));
    const paths = answers.map(({ text }) => (JSON.parse(text) as { pathInfo: string }).pathInfo);
    assert.deepEqual(paths, targets);
  });
  await t.test('many pieces of work wait for the signal of a request, and nobody is warned', async () => {
    assert.equal((await fetch({ target: '/listeners' })).text, '');
  });
  if (subject.drain !== null) await t.test('drain finishes what is open and exits', () => drainCase(subject));
}

type Ask = (request: ClientRequest) => Promise<ClientAnswer>;
type Fetch = (request: ClientRequest) => Promise<ClientAnswer & { readonly bytes: Buffer; readonly text: string }>;

const MIB = 1_048_576;

async function requestCases(t: TestContext, fetch: Fetch): Promise<void> {
  const described = async (request: ClientRequest) => JSON.parse((await fetch(request)).text) as unknown;

  await t.test('APP-16: GET with query, header and host', async () => {
    assert.deepEqual(
      await described({ target: '/env/a?LAYERS=a,b&c=%26', headers: { 'X-Test': 'yes', Host: 'a.example' } }),
      {
        ...{ method: 'GET', scriptName: '', pathInfo: '/env/a', queryString: 'LAYERS=a,b&c=%26' },
        ...{ base: 'http://a.example', test: 'yes' },
      },
    );
  });

  await t.test('an encoded path', async () => {
    const { pathInfo } = (await described({ target: '/env/two%20words/K%C3%B6ln/100%25' })) as { pathInfo: string };
    assert.equal(pathInfo, '/env/two words/Köln/100%');
  });

  await t.test('another method', async () => {
    const { method } = (await described({ method: 'REPORT', target: '/env' })) as { method: string };
    assert.equal(method, 'REPORT');
  });

  await t.test('POST of a few bytes', async () => {
    const body = Buffer.from('a=1&b=2');
    assert.equal((await fetch({ method: 'POST', target: '/digest', body })).text, sha256(body));
  });

  await t.test('POST of nothing', async () => {
    const { text } = await fetch({ method: 'POST', target: '/digest', body: Buffer.alloc(0) });
    assert.equal(text, sha256(Buffer.alloc(0)));
  });

  await t.test('a body that the application does not read', async () => {
    const { status } = await fetch({ method: 'POST', target: '/none', body: Buffer.alloc(MIB) });
    assert.equal(status, 404);
  });

  await t.test('10 MiB through the application and back', async () => {
    const body = Buffer.alloc(10 * MIB, 'Sphinx of black quartz, judge my vow. ');
    const { bytes } = await fetch({ method: 'POST', target: '/pass', body });
    assert.equal(sha256(bytes), sha256(body));
  });
}

async function answerCases(t: TestContext, fetch: Fetch, ask: Ask): Promise<void> {
  await t.test('404', async () => {
    const { status, text } = await fetch({ target: '/none' });
    assert.deepEqual([status, text], [404, 'not found']);
  });

  await t.test('HEAD has the length and no body', async () => {
    const answer = await fetch({ method: 'HEAD', target: '/large?1000' });
    assert.deepEqual([answer.status, valuesOf(answer, 'content-length'), answer.text], [200, ['1000'], '']);
  });

  await t.test('HEAD of a streamed answer has no body', async () => {
    const { status, text } = await fetch({ method: 'HEAD', target: '/pieces?3' });
    assert.deepEqual([status, text], [200, '']);
  });

  await t.test('304 has no body', async () => {
    const answer = await fetch({ target: '/not-modified' });
    assert.deepEqual([answer.status, valuesOf(answer, 'etag'), answer.text], [304, ['"1"'], '']);
  });

  await t.test('a header with two values and one in Latin-1', async () => {
    const answer = await fetch({ target: '/cookies' });
    assert.deepEqual(valuesOf(answer, 'set-cookie'), ['a=1', 'b=2']);
    assert.deepEqual(valuesOf(answer, 'x-name'), ['Köln']);
  });

  await t.test('8 MiB at once', async () => {
    const answer = await fetch({ target: `/large?${8 * MIB}` });
    assert.deepEqual(valuesOf(answer, 'content-length'), [String(8 * MIB)]);
    const expected = Buffer.alloc(8 * MIB, 'The quick brown fox. ');
    assert.equal(sha256(answer.bytes), sha256(expected));
  });

  await t.test('6 MiB in pieces', async () => {
    const answer = await fetch({ target: '/pieces?96' });
    assert.deepEqual([answer.status, answer.bytes.length], [200, 6 * MIB]);
  });

  await t.test('the first piece before the last is made', async () => {
    const sender = new PassBody();
    const { body } = await ask({ method: 'POST', target: '/pass', body: sender, bodyLength: 10 });
    const answer = body[Symbol.asyncIterator]();
    sender.send('first');
    assert.equal((await answer.next()).value?.toString(), 'first');
    sender.send('other');
    assert.equal((await answer.next()).value?.toString(), 'other');
    assert.equal((await answer.next()).done, true);
  });
}

async function faultCases(t: TestContext, fetch: Fetch, ask: Ask, subject: Subject): Promise<void> {
  for (const room of ['throw', 'reject', 'line-break', 'wide-line-break', 'bad-status']) {
    await t.test(`/${room} is answered with 500 and logged`, async () => {
      const { status, headers, text } = await fetch({ target: `/${room}` });
      assert.deepEqual([status, text], [500, 'internal error']);
      assert.doesNotMatch(JSON.stringify(headers), /leaked/);
      await until(() => subject.log().includes(`fatal error in /${room}`));
    });
  }

  for (const room of ['broken', 'short']) {
    await t.test(`/${room}: an answer that breaks off is seen to be broken`, async () => {
      const sender = new PassBody();
      const { status, body } = await ask({ method: 'POST', target: `/${room}`, body: sender, bodyLength: 10 });
      assert.equal(status, 200);
      const answer = body[Symbol.asyncIterator]();
      for (let left = 65_536; left > 0; ) left -= (await answer.next()).value?.length ?? left;
      sender.send('piece');
      sender.send('taken');
      await assert.rejects(async () => answer.next());
      await until(() => subject.log().includes('an answer broke off'));
    });
  }
}

async function leavingCases(t: TestContext, ask: Ask, traits: GatewayTraits): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mapgate-gateway-'));
  t.after(() => rmSync(folder, { recursive: true }));

  await t.test('in the middle of an answer aborts the signal', async () => {
    const file = path.join(folder, 'endless');
    const leave = new AbortController();
    const { body } = await ask({ target: `/endless?${file}`, signal: leave.signal });
    await body[Symbol.asyncIterator]().next();
    leave.abort();
    await until(() => textOf(file) === 'aborted');
  });

  await t.test('before the answer aborts the signal', { skip: !traits.noticesSilently }, async () => {
    const file = path.join(folder, 'waiting');
    const leave = new AbortController();
    const asked = assert.rejects(ask({ target: `/waiting?${file}`, signal: leave.signal }));
    await until(() => textOf(file) === 'waiting');
    leave.abort();
    await asked;
    await until(() => textOf(file) === 'aborted');
  });
}

async function drainCase({ client, drain }: Subject): Promise<void> {
  assert.ok(drain !== null);
  const sender = new PassBody();
  const { body } = await client.ask({ method: 'POST', target: '/pass', body: sender, bodyLength: 10 });
  const answer = body[Symbol.asyncIterator]();
  sender.send('first');
  await answer.next();
  const drained = drain();
  await until(() =>
    client.ask({ target: '/env' }).then(
      () => false,
      () => true,
    ),
  );
  sender.send('other');
  assert.equal((await answer.next()).value?.toString(), 'other');
  assert.equal((await answer.next()).done, true);
  assert.equal(await drained, 0);
}

/** A body of two pieces, which are sent as the test says. */
class PassBody implements AsyncIterable<Buffer> {
  readonly #pieces: Buffer[] = [];
  #wake: () => void = () => {};

  send(text: string): void {
    this.#pieces.push(Buffer.from(text));
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    yield await this.#next();
    yield await this.#next();
  }

  async #next(): Promise<Buffer> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) return piece;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const DEADLINE = 30_000;
const POLL = 5;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `not within ${DEADLINE} ms`);
    await sleep(POLL);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
