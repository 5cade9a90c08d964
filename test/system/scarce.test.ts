import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { Sandbox } from '../front/sandbox.ts';
import { MapServer } from '../support/map-server.ts';
import { Mapgate } from '../support/mapgate.ts';
import { childrenOf, residentMemory } from '../support/processes.ts';
import { ask, until } from './operated.ts';

/** Pixels that no format can make small: a tile has some 200 kB. */
async function noise(): Promise<Buffer> {
  const data = Buffer.from(Uint32Array.from({ length: 256 * 192 }, () => Math.random() * 2 ** 32).buffer);
  return sharp(data, { raw: { width: 256, height: 256, channels: 3 } })
    .png()
    .toBuffer();
}

async function serve(t: TestContext, cache: object, shell: string, answer?: Parameters<typeof MapServer.start>[0]) {
  const sandbox = new Sandbox(t);
  const source = await MapServer.start(answer);
  t.after(() => source.stop());
  mkdirSync(sandbox.path('small'));
  const configuration = {
    services: { tms: {} },
    layers: [{ name: 'map', title: 'Map', sources: ['tiles'] }],
    caches: { tiles: { sources: ['remote'], grids: ['GLOBAL_MERCATOR'], meta_size: [1, 1], meta_buffer: 0, cache } },
    sources: { remote: { type: 'wms', req: { url: `${source.url}/?`, layers: 'x' } } },
    globals: { cache: { base_dir: 'small', lock_dir: 'small/locks', tile_lock_dir: 'small/locks' } },
  };
  writeFileSync(sandbox.path('map.yaml'), JSON.stringify(configuration));
  const args = ['serve', 'map.yaml', '--http', '127.0.0.1:0', '--workers', '1'];
  const mapgate = new Mapgate(t, args, { cwd: sandbox.folder, shell });
  await mapgate.says('"msg":"serving"');
  const port = Number(/http 127\.0\.0\.1:(\d+)/.exec(mapgate.log)?.[1]);
  return { sandbox, mapgate, source, port };
}

function cannotMount(): string | false {
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'no file system can be mounted here';
  }
}

test('a full disk: tiles are served all the same, told once, and none is torn', { skip: cannotMount() }, async (t) => {
  const picture = await noise();
  const answer = () => ({ headers: { 'Content-Type': 'image/png' }, body: picture });
  // The file system is there for the server alone.
  const mounted = `exec unshare -m sh -c 'mount -t tmpfs -o size=256k tmpfs small; exec "$@"' sh "$@"`;
  const { sandbox, mapgate, source, port } = await serve(t, { type: 'file' }, mounted, answer);
  const tile = async (x: number) => {
    const reply = await ask({ host: '127.0.0.1', port, path: `/tiles/map/EPSG900913/3/${x}/0.png`, agent: false });
    assert.equal(reply.status, 200);
    assert.equal(reply.type, 'image/png');
  };
  for (let x = 0; x < 8; x++) await tile(x);
  const asked = source.requests.length;
  assert.equal(asked, 8);
  await tile(7);
  assert.equal(source.requests.length, 9, 'what was not stored is made again');
  assert.equal(mapgate.count('cannot store tiles of cache tiles'), 1);
  const folder = join(`/proc/${mapgate.pid}/root`, sandbox.path('small'));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  assert.ok(files.length > 0, 'some were stored');
  for (const name of files) assert.deepEqual(readFileSync(join(folder, name)), picture, name);
});

test('out of descriptors: it does not crash, and serves again when there are some', async (t) => {
  const { mapgate, port } = await serve(t, { type: 'file' }, ':');
  const [worker] = childrenOf(mapgate.pid);
  // At its start it loads many files at once, which is not what is to be seen.
  execFileSync('prlimit', ['--pid', String(worker), '--nofile=200:200']);
  const idle = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(
    idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
  );
  const waiting = ask({ host: '127.0.0.1', port, path: '/tiles/map/EPSG900913/1/0/0.png', agent: false }).catch(String);
  await sleep(500);
  for (const socket of idle) socket.destroy();
  await waiting;
  await until(async () => {
    const reply = await ask({ host: '127.0.0.1', port, path: '/tiles/map/EPSG900913/1/1/1.png', agent: false }).catch(
      () => undefined,
    );
    return reply?.status === 200;
  }, 'it serves again');
  assert.deepEqual(childrenOf(mapgate.pid), [worker], 'the same worker');
  mapgate.signal('SIGHUP');
  await mapgate.says('"msg":"reloaded"');
});

test('200 slow clients keep nobody else waiting, and cost little memory', async (t) => {
  const { mapgate, port } = await serve(t, { type: 'file' }, ':');
  const [worker = 0] = childrenOf(mapgate.pid);
  const path = '/tiles/map/EPSG900913/1/0/0.png';
  const quick = () => ask({ host: '127.0.0.1', port, path, agent: false });
  assert.equal((await quick()).status, 200);
  const before = residentMemory(worker);
  const slow = Array.from({ length: 200 }, (_, index) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    // Half of them never finish what they ask, half never read what they are told.
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${index % 2 === 0 ? 'X-Slow: ' : '\r\n'}`);
    return socket.pause();
  });
  for (let count = 0; count < 20; count++) {
    const begun = performance.now();
    assert.equal((await quick()).status, 200);
    assert.ok(performance.now() - begun < 5000, 'soon');
  }
  const grown = residentMemory(worker) - before;
  for (const socket of slow) socket.destroy();
  assert.ok(grown < 64 * 2 ** 20, `${grown} bytes more`);
});
