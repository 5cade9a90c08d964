import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { proxiesOf } from '../../../src/source/http/dispatchers.ts';
import { Gate } from '../../../src/source/http/gate.ts';
import type { HttpOptions } from '../../../src/source/http/options.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import { requirePrograms } from '../../support/debian.ts';
import { deferred } from '../../support/deferred.ts';
import { MapServer } from '../../support/map-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

function poolFor(test: TestContext): HttpPool {
  const pool = new HttpPool();
  test.after(() => pool.close());
  return pool;
}

async function listen(test: TestContext, server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('requests to a host at a time', () => {
  it('SRC-05, GLB-17: no more than configured, of all sources of a host together', async (test) => {
    const [answer, twoThere] = [deferred<void>(), deferred<void>()];
    let [open, most] = [0, 0];
    const server = await MapServer.start(async () => {
      most = Math.max(most, ++open);
      if (open === 2) twoThere.resolve();
      await answer.promise;
      open--;
      return {};
    });
    test.after(() => server.stop());
    const pool = poolFor(test);
    const clients = [1, 2].map(() => pool.client([server.url], { concurrent_requests: 2 }));
    const all = Promise.all([...clients, ...clients, ...clients].map((http) => http.fetch(server.url, signal)));
    await twoThere.promise;
    answer.resolve();
    await all;
    assert.equal(most, 2);
    assert.equal(server.requests.length, 6);
  });

  it('who waits is let in in the order of coming, and stands aside when it gives up', async () => {
    const gate = new Gate();
    const leave = await gate.enter(1, signal);
    const order: string[] = [];
    const impatient = new AbortController();
    const gone = gate.enter(1, impatient.signal).catch(() => order.push('gone'));
    const others = ['a', 'b'].map(async (name) => {
      const done = await gate.enter(1, signal);
      order.push(name);
      done();
    });
    impatient.abort(new Error('no more'));
    leave();
    await Promise.all([gone, ...others]);
    assert.deepEqual(order, ['gone', 'a', 'b']);
  });

  it('a place that was left twice is free once', async () => {
    const gate = new Gate();
    const leave = await gate.enter(1, signal);
    leave();
    leave();
    await gate.enter(1, signal);
    await assert.rejects(gate.enter(1, AbortSignal.abort(new Error('full'))), /full/);
    const waiting = new AbortController();
    const third = gate.enter(1, waiting.signal);
    waiting.abort(new Error('still full'));
    await assert.rejects(third, /still full/);
  });

  it('GLB-10: waiting has the same limit of time as a request', async (test) => {
    const server = await MapServer.start(() => new Promise<never>(() => {}));
    test.after(() => server.stop());
    const pool = poolFor(test);
    const first = pool.client([server.url], { concurrent_requests: 1, client_timeout: 5 });
    const stop = new AbortController();
    const stuck = assert.rejects(first.fetch(server.url, stop.signal));
    const second = pool.client([server.url], { concurrent_requests: 1, client_timeout: 0.05 });
    await assert.rejects(second.fetch(server.url, signal), /^SourceError: No response from URL/);
    stop.abort();
    await stuck;
  });
});

describe('cookies', () => {
  async function cookiesSent(test: TestContext, options: HttpOptions): Promise<(string | undefined)[]> {
    const server = await MapServer.start(() => ({ headers: { 'Set-Cookie': 'session=1; Path=/maps' } }));
    test.after(() => server.stop());
    const http = poolFor(test).client([server.url], options);
    for (const path of ['/maps/a', '/maps/b', '/elsewhere']) await http.fetch(server.url + path, signal);
    return server.requests.map(({ headers }) => headers.cookie);
  }

  it('GLB-16: go back to where they came from', async (test) => {
    assert.deepEqual(await cookiesSent(test, { manage_cookies: true }), [undefined, 'session=1', undefined]);
  });

  it('GLB-16: unless nobody asked for it', async (test) => {
    assert.deepEqual(await cookiesSent(test, {}), [undefined, undefined, undefined]);
  });
});

describe('proxies', () => {
  it('GLB-20: the environment names them; in a CGI program HTTP_PROXY is the client speaking', () => {
    const both = { HTTP_PROXY: 'http://a', HTTPS_PROXY: 'http://b' };
    assert.deepEqual(proxiesOf(both), { http: 'http://a', https: 'http://b' });
    assert.deepEqual(proxiesOf({ ...both, http_proxy: 'http://c' }), { http: 'http://c', https: 'http://b' });
    assert.deepEqual(proxiesOf({ ...both, REQUEST_METHOD: 'GET' }), { http: undefined, https: 'http://b' });
    assert.deepEqual(proxiesOf({}), { http: undefined, https: undefined });
  });

  function withEnvironment(test: TestContext, values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) {
      const before = process.env[name];
      process.env[name] = value;
      test.after(() => {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
      });
    }
  }

  it('GLB-20: are told whole URLs; no_proxy names hosts that are asked directly', async (test) => {
    const asked: string[] = [];
    const proxy = createHttpServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('from the proxy');
    });
    const port = await listen(test, proxy);
    const server = await MapServer.start(() => ({ body: 'direct' }));
    test.after(() => server.stop());
    withEnvironment(test, { http_proxy: `http://127.0.0.1:${port}`, no_proxy: '127.0.0.1' });
    const http = poolFor(test).client(['http://maps.example/', server.url]);
    assert.equal((await http.fetch('http://maps.example/wms?a=1', signal)).body.toString(), 'from the proxy');
    assert.equal((await http.fetch(server.url, signal)).body.toString(), 'direct');
    assert.deepEqual(asked, ['http://maps.example/wms?a=1']);
  });

  it('GLB-20: for https they only carry bytes', async (test) => {
    const files = await certificates(test);
    if (files === undefined) return;
    const port = await listen(
      test,
      createTlsServer(files.options, (_request, response) => response.end('safe')),
    );
    const asked: string[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const upstream = connectSocket(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    withEnvironment(test, { https_proxy: `http://127.0.0.1:${await listen(test, proxy)}` });
    const http = poolFor(test).client(['https://localhost/'], { ssl_ca_certs: files.certificate });
    assert.equal((await http.fetch('https://localhost/', signal)).body.toString(), 'safe');
    assert.deepEqual(asked, ['localhost:443']);
  });
});

