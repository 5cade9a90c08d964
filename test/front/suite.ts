import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ask, ask, begin, type Site, sha256 } from './client.ts';

/** The same web server twice: in front of the sample map, and of test/front/echo-app.mjs. */
export interface Sites {
  readonly world: Site;
  readonly echo: Site;
}

/** Where web servers differ by design. */
export interface FrontTraits {
  /** How much of an answer it collects before it sends: nothing, a buffer full, or all of it. */
  readonly collects: 'nothing' | 'a buffer' | 'all';
  /** Spreads requests over several responder processes, so that none can be sure to meet another. */
  readonly spreads: boolean;
  /** Hands `%2F` on as a slash in PATH_INFO; else it answers 404 itself. */
  readonly decodesSlash: boolean;
  /** Hands X-Forwarded-* of its client on; else it writes its own. */
  readonly passesForwarded: boolean;
  /** The longest body without Content-Length that it takes, in bytes; null: it asks for a Content-Length (411). */
  readonly chunkedBody: number | null;
  /** What a client that has a tile asks by, to get 304. */
  readonly validator: 'etag' | 'last-modified';
}

const MIB = 1_048_576;

/** Most web servers do all of it. */
export const USUAL_TRAITS: FrontTraits = {
  collects: 'nothing',
  spreads: false,
  decodesSlash: true,
  passesForwarded: true,
  chunkedBody: MIB,
  validator: 'etag',
};

/** What every web server must do with Mapgate behind it. */
export async function runSuite(t: TestContext, { world, echo }: Sites, traits: FrontTraits): Promise<void> {
  await t.test('shows the map', (t) => mapCases(t, world, traits));
  await t.test('passes paths and queries on as they were meant', (t) => addressCases(t, echo, traits));
  await t.test('passes bodies on', (t) => bodyCases(t, echo, traits));
  await t.test('passes answers on', (t) => answerCases(t, echo, traits));
  await t.test('keeps going', (t) => enduranceCases(t, echo));
}

const TILE = '/tms/1.0.0/world/webmercator/0/0/0.png';
const CAPABILITIES = '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetCapabilities';

const CONDITION = { etag: 'If-None-Match', 'last-modified': 'If-Modified-Since' } as const;

async function mapCases(t: TestContext, site: Site, { validator }: FrontTraits): Promise<void> {
  for (const page of ['/', '/demo/']) {
    await t.test(`the page ${page}`, async () => {
      const { status, headers, body } = await ask(site, page);
      assert.equal(status, 200);
      assert.match(headers['content-type'] ?? '', /^text\/html/);
      assert.match(body.toString(), /<html/i);
    });
  }

  await t.test('capabilities name the address that the client used', async () => {
    const { status, body } = await ask(site, CAPABILITIES);
    assert.equal(status, 200);
    assert.ok(body.includes(`"http://${site.host}:${site.port}${site.mount}/service?`), body.toString().slice(0, 1500));
  });

  await t.test('capabilities name the host that the client asked for', async () => {
    const { body } = await ask(site, CAPABILITIES, { headers: { Host: 'maps.example.org:8080' } });
    assert.ok(body.includes(`"http://maps.example.org:8080${site.mount}/service?`), body.toString().slice(0, 1500));
  });

  await t.test('a tile, and 304 for who has it already', async () => {
    const tile = await ask(site, TILE);
    assert.equal(tile.status, 200);
    assert.equal(tile.headers['content-type'], 'image/png');
    assert.equal(tile.body.subarray(1, 4).toString(), 'PNG');
    const value = tile.headers[validator];
    assert.ok(value !== undefined, `a tile carries ${validator}`);
    const again = await ask(site, TILE, { headers: { [CONDITION[validator]]: value } });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
  });

  await t.test('HEAD has no body and leaves the connection in step', async () => {
    await overOneConnection(async (agent) => {
      const head = await ask(site, TILE, { method: 'HEAD', agent });
      assert.deepEqual([head.status, head.body.length], [200, 0]);
      const next = await ask(site, TILE, { agent });
      assert.deepEqual([next.status, next.body.subarray(1, 4).toString()], [200, 'PNG']);
    });
  });

  await t.test('404', async () => {
    assert.equal((await ask(site, '/no-such-service/')).status, 404);
  });
}

