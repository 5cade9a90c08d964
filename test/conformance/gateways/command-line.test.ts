import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { fcgiRequest, ProtocolStatus } from '@mapgate/fastcgi-kit';
import { AjpClient } from '../../support/clients/ajp.ts';
import { AjpPeer } from '../../support/clients/ajp-connection.ts';
import { attribute, forwardRequest } from '../../support/clients/ajp-packets.ts';
import { CgiClient } from '../../support/clients/cgi.ts';
import { type ClientAddress, collect, type GatewayClient } from '../../support/clients/client.ts';
import { FastcgiClient } from '../../support/clients/fastcgi.ts';
import { HttpClient } from '../../support/clients/http.ts';
import { rawAnswer } from '../../support/clients/raw.ts';
import { ScgiClient } from '../../support/clients/scgi.ts';
import { Mapgate } from '../../support/mapgate.ts';

const MAIN = path.resolve(import.meta.dirname, '../../../dist/cli/main.js');

/** Tells what it was asked, and whether the environment names a proxy. */
const MODULE = `
export const application = (request) => {
  const told = { path: request.pathInfo, proxy: process.env.HTTP_PROXY ?? null };
  return { status: 200, headers: {}, body: JSON.stringify(told) };
};
`;

function project(t: TestContext, deployment?: object): { module: string; file: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'mapgate-gateways-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const module = path.join(folder, 'application.mjs');
  writeFileSync(module, MODULE);
  const file = path.join(folder, 'mapgate.yaml');
  writeFileSync(file, JSON.stringify({ app: { module: 'application.mjs' }, workers: 1, ...deployment }));
  return { module, file };
}

/** Where a protocol listens, as the log tells. */
function addressIn(log: string, protocol: string): ClientAddress {
  const port = new RegExp(`"${protocol} 127\\.0\\.0\\.1:(\\d+)"`).exec(log)?.[1];
  assert.ok(port !== undefined, log);
  return { host: '127.0.0.1', port: Number(port) };
}

async function pathSeen(client: GatewayClient): Promise<unknown> {
  const { body } = await client.ask({ target: '/a/b' });
  return (JSON.parse((await collect(body)).toString()) as { path: unknown }).path;
}

const CLIENTS: Readonly<Record<string, (address: ClientAddress) => GatewayClient>> = {
  scgi: (address) => new ScgiClient(address),
  ajp: (address) => new AjpClient(address),
};

for (const [protocol, clientOf] of Object.entries(CLIENTS)) {
  test(`serve --${protocol}: a reload loses no request, TERM ends it`, async (t) => {
    const { module } = project(t);
    const mapgate = new Mapgate(t, ['serve', module, '--workers', '2', `--${protocol}`, ':0']);
    await mapgate.says('"serving"');
    const client = clientOf(addressIn(mapgate.log, protocol));

    let reloaded = false;
    const asking = Array.from({ length: 4 }, async () => {
      while (!reloaded) assert.equal(await pathSeen(client), '/a/b');
    });
    mapgate.signal('SIGHUP');
    await Promise.race([mapgate.says('"reloaded"'), Promise.all(asking)]);
    reloaded = true;
    await Promise.all(asking);

    mapgate.signal('SIGTERM');
    assert.equal(await mapgate.exited, 0);
  });
}

test('listen: ajp with a secret refuses requests without it', async (t) => {
  const { file } = project(t, { listen: [{ ajp: ':0', secret: 'word', packet_size: 16_384 }] });
  const mapgate = new Mapgate(t, ['serve', file]);
  await mapgate.says('"serving"');
  const address = addressIn(mapgate.log, 'ajp');
  for (const [attributes, status] of [
    [[], 403],
    [[attribute(0x0c, 'word')], 200],
  ] as const) {
    const peer = await AjpPeer.connect(address);
    t.after(() => peer.socket.destroy());
    peer.socket.write(forwardRequest({ headers: { 'X-Long': 'x'.repeat(10_000) }, attributes }));
    const head = await peer.next();
    assert.equal(head?.type === 'headers' && head.status, status);
  }
});

test('listen: a secret is for ajp alone', async (t) => {
  const { file } = project(t, { listen: [{ scgi: ':0', secret: 'word' }] });
  const mapgate = new Mapgate(t, ['serve', file]);
  assert.equal(await mapgate.exited, 2);
  assert.match(mapgate.log, /secret.* for ajp/);
});

const PROTOCOLS = ['fastcgi', 'scgi', 'ajp', 'http'] as const;

