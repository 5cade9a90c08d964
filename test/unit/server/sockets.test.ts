import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Address, parseAddress } from '../../../src/server/address.ts';
import type { Listen, Protocol } from '../../../src/server/deployment.ts';
import { SocketSet } from '../../../src/server/sockets.ts';
import { temporaryFolder } from '../../support/temporary.ts';

function listen(protocol: Protocol, address: string): Listen {
  return { protocol, address: parseAddress(address) as Address };
}

test('each entry with port 0 gets a socket of its own', async (t) => {
  const sockets = new SocketSet();
  t.after(() => sockets.closeAll());
  const wanted = [listen('http', '127.0.0.1:0'), listen('http', '127.0.0.1:0'), listen('scgi', '127.0.0.1:0')];
  const descriptors = await sockets.open(wanted);
  assert.equal(new Set(descriptors).size, 3);
  assert.equal(new Set(sockets.boundAddresses(wanted).map((text) => text.split(' ')[1])).size, 3);
});

test('opened again, entries with port 0 keep their sockets', async (t) => {
  const sockets = new SocketSet();
  t.after(() => sockets.closeAll());
  const wanted = [listen('http', '127.0.0.1:0'), listen('http', '127.0.0.1:0')];
  const before = await sockets.open(wanted);
  assert.deepEqual(await sockets.open(wanted), before);
});

for (const second of ['http', 'fastcgi'] as const) {
  test(`an address wanted for fastcgi and again for ${second} is refused by name`, async (t) => {
    const folder = await temporaryFolder(t);
    const sockets = new SocketSet();
    t.after(() => sockets.closeAll());
    const path = `unix:${join(folder, 'socket')}`;
    await assert.rejects(sockets.open([listen('fastcgi', path), listen(second, path)]), {
      name: 'StartError',
      message: /cannot listen on unix:.*socket for fastcgi (and http|twice): each address takes one entry/,
    });
    assert.equal(existsSync(join(folder, 'socket')), false);
  });
}

test('a socket that is bound while nobody listens yet is not taken by a second server', async (t) => {
  const folder = await temporaryFolder(t);
  const wanted = [listen('fastcgi', join(folder, 'socket'))];
  const first = new SocketSet();
  const second = new SocketSet();
  t.after(() => first.closeAll());
  t.after(() => second.closeAll());
  await first.open(wanted);
  await assert.rejects(second.open(wanted), /in use by a server that is starting or runs/);
  first.closeAll();
  await second.open(wanted);
});
