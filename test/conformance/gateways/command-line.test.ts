import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { AjpClient } from '../../support/clients/ajp.ts';
import { AjpPeer } from '../../support/clients/ajp-connection.ts';
import { attribute, forwardRequest } from '../../support/clients/ajp-packets.ts';
import { CgiClient } from '../../support/clients/cgi.ts';
import { type ClientAddress, collect, type GatewayClient } from '../../support/clients/client.ts';
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

test('serve, started as a CGI program, answers its one request; the header Proxy names no proxy', async (t) => {
  const { file } = project(t);
  const client = new CgiClient([process.execPath, MAIN, 'serve', file], () => {});
  const { status, body } = await client.ask({ target: '/a/b', headers: { Proxy: 'http://bad.example' } });
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse((await collect(body)).toString()), { path: '/a/b', proxy: null });
});
