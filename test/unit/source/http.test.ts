import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ConfigError, SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import type { SourceHttp } from '../../../src/source/http/client.ts';
import type { HttpOptions } from '../../../src/source/http/options.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import { type AnswerUpstream, MapServer } from '../../support/map-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

async function connect(
  test: TestContext,
  answer: AnswerUpstream,
  options?: HttpOptions,
): Promise<{ server: MapServer; http: SourceHttp }> {
  const server = await MapServer.start(answer);
  const pool = new HttpPool();
  test.after(async () => {
    await pool.close();
    await server.stop();
  });
  return { server, http: pool.client([server.url], options) };
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SourceError, `${error} is a SourceError`);
  return error.message;
}

describe('requests to map servers', () => {
  it('GLB-14, GLB-19: own headers, and a name of our own', async (test) => {
    const { server, http } = await connect(test, () => ({}), { headers: { 'X-Key': 'k' } });
    await http.fetch(server.url, signal);
    const headers = server.requests[0]?.headers ?? {};
    assert.equal(headers['x-key'], 'k');
    assert.match(headers['user-agent'] ?? '', /^Mapgate-\d/);
  });

  it('GLB-19: the name can be replaced', async (test) => {
    const { server, http } = await connect(test, () => ({}), { headers: { 'User-Agent': 'me' } });
    await http.fetch(server.url, signal);
    assert.equal(server.requests[0]?.headers['user-agent'], 'me');
  });

  it('GLB-19: the name can be replaced in any case of letters', async (test) => {
    const { server, http } = await connect(test, () => ({}), { headers: { 'user-agent': 'me' } });
    await http.fetch(server.url, signal);
    assert.equal(server.requests[0]?.headers['user-agent'], 'me');
  });

  it('GLB-15: a status of failure, its details hidden', async (test) => {
    const { server, http } = await connect(test, () => ({ status: 503 }));
    assert.equal(await messageOf(http.fetch(`${server.url}/x`, signal)), 'HTTP Error (see logs for URL and reason).');
  });

  it('GLB-15: and shown where the configuration says so', async (test) => {
    const { server, http } = await connect(test, () => ({ status: 503 }), { hide_error_details: false });
    assert.equal(await messageOf(http.fetch(`${server.url}/x`, signal)), `HTTP Error "${server.url}/x": 503`);
  });

  it('SRC-08: each request is logged: method, URL without spaces, status, kB and milliseconds', async (test) => {
    const { server, http } = await connect(test, ({ url }) => ({
      status: url.includes('missing') ? 404 : 200,
      body: Buffer.alloc(1536),
    }));
    const file = join(await temporaryFolder(test), 'log');
    configureLogging({ level: 'silent', loggers: { 'mapproxy.source.request': 'info' }, file, format: 'json' });
    test.after(() => configureLogging({ level: 'silent', loggers: {}, file: null, format: null }));
    await http.fetch(`${server.url}/a b?x=1`, signal);
    await http.fetch(`${server.url}/form`, signal, { form: 'x=1' });
    await assert.rejects(http.fetch(`${server.url}/missing`, signal));
    const { url } = server;
    await server.stop();
    await assert.rejects(http.fetch(`${url}/gone`, signal));
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { logger: string; msg: string });
    const withoutTimes = entries.map(({ logger, msg }) => `${logger} ${msg.replace(/ \d+$/, ' MS')}`);
    assert.deepEqual(withoutTimes, [
      `mapproxy.source.request GET ${url}/ab?x=1 200 1.5 MS`,
      `mapproxy.source.request POST ${url}/form 200 1.5 MS`,
      `mapproxy.source.request GET ${url}/missing 404 1.5 MS`,
      `mapproxy.source.request GET ${url}/gone - - MS`,
    ]);
  });

  it('GLB-23: 204 is an error with its number', async (test) => {
    const { server, http } = await connect(test, () => ({ status: 204 }));
    await assert.rejects(http.fetch(server.url, signal), (error: SourceError) => error.sourceStatus === 204);
  });

  it('GLB-15: nobody answers', async (test) => {
    const { server, http } = await connect(test, () => ({}));
    const { url } = server;
    await server.stop();
    assert.equal(await messageOf(http.fetch(url, signal)), 'No response from URL (see logs for URL and reason).');
  });

  it('GLB-10: too slow', async (test) => {
    const never = new Promise<never>(() => {});
    const { server, http } = await connect(test, () => never, { client_timeout: 0.05 });
    assert.match(await messageOf(http.fetch(server.url, signal)), /^No response from URL/);
  });

  it('an answer too large is cut off', async (test) => {
    const { server, http } = await connect(test, () => ({ body: Buffer.alloc(65 * 1024 * 1024) }));
    assert.match(await messageOf(http.fetch(server.url, signal)), /^Internal HTTP error/);
  });

  it('aborts with the request it is for', async (test) => {
    const controller = new AbortController();
    const { server, http } = await connect(test, () => {
      controller.abort(new Error('client gone'));
      return new Promise<never>(() => {});
    });
    await assert.rejects(http.fetch(server.url, controller.signal), /client gone/);
  });
});