async function addressCases(t: TestContext, site: Site, traits: FrontTraits): Promise<void> {
  await t.test('mount and public URL', async () => {
    const host = `${site.host}:${site.port}`;
    const { scriptName, publicUrl } = await describe(site, '/env/');
    assert.equal(scriptName, site.mount);
    const { mount } = site;
    assert.deepEqual(publicUrl, { scheme: 'http', host, mount, base: `http://${host}${mount}` });
  });

  await t.test('the address that an outer proxy tells', async () => {
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'maps.example.org' };
    const { publicUrl } = await describe(site, '/env/', { headers });
    const origin = traits.passesForwarded ? 'https://maps.example.org' : `http://${site.host}:${site.port}`;
    assert.equal(publicUrl.base, origin + site.mount);
  });

  const paths = [
    ['/env', '/env'],
    ['/env/two%20words/0.png', '/env/two words/0.png'],
    ['/env/K%C3%B6ln', '/env/Köln'],
    ['/env/K%c3%b6ln', '/env/Köln'],
    ['/env/a+b', '/env/a+b'],
    ['/env/100%25', '/env/100%'],
    ['/env/a%2520b', '/env/a%20b'],
    ['/env/what%3Fis=it', '/env/what?is=it'],
  ] as const;
  for (const [sent, pathInfo] of paths) {
    await t.test(`path ${sent}`, async () => {
      const target = await describe(site, sent);
      assert.deepEqual([target.scriptName, target.pathInfo, target.queryString], [site.mount, pathInfo, '']);
    });
  }

  await t.test('path /env/a%2Fb', async () => {
    const { status, body } = await ask(site, '/env/a%2Fb');
    const pathInfo = status === 200 ? (JSON.parse(body.toString()) as Target).pathInfo : status;
    assert.equal(pathInfo, traits.decodesSlash ? '/env/a/b' : 404);
  });

  const queries = ['a=1+2&b=%26', 'a=1&a=2&A=3', 'c=%C3%B6&d=', 'LAYERS=a,b&BBOX=-180,-90,180,90', 'u=http://x/?y%3Dz'];
  for (const query of queries) {
    await t.test(`query ${query}`, async () => {
      assert.equal((await describe(site, `/env/?${query}`)).queryString, query);
    });
  }

  await t.test('a header of 7 kB', async () => {
    const target = await describe(site, '/env/', { headers: { 'X-Long': 'x'.repeat(7_000) } });
    assert.equal(target.longHeader, 7_000);
  });
}

async function bodyCases(t: TestContext, site: Site, { chunkedBody }: FrontTraits): Promise<void> {
  const cases = [
    { bytes: MIB, chunked: false },
    ...(chunkedBody === null ? [] : [{ bytes: chunkedBody, chunked: true }]),
    { bytes: 0, chunked: false },
  ];
  for (const { bytes, chunked } of cases) {
    await t.test(`POST of ${bytes} bytes ${chunked ? 'in chunks' : 'of known length'}`, async () => {
      const body = Buffer.alloc(bytes, 'The quick brown fox. ');
      const answer = await ask(site, '/body', { method: 'POST', body, chunked });
      assert.equal(answer.status, 200, answer.body.toString().slice(0, 300));
      assert.deepEqual(JSON.parse(answer.body.toString()), { length: bytes, sha256: sha256(body) });
    });
  }
}

const LARGE = 8 * MIB;

