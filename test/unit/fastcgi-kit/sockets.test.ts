import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type BoundSocket, bindSocket, type SocketAddress } from '@mapgate/fastcgi-kit';

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'sockets-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function bind(t: TestContext, address: SocketAddress): Promise<BoundSocket> {
  const bound = await bindSocket(address);
  t.after(() => bound.close());
  return bound;
}

async function codeOf(connection: ReturnType<typeof connect>): Promise<string> {
  const [error] = await once(connection, 'error');
  return error.code;
}

describe('bindSocket', () => {
  test('binds a path without accepting on it', async (t) => {
    const path = join(folder(t), 's');
    const bound = await bind(t, { path });
    assert.deepEqual(bound.address, { path });
    assert.ok(bound.fd > 2);
    assert.equal(await codeOf(connect(path)), 'ECONNREFUSED');
  });

  test('binds a port of the system without accepting on it', async (t) => {
    const bound = await bind(t, { host: '127.0.0.1', port: 0 });
    assert.ok('port' in bound.address && bound.address.port > 0);
    assert.equal(await codeOf(connect(bound.address.port, '127.0.0.1')), 'ECONNREFUSED');
  });

  test('a host may be a name', async (t) => {
    const bound = await bind(t, { host: 'localhost', port: 0 });
    assert.ok('host' in bound.address && ['127.0.0.1', '::1'].includes(bound.address.host));
  });

  test('the mode is the one asked for, whatever the umask', async (t) => {
    const path = join(folder(t), 's');
    await bind(t, { path, mode: 0o666 });
    assert.equal(statSync(path).mode & 0o777, 0o666);
  });

  test('without a mode the umask decides', async (t) => {
    const path = join(folder(t), 's');
    await bind(t, { path });
    assert.equal(statSync(path).mode & 0o777, 0o777 & ~process.umask());
  });

  test('owner and group are set', { skip: process.getuid?.() !== 0 && 'only root gives files away' }, async (t) => {
    const path = join(folder(t), 's');
    await bind(t, { path, owner: 1234, group: 2345 });
    const { uid, gid } = statSync(path);
    assert.deepEqual([uid, gid], [1234, 2345]);
  });

  test('nothing but the socket is left in its folder', async (t) => {
    const place = folder(t);
    await bind(t, { path: join(place, 's') });
    assert.deepEqual(readdirSync(place), ['s']);
  });

  test('an owner that may not be set leaves nothing behind', {
    skip: process.getuid?.() === 0 && 'root may',
  }, async (t) => {
    const place = folder(t);
    await assert.rejects(bindSocket({ path: join(place, 's'), owner: 0 }), { code: 'EPERM' });
    assert.deepEqual(readdirSync(place), []);
  });

  test('a stale file is replaced', async (t) => {
    const path = join(folder(t), 's');
    const stale = await bind(t, { path });
    const before = statSync(path).ino;
    await bind(t, { path });
    assert.notEqual(statSync(path).ino, before);
    assert.ok(stale.fd > 2);
  });

  test('the socket of a running server is refused', async (t) => {
    const path = join(folder(t), 's');
    const server = createServer().listen(path);
    t.after(() => server.close());
    await once(server, 'listening');
    await assert.rejects(bindSocket({ path }), { code: 'EADDRINUSE', message: /is in use by a running server/ });
    assert.equal(existsSync(path), true);
  });

  for (const [what, make] of [
    ['a file', (path: string) => writeFileSync(path, 'x')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/nowhere', path)],
  ] as const) {
    test(`${what} in its place is left alone`, async (t) => {
      const path = join(folder(t), 's');
      make(path);
      await assert.rejects(bindSocket({ path }), { code: 'ENOTSOCK', message: /not a socket/ });
      assert.equal(readdirSync(join(path, '..')).length, 1);
    });
  }

  test('the longest path that an address holds is bound, a longer one refused by its length', async (t) => {
    const place = folder(t);
    const longest = process.platform === 'linux' ? 107 : 103;
    const fits = join(place, 'x'.repeat(longest - Buffer.byteLength(place) - 1));
    await bind(t, { path: fits });
    assert.equal(existsSync(fits), true);
    await assert.rejects(bindSocket({ path: `${fits}x` }), {
      code: 'ENAMETOOLONG',
      message: new RegExp(`${longest + 1} bytes`),
    });
  });

  test('a missing folder is named', async (t) => {
    await assert.rejects(bindSocket({ path: join(folder(t), 'missing', 's') }), /missing/);
  });

  test('a port in use is refused', async (t) => {
    const first = await bind(t, { host: '127.0.0.1', port: 0 });
    assert.ok('port' in first.address);
    const server = createServer().listen({ fd: first.fd });
    await once(server, 'listening');
    await assert.rejects(bindSocket({ host: '127.0.0.1', port: first.address.port }), { code: 'EADDRINUSE' });
    await new Promise((resolve) => server.close(resolve));
  });

  test('closing removes the file, and twice is once', async (t) => {
    const path = join(folder(t), 's');
    const bound = await bindSocket({ path });
    bound.close();
    bound.close();
    assert.equal(existsSync(path), false);
  });

  test('closing leaves a file that another has put there', async (t) => {
    const path = join(folder(t), 's');
    const first = await bindSocket({ path });
    const second = await bind(t, { path });
    first.close();
    assert.equal(existsSync(path), true);
    assert.ok(second.fd > 2);
  });

  test('closing is content with a file that is gone', async (t) => {
    const place = folder(t);
    const bound = await bindSocket({ path: join(place, 's') });
    rmSync(join(place, 's'));
    chmodSync(place, 0o700);
    bound.close();
  });
});
