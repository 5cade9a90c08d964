import assert from 'node:assert/strict';
import test from 'node:test';
import { requirePrograms } from '../support/debian.ts';
import { type CacheStage, startCache } from './caches.ts';
import { ask } from './client.ts';
import { replaceOnce } from './example.ts';
import { writeInto } from './front.ts';
import { runSuite, USUAL_TRAITS } from './suite.ts';

const FILE = 'varnish/default.vcl';
const TILE = '/tms/1.0.0/world/webmercator/0/0/0.png';
const OTHER_TILE = '/tms/1.0.0/world/webmercator/1/0/0.png';

function prepare({ sandbox, example, port, mapgatePort }: CacheStage): string[] {
  const file = writeInto(sandbox, 'default.vcl', replaceOnce(example, '"8080"', `"${mapgatePort}"`));
  const small = ['-s', 'default,32m', '-p', 'thread_pool_min=10', '-p', 'thread_pools=1'];
  const where = ['-n', sandbox.path('varnish'), '-a', `127.0.0.1:${port}`, '-T', 'none'];
  // A VCL is compiled and loaded as the user of the sandbox: no other can read it.
  return ['varnishd', '-F', '-j', 'none', ...where, '-f', file, ...small];
}

test(`Varnish with conf-examples/${FILE}`, async (t) => {
  if (!(await requirePrograms(t, { varnishd: 'varnish', gcc: 'gcc' }))) return;
  const [world, echo] = await Promise.all([
    startCache(t, FILE, 'world', prepare),
    startCache(t, FILE, 'echo', prepare),
  ]);
  await runSuite(t, { world, echo }, USUAL_TRAITS);

  const isKept = async (path: string, headers = {}) => {
    const { headers: answered } = await ask(world, path, { headers });
    return / /.test(String(answered['x-varnish']));
  };
  const purge = (path: string, headers = {}) => ask(world, path, { method: 'PURGE', headers });

  await t.test('a tile is kept, for all clients, with or without cookies', async () => {
    await ask(world, TILE);
    assert.equal(await isKept(TILE, { Cookie: 'visitor=1' }), true);
  });

  await t.test('capabilities, which say nothing of it, are not kept', async () => {
    const path = '/service?SERVICE=WMS&REQUEST=GetCapabilities';
    await ask(world, path);
    assert.equal(await isKept(path), false);
  });

  await t.test('PURGE takes one tile out', async () => {
    await Promise.all([ask(world, TILE), ask(world, OTHER_TILE)]);
    assert.equal((await purge(TILE)).status, 200);
    assert.deepEqual([await isKept(TILE), await isKept(OTHER_TILE)], [false, true]);
  });

  await t.test('PURGE with X-Purge-Below takes all tiles below a path out', async () => {
    await Promise.all([ask(world, TILE), ask(world, OTHER_TILE)]);
    assert.equal((await purge('/', { 'X-Purge-Below': '/mapproxy/tms/1.0.0/world/webmercator/1/' })).status, 200);
    assert.deepEqual([await isKept(TILE), await isKept(OTHER_TILE)], [true, false]);
  });
});
