import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cleanLockDirectory } from '../../../src/lock/clean.ts';
import { LockTimeout, lockFile, tryLockFile } from '../../../src/lock/file-lock.ts';
import { configureLogging } from '../../../src/log.ts';
import { requirePrograms } from '../../support/debian.ts';
import { temporaryFolder } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const { signal } = new AbortController();
const SOURCE = new URL('../../../src/lock/file-lock.ts', import.meta.url).href;

/** Holds the lock until it is killed or its input ends; `environment` may take flock away. */
async function holder(
  test: TestContext,
  path: string,
  environment: Record<string, string> = {},
): Promise<ChildProcess> {
  const program = `
    import { tryLockFile } from ${JSON.stringify(SOURCE)};
    const release = await tryLockFile(process.argv[1]);
    console.log(release ? 'held' : 'busy');
    process.stdin.on('data', () => { release?.(); process.exit(); });
  `;
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', program, path];
  return started(test, process.execPath, flags, environment);
}

async function started(test: TestContext, command: string, flags: string[], environment = {}): Promise<ChildProcess> {
  const child = spawn(command, flags, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...environment },
  });
  test.after(() => child.kill('SIGKILL'));
  assert.ok(child.stdout);
  const [text] = await once(child.stdout, 'data');
  assert.match(String(text), /^held/);
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

describe('locks by files', () => {
  it('TILE-11: one at a time, the next when it is given up', async (test) => {
    const path = join(await temporaryFolder(test), 'locks/a.lck');
    const release = await tryLockFile(path);
    assert.ok(release);
    assert.equal(await tryLockFile(path), undefined);
    release();
    assert.ok(!existsSync(path), 'the file is taken away');
    const next = await tryLockFile(path);
    assert.ok(next);
    release();
    assert.equal(await tryLockFile(path), undefined, 'a second release gives nothing up');
    next();
  });

  it('holds the number of its process, as the locks of MapProxy do', async (test) => {
    const path = join(await temporaryFolder(test), 'a.lck');
    const release = await tryLockFile(path);
    assert.equal(await readFile(path, 'latin1'), ` ${process.pid}\n`);
    release?.();
  });

  it('waits for another process', async (test) => {
    const path = join(await temporaryFolder(test), 'a.lck');
    const other = await holder(test, path);
    assert.equal(await tryLockFile(path), undefined);
    const waiting = lockFile(path, { timeoutMilliseconds: 20_000, signal });
    other.stdin?.write('go');
    (await waiting)();
    await ended(other);
  });

  it('is free at once when the process that held it was killed', async (test) => {
    const path = join(await temporaryFolder(test), 'a.lck');
    const other = await holder(test, path);
    other.kill('SIGKILL');
    await ended(other);
    const release = await tryLockFile(path);
    assert.ok(release);
    release();
  });

  it('TILE-11: gives up waiting after the timeout, and when nobody wants it any more', async (test) => {
    const path = join(await temporaryFolder(test), 'a.lck');
    const release = await tryLockFile(path);
    await assert.rejects(lockFile(path, { timeoutMilliseconds: 30, signal }), LockTimeout);
    const controller = new AbortController();
    const waiting = lockFile(path, { timeoutMilliseconds: 20_000, signal: controller.signal });
    controller.abort(new Error('gone'));
    await assert.rejects(waiting);
    release?.();
  });

  it('TILE-11: excludes MapProxy, and MapProxy us', async (test) => {
    if (!(await requirePrograms(test, { 'mapproxy-util': 'mapproxy' }))) return;
    const path = join(await temporaryFolder(test), 'a.lck');
    const program = `
import sys
from mapproxy.util.lock import FileLock, LockTimeout
lock = FileLock(sys.argv[1], timeout=0.1, remove_on_unlock=True)
try:
    lock.lock()
    print('held', flush=True)
    sys.stdin.readline()
    lock.unlock()
except LockTimeout:
    print('not held', flush=True)
`;
    const python = await started(test, '/usr/bin/python3', ['-c', program, path]);
    assert.equal(await tryLockFile(path), undefined);
    python.stdin?.write('\n');
    await ended(python);
    const release = await tryLockFile(path);
    assert.ok(release);
    const refused = spawn('/usr/bin/python3', ['-c', program, path], { stdio: ['pipe', 'pipe', 'ignore'] });
    const [text] = await once(refused.stdout, 'data');
    assert.match(String(text), /^not held/);
    await ended(refused);
    release();
  });

  it('GLB-35: file and directory have the configured modes', async (test) => {
    const folder = await temporaryFolder(test);
    const path = join(folder, 'locks/a.lck');
    const release = await tryLockFile(path, { permissions: { directory: 0o777, file: 0o666 } });
    assert.equal((await stat(path)).mode & 0o777, 0o666);
    assert.equal((await stat(join(folder, 'locks'))).mode & 0o777, 0o777);
    release?.();
  });

  it('without flock, processes of Mapgate still exclude each other, and say what is not', async (test) => {
    const path = join(await temporaryFolder(test), 'a.lck');
    const first = await holder(test, path, { MAPGATE_NO_FLOCK: '1' });
    const program = `
      import { tryLockFile } from ${JSON.stringify(SOURCE)};
      console.log(await tryLockFile(process.argv[1]) ? 'free' : 'busy');
    `;
    const ask = async () => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program, path], {
        env: { ...process.env, MAPGATE_NO_FLOCK: '1' },
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (text) => {
        out += text;
      });
      child.stderr.on('data', (text) => {
        err += text;
      });
      await once(child, 'close');
      return { out, err };
    };
    const busy = await ask();
    assert.equal(busy.out, 'busy\n');
    assert.match(busy.err, /MapProxy that fills the same caches is not kept from/);
    first.kill('SIGKILL');
    await ended(first);
    assert.equal((await ask()).out, 'free\n');
  });
});

describe('the directory of locks', () => {
  it('TILE-11: is cleaned of old lock files, and of nothing else', async (test) => {
    const folder = await temporaryFolder(test);
    for (const name of ['old.lck', 'old.txt', 'new.lck']) await writeFile(join(folder, name), '');
    for (const name of ['old.lck', 'old.txt']) await utimes(join(folder, name), 1000, 1000);
    await cleanLockDirectory(folder, 70_000);
    assert.deepEqual((await readdir(folder)).sort(), ['new.lck', 'old.txt']);
    await cleanLockDirectory(join(folder, 'missing'), 0);
  });
});
