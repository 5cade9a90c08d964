import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import test from 'node:test';
import { requirePrograms } from '../support/debian.ts';
import { type CacheStage, startCache } from './caches.ts';
import { ask } from './client.ts';
import { replaceOnce } from './example.ts';
import { writeInto } from './front.ts';
import { runSuite, USUAL_TRAITS } from './suite.ts';

const FILE = 'squid/squid.conf';
const TILE = '/tms/1.0.0/world/webmercator/0/0/0.png';
const OTHER_TILE = '/tms/1.0.0/world/webmercator/1/0/0.png';

/** Squid's user on Debian, to which it changes when root starts it. */
const PROXY_USER = 13;

function prepare({ sandbox, example, port, mapgatePort, isRoot }: CacheStage): string[] {
  const folder = sandbox.path('squid');
  mkdirSync(folder);
  if (isRoot) {
    chmodSync(sandbox.folder, 0o755);
    chownSync(folder, PROXY_USER, PROXY_USER);
  }
  const outer = `
pid_filename ${folder}/squid.pid
coredump_dir ${folder}
cache_log ${folder}/cache.log
access_log none
pinger_enable off
shutdown_lifetime 1 seconds
visible_hostname squid
`;
  const local = replaceOnce(
    replaceOnce(example, 'http_port 80 ', `http_port 127.0.0.1:${port} `),
    'parent 8080',
    `parent ${mapgatePort}`,
  );
  // A name of its own: Squid's shared memory is called by it.
  return ['squid', '-N', '-n', `mapgate${port}`, '-f', writeInto(sandbox, 'squid.conf', outer + local)];
}

test(`Squid with conf-examples/${FILE}`, async (t) => {
  if (!(await requirePrograms(t, { squid: 'squid' }))) return;
  const [world, echo] = await Promise.all([
    startCache(t, FILE, 'world', prepare),
    startCache(t, FILE, 'echo', prepare),
  ]);
  await runSuite(t, { world, echo }, { ...USUAL_TRAITS, validator: 'last-modified' });

  const isKept = async (path: string) => /^HIT /.test(String((await ask(world, path)).headers['x-cache']));

  await t.test('a tile is kept', async () => {
    await ask(world, TILE);
    assert.equal(await isKept(TILE), true);
  });

  await t.test('capabilities, which say nothing of it, are not kept', async () => {
    const path = '/service?SERVICE=WMS&REQUEST=GetCapabilities';
    await ask(world, path);
    assert.equal(await isKept(path), false);
  });

  await t.test('PURGE takes one tile out', async () => {
    await Promise.all([ask(world, TILE), ask(world, OTHER_TILE)]);
    assert.equal((await ask(world, TILE, { method: 'PURGE' })).status, 200);
    assert.deepEqual([await isKept(TILE), await isKept(OTHER_TILE)], [false, true]);
  });

  await t.test('other paths are not for Mapgate', async () => {
    assert.equal((await ask({ ...world, mount: '' }, '/elsewhere')).status, 403);
  });
});
