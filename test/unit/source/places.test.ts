import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SourceError } from '../../../src/http/errors.ts';
import { flock } from '../../../src/lock/flock.ts';
import { configureLogging } from '../../../src/log.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import { requirePrograms } from '../../support/debian.ts';
import { MapServer } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { temporaryFolder } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const POOL = new URL('../../../src/source/http/pool.ts', import.meta.url).href;
const without = flock() === undefined ? 'no flock here' : false;

/** A process that will fetch the URL so many times at once, no more than `limit` of them at a time, and end. */
async function fetcher(
  test: TestContext,
  directory: string,
  url: string,
  limit: number,
  times: number,
): Promise<ChildProcess> {
  const program = `
    import { HttpPool } from ${JSON.stringify(POOL)};
    const [directory, url, limit, times] = process.argv.slice(1);
    const pool = new HttpPool({ directory });
    const http = pool.client([url], { concurrent_requests: Number(limit) });
    const { signal } = new AbortController();
    console.log('ready');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    await Promise.all(Array.from({ length: Number(times) }, () => http.fetch(url, signal)));
    await pool.close();
    process.exit();
  `;
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, [...flags, directory, url, String(limit), String(times)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  test.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

/** A map server that knows how many requests were there at once. */
async function countingServer(test: TestContext): Promise<{ url: string; most: () => number }> {
  let [open, most] = [0, 0];
  const server = await MapServer.start(async () => {
    most = Math.max(most, ++open);
    await sleep(40);
    open--;
    return {};
  });
  test.after(() => server.stop());
  return { url: server.url, most: () => most };
}

function poolFor(test: TestContext, directory: string): HttpPool {
  const pool = new HttpPool({ directory });
  test.after(() => pool.close());
  return pool;
}

/** Where the places for a host are counted. */
function fileOf(directory: string, netloc: string): string {
  return join(directory, `${createHash('md5').update(netloc).digest('hex')}.lck`);
}

describe('requests to a host, of all processes', { skip: without }, () => {
  it('GLB-17, SRC-05: two processes together keep to the limit', async (test) => {
    const directory = await temporaryFolder(test);
    const { url, most } = await countingServer(test);
    const children = await Promise.all([1, 2].map(() => fetcher(test, directory, url, 2, 15)));
    const codes = children.map(async (child) => (await once(child, 'exit'))[0]);
    for (const { stdin } of children) stdin?.write('go\n');
    assert.deepEqual(await Promise.all(codes), [0, 0]);
    assert.equal(most(), 2);
  });

  it('GLB-17: one waits for the other, and its loop turns meanwhile', async (test) => {
    const directory = await temporaryFolder(test);
    const { url } = await countingServer(test);
    const other = await poolFor(test, directory).places.enter(url, 1, signal);
    const http = poolFor(test, directory).client([url], { concurrent_requests: 1 });
    let isDone = false;
    const waiting = http.fetch(url, signal).then(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 5; turn++) await sleep(10);
    assert.equal(isDone, false);
    other();
    await waiting;
  });

  it('GLB-10: gives up after client_timeout, as a source that does not answer', async (test) => {
    const directory = await temporaryFolder(test);
    const url = 'http://127.0.0.1:9/';
    const leave = await poolFor(test, directory).places.enter(url, 1, signal);
    const http = poolFor(test, directory).client([url], { concurrent_requests: 1, client_timeout: 0.05 });
    await assert.rejects(http.fetch(url, signal), (error) => {
      assert.ok(error instanceof SourceError);
      assert.equal(error.message, 'No response from URL (see logs for URL and reason).');
      assert.match(error.detail ?? '', /timed out/);
      return true;
    });
    leave();
  });

  it('GLB-17: counts by host and port as written, in files that stay', async (test) => {
    const directory = join(await temporaryFolder(test), 'locks');
    const { places } = poolFor(test, directory);
    const leave = await places.enter('http://Maps.example.org:80/wms?', 1, signal);
    const file = fileOf(directory, 'Maps.example.org:80');
    assert.equal(await readFile(`${file}0`, 'latin1'), ` ${process.pid}\n`);
    leave();
    (await places.enter('http://Maps.example.org:80/other', 1, signal))();
    assert.deepEqual(await readdir(directory), [`${file}0`.slice(directory.length + 1)]);
    assert.equal(await readFile(`${file}0`, 'latin1'), ` ${process.pid}\n`, 'and do not grow');
  });

  it('GLB-17: user and password do not count; for MapProxy they do', async (test) => {
    const directory = await temporaryFolder(test);
    const { url } = await countingServer(test);
    const secret = url.replace('//', '//user:secret@');
    await poolFor(test, directory).client([secret], { concurrent_requests: 1 }).fetch(secret, signal);
    assert.deepEqual(await readdir(directory), [`${fileOf('', new URL(url).host)}0`]);
  });

  it('GLB-17: a directory that cannot be made keeps nobody from asking', async (test) => {
    const folder = await temporaryFolder(test);
    await writeFile(join(folder, 'file'), '');
    const { url } = await countingServer(test);
    const http = poolFor(test, join(folder, 'file/locks')).client([url], { concurrent_requests: 1 });
    assert.equal((await http.fetch(url, signal)).status, 200);
  });

  it('GLB-26: lock_dir says where', async (test) => {
    const yaml = `
globals: {cache: {lock_dir: ./locks}, http: {concurrent_requests: 3}}
sources: {tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}}
caches: {map: {grids: [GLOBAL_WEBMERCATOR], sources: [tiles]}}
layers: [{name: map, title: Map, sources: [map]}]
`;
    const { folder, server, tileSet } = await openMap(test, yaml);
    await tileSet('map').getTile([0, 0, 0], { signal });
    const file = fileOf('', new URL(server.url).host);
    const [found = '', ...others] = await readdir(join(folder, 'locks'));
    assert.deepEqual(others, []);
    assert.match(found, new RegExp(`^${file}[012]$`));
  });

  it('GLB-17: MapProxy counts with us', async (test) => {
    if (!(await requirePrograms(test, { 'mapproxy-util': 'mapproxy' }))) return;
    const directory = await temporaryFolder(test);
    const url = 'http://maps.example.org/';
    const program = `
import sys
from mapproxy.util.lock import SemLock, LockTimeout
lock = SemLock(sys.argv[1], 2, timeout=0.1)
try:
    lock.lock()
    print('held', flush=True)
    sys.stdin.readline()
    lock.unlock()
except LockTimeout:
    print('full', flush=True)
`;
    const file = fileOf(directory, 'maps.example.org');
    const python = async () => {
      const child = spawn('/usr/bin/python3', ['-c', program, file], { stdio: ['pipe', 'pipe', 'ignore'] });
      test.after(() => child.kill('SIGKILL'));
      return { child, said: String((await once(child.stdout, 'data'))[0]).trim() };
    };
    const { places } = poolFor(test, directory);
    const leave = await places.enter(url, 2, signal);
    const first = await python();
    assert.equal(first.said, 'held', 'one place is left');
    assert.equal((await python()).said, 'full');
    const waiting = places.enter(url, 2, signal);
    first.child.stdin.write('\n');
    await once(first.child, 'exit');
    (await waiting)();
    leave();
  });
});