async function answerCases(t: TestContext, site: Site, traits: FrontTraits): Promise<void> {
  await t.test('8 MiB', async () => {
    const { status, body } = await ask(site, `/large?${LARGE}`);
    const expected = Buffer.alloc(
      LARGE,
      Uint8Array.from({ length: 65_536 }, (_, index) => index % 251),
    );
    assert.deepEqual([status, body.length, sha256(body)], [200, LARGE, sha256(expected)]);
  });

  const { collects, spreads } = traits;
  await t.test(`an answer that pauses, of which the web server collects ${collects}`, { skip: spreads }, async () => {
    const first = collects === 'a buffer' ? MIB : 6;
    const releaseEarly = collects === 'all' ? releaseSoon(site) : Promise.resolve();
    const { response } = await begin(site, `/held?${first}`);
    let received = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      const isBeginning = received === 0;
      received += piece.length;
      if (isBeginning && collects !== 'all')
        assert.equal(await release(site), true, 'the first piece came before the second');
    }
    await releaseEarly;
    assert.equal(received, first + 'end'.length);
  });
}

/** Lets the held answer go on; false if there is none. */
async function release(site: Site): Promise<boolean> {
  const { body } = await ask(site, '/release');
  return (JSON.parse(body.toString()) as { released: boolean }).released;
}

async function releaseSoon(site: Site): Promise<void> {
  while (!(await release(site))) await sleep(POLL);
}

const POLL = 20;
const GONE_DEADLINE = 20_000;

async function enduranceCases(t: TestContext, site: Site): Promise<void> {
  await t.test('a client that goes away in the middle stops the answer', async (t) => {
    await leaveInTheMiddle(site);
    const deadline = performance.now() + GONE_DEADLINE;
    let state = await endlessState(site);
    while (state.ended < state.begun && performance.now() < deadline) {
      await sleep(POLL);
      state = await endlessState(site);
    }
    t.diagnostic(`after the client went away: ${JSON.stringify(state)}`);
    assert.equal(state.ended, state.begun);
  });

  await t.test('100 requests in a row', async () => {
    await overOneConnection(async (agent) => {
      let reused = 0;
      for (let index = 0; index < 100; index++) {
        const answer = await ask(site, `/env/${index}`, { agent });
        assert.equal((JSON.parse(answer.body.toString()) as Target).pathInfo, `/env/${index}`);
        if (answer.reused) reused++;
      }
      // The web server may close in between, as Apache does after MaxKeepAliveRequests.
      assert.ok(reused >= 90, `${reused} of 100 requests came over a connection that was there`);
    });
  });

  await t.test('50 requests at once, each with its own answer', async () => {
    const paths = Array.from({ length: 50 }, (_, index) => `/env/at-once/${index}`);
    const targets = await Promise.all(paths.map((path) => describe(site, path)));
    assert.deepEqual(
      targets.map(({ pathInfo }) => pathInfo),
      paths,
    );
  });
}

/** Asks for an endless answer and goes when it has begun: when something came, or when the responder says so. */
async function leaveInTheMiddle(site: Site): Promise<void> {
  const leave = new AbortController();
  let answering = false;
  const asked = begin(site, '/endless', { signal: leave.signal }).then(
    ({ response }) => {
      answering = true;
      response.on('error', () => {});
    },
    () => {},
  );
  while (!answering && (await endlessState(site)).begun === 0) await sleep(POLL);
  leave.abort();
  await asked;
}

/** What echo-app tells of a request. */
interface Target {
  readonly scriptName: string;
  readonly pathInfo: string;
  readonly queryString: string;
  readonly longHeader: number;
  readonly publicUrl: { readonly base: string };
}

async function describe(site: Site, path: string, options: Ask = {}): Promise<Target> {
  const { status, body } = await ask(site, path, options);
  assert.equal(status, 200, body.toString().slice(0, 300));
  return JSON.parse(body.toString()) as Target;
}

async function endlessState(site: Site) {
  const { body } = await ask(site, '/state');
  return JSON.parse(body.toString()) as { begun: number; ended: number; aborted: number };
}

async function overOneConnection(run: (agent: Agent) => Promise<void>): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await run(agent);
  } finally {
    agent.destroy();
  }
}