interface Certificates {
  readonly options: ServerOptions;
  /** File name. */
  readonly certificate: string;
}

/** A certificate of localhost that nobody vouches for. */
async function certificates(test: TestContext): Promise<Certificates | undefined> {
  if (!(await requirePrograms(test, { openssl: 'openssl' }))) return undefined;
  const folder = await temporaryFolder(test);
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return { options: { key: readFileSync(key), cert: readFileSync(certificate) }, certificate };
}

describe('TLS', () => {
  /** What a source with the given options gets from a TLS server: a body, or the message of an error. */
  async function ask(test: TestContext, own: ServerOptions, options: (files: Certificates) => HttpOptions) {
    const files = await certificates(test);
    if (files === undefined) return undefined;
    const server = createTlsServer({ ...files.options, ...own }, (_request, response) => response.end('safe'));
    const url = `https://localhost:${await listen(test, server)}`;
    const http = poolFor(test).client([url], options(files));
    return http.fetch(url, signal).then(
      ({ body }) => body.toString(),
      (error: unknown) => (error instanceof SourceError ? error.message : String(error)),
    );
  }
  const refused = 'Could not verify connection to URL (see logs for URL and reason).';

  it('GLB-12: a certificate that nobody known vouches for is refused', async (test) => {
    assert.equal((await ask(test, {}, () => ({}))) ?? refused, refused);
  });

  it('GLB-12: ssl_ca_certs vouches for it', async (test) => {
    const answer = await ask(test, {}, ({ certificate }) => ({ ssl_ca_certs: certificate }));
    assert.equal(answer ?? 'safe', 'safe');
  });

  it('GLB-13: ssl_no_cert_checks takes any', async (test) => {
    assert.equal((await ask(test, {}, () => ({ ssl_no_cert_checks: true }))) ?? 'safe', 'safe');
  });

  it('GLB-24: TLS below 1.2 is refused', async (test) => {
    const old: ServerOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    assert.equal((await ask(test, old, () => ({ ssl_no_cert_checks: true }))) ?? refused, refused);
  });
});