describe('redirects', () => {
  it('GLB-21: are followed', async (test) => {
    const { server, http } = await connect(test, ({ url }) =>
      url === '/a' ? { status: 302, headers: { Location: '/b' } } : { body: 'there' },
    );
    assert.equal((await http.fetch(`${server.url}/a`, signal)).body.toString(), 'there');
  });

  it('not to a host that is not in the configuration', async (test) => {
    const other = await MapServer.start(() => ({ body: 'secret' }));
    test.after(() => other.stop());
    const { server, http } = await connect(test, () => ({ status: 302, headers: { Location: other.url } }));
    assert.match(await messageOf(http.fetch(server.url, signal)), /^HTTP Error/);
    assert.deepEqual(other.urls, []);
  });

  it('what was meant for one server is not told to another', async (test) => {
    const other = await MapServer.start(() => ({ body: 'there' }));
    test.after(() => other.stop());
    const server = await MapServer.start(() => ({ status: 302, headers: { Location: other.url } }));
    test.after(() => server.stop());
    const pool = new HttpPool();
    test.after(() => pool.close());
    const http = pool.client([server.url, other.url], { headers: { Authorization: 'Bearer t', 'X-Key': 'k' } });
    await http.fetch(server.url.replace('//', '//me:secret@'), signal);
    assert.equal(server.requests[0]?.headers['x-key'], 'k');
    const { authorization, 'x-key': key, 'user-agent': agent } = other.requests[0]?.headers ?? {};
    assert.deepEqual([authorization, key], [undefined, undefined]);
    assert.match(agent ?? '', /^Mapgate-/);
  });

  it('GLB-21: 303 asks for the answer by GET, 307 sends the form again', async (test) => {
    const { server, http } = await connect(test, ({ url }) => {
      if (url === '/end') return { body: 'there' };
      return { status: url === '/303' ? 303 : 307, headers: { Location: '/end' } };
    });
    await http.fetch(`${server.url}/303`, signal, { form: 'a=1' });
    await http.fetch(`${server.url}/307`, signal, { form: 'a=1' });
    assert.deepEqual(
      server.requests.map(({ method, url, body }) => `${method} ${url} ${body}`),
      ['POST /303 a=1', 'GET /end ', 'POST /307 a=1', 'POST /end a=1'],
    );
  });

  it('not to another protocol', async (test) => {
    const { server, http } = await connect(test, () => ({ status: 302, headers: { Location: 'file:///etc/passwd' } }));
    assert.match(await messageOf(http.fetch(server.url, signal)), /^HTTP Error/);
  });

  it('not without end', async (test) => {
    const { server, http } = await connect(test, () => ({ status: 302, headers: { Location: '/' } }));
    assert.match(await messageOf(http.fetch(server.url, signal)), /^HTTP Error/);
    assert.equal(server.requests.length, 6);
  });
});

describe('URLs of sources', () => {
  for (const url of ['file:///etc/passwd', 'ftp://host/', 'maps.example/wms', '']) {
    it(`SEC-04: '${url}' is refused`, () => {
      assert.throws(() => new HttpPool().client([url]), ConfigError);
    });
  }
});