/** An address of each protocol with the same options, and the process that serves them. */
async function serveAll(t: TestContext, options: object, more: object = {}) {
  const listen = PROTOCOLS.map((protocol) => ({ [protocol]: ':0', ...options }));
  const { file } = project(t, { listen, ...more });
  const mapgate = new Mapgate(t, ['serve', file]);
  await mapgate.says('"serving"');
  return { mapgate, addressOf: (protocol: string) => addressIn(mapgate.log, protocol) };
}

test('listen: who is not on the allow list is disconnected, whatever the protocol, and the log says who', async (t) => {
  const { mapgate, addressOf } = await serveAll(t, { allow: ['192.0.2.0/24', '2001:db8::1'] });
  for (const protocol of PROTOCOLS) {
    // Closed or reset, as it comes.
    const answer = rawAnswer(t, addressOf(protocol), 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n').catch(() => '');
    assert.equal(await answer, '', protocol);
  }
  await mapgate.says('127.0.0.1 may not connect: it is not an allowed web server');
});

test('listen: who is on the allow list is served', async (t) => {
  const { addressOf } = await serveAll(t, { allow: ['127.0.0.0/8'] });
  const { fastcgi, http } = { fastcgi: addressOf('fastcgi'), http: addressOf('http') };
  for (const client of [new FastcgiClient(fastcgi), new HttpClient(http)]) assert.equal(await pathSeen(client), '/a/b');
  for (const [protocol, clientOf] of Object.entries(CLIENTS)) {
    assert.equal(await pathSeen(clientOf(addressOf(protocol))), '/a/b');
  }
});

test('FCGI_WEB_SERVER_ADDRS is for FastCGI alone', async (t) => {
  process.env.FCGI_WEB_SERVER_ADDRS = '192.0.2.1';
  t.after(() => {
    delete process.env.FCGI_WEB_SERVER_ADDRS;
  });
  const { addressOf } = await serveAll(t, {});
  assert.equal(await pathSeen(new ScgiClient(addressOf('scgi'))), '/a/b');
  assert.equal(await pathSeen(new AjpClient(addressOf('ajp'))), '/a/b');
  assert.equal(await pathSeen(new HttpClient(addressOf('http'))), '/a/b');
  await assert.rejects(pathSeen(new FastcgiClient(addressOf('fastcgi'))));
});

test('listen: limits hold, each address with its own', async (t) => {
  const listen = [
    { fastcgi: ':0', limits: { params_pairs: 5 } },
    { scgi: ':0', limits: { params_bytes: 100 } },
    { ajp: ':0', limits: { stdin_bytes: 4 } },
    { http: ':0', limits: { stdin_bytes: 4 } },
  ];
  const { file } = project(t, { listen });
  const mapgate = new Mapgate(t, ['serve', file]);
  await mapgate.says('"serving"');
  const address = (protocol: string) => addressIn(mapgate.log, protocol);
  const post = { method: 'POST', target: '/', body: Buffer.from('12345') };

  const params = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`N${index}`, 'x']));
  const { protocolStatus } = await fcgiRequest(address('fastcgi'), { params });
  assert.equal(protocolStatus, ProtocolStatus.OVERLOADED);
  assert.equal((await new ScgiClient(address('scgi')).ask(post)).status, 431);
  assert.equal((await new AjpClient(address('ajp')).ask(post)).status, 413);
  assert.equal((await new HttpClient(address('http')).ask(post)).status, 413);
});

test('SEC-03: trusted_peers decides whom the access log believes', async (t) => {
  const more = { trusted_peers: ['127.0.0.1'], filters: [{ use: 'access-log', format: 'json' }] };
  const { mapgate, addressOf } = await serveAll(t, {}, more);
  const headers = { Forwarded: 'for=203.0.113.5' };
  for (const client of [new HttpClient(addressOf('http')), new ScgiClient(addressOf('scgi'))]) {
    await collect((await client.ask({ target: '/trusted', headers })).body);
  }
  // Its web server says that 192.0.2.7 asks.
  await collect((await new AjpClient(addressOf('ajp')).ask({ target: '/not', headers })).body);
  await mapgate.says('"uri":"/not"');
  const clients = [...mapgate.log.matchAll(/"remoteAddress":"([^"]+)"/g)].map(([, address]) => address);
  assert.deepEqual(clients, ['203.0.113.5', '203.0.113.5', '192.0.2.7']);
});

test('serve, started as a CGI program, answers its one request; the header Proxy names no proxy', async (t) => {
  const { file } = project(t);
  const client = new CgiClient([process.execPath, MAIN, 'serve', file], () => {});
  const { status, body } = await client.ask({ target: '/a/b', headers: { Proxy: 'http://bad.example' } });
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse((await collect(body)).toString()), { path: '/a/b', proxy: null });
});
