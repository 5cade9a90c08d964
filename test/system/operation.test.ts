import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bindSocket } from '@mapgate/fastcgi-kit';
import { Sandbox } from '../front/sandbox.ts';
import { ask, Operated, until } from './operated.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const APPLICATION = "export const application = () => ({ status: 200, headers: {}, body: 'whole' });";

/** Debian's user without rights. */
const NOBODY = 65_534;

/** Writes what it is to tell the service manager into a file. */
const NOTIFY_PROGRAM = '#!/bin/sh\necho "$@" >> "$NOTIFY_SOCKET"\n';

test('sockets of systemd are served where no address is given', async (t) => {
  const sandbox = new Sandbox(t);
  writeFileSync(sandbox.path('app.mjs'), APPLICATION);
  const socket = await bindSocket({ host: '127.0.0.1', port: 0 });
  sandbox.defer(() => socket.close());
  // As systemd does: the process id is that of the program.
  const script = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http exec "$@"';
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, MAIN, 'serve', 'app.mjs', '--workers', '1'], {
    cwd: sandbox.folder,
    stdio: ['ignore', 'ignore', 'pipe', socket.fd],
  });
  sandbox.defer(() => void child.kill('SIGKILL'));
  await once(child.stderr ?? child, 'data');
  const port = 'port' in socket.address ? socket.address.port : 0;
  assert.equal((await ask({ host: '127.0.0.1', port, agent: false })).body, 'whole');
  assert.equal(existsSync(sandbox.path('var/fcgi-socket')), false);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('systemd is told of readiness, reloads, life and the end', async (t) => {
  const sandbox = new Sandbox(t);
  const told = sandbox.path('told');
  writeFileSync(sandbox.path('systemd-notify'), NOTIFY_PROGRAM, { mode: 0o755 });
  const server = await Operated.start(
    t,
    {},
    {
      PATH: `${sandbox.folder}:${process.env.PATH}`,
      NOTIFY_SOCKET: told,
      WATCHDOG_USEC: '400000',
    },
  );
  const says = (text: string) => existsSync(told) && readFileSync(told, 'utf8').includes(text);
  await until(() => says('READY=1 STATUS=2 workers on http 127.0.0.1:'), 'ready');
  await until(() => says('WATCHDOG=1'), 'alive');
  server.mapgate.signal('SIGHUP');
  await until(() => says('generation 2'), 'ready again');
  assert.match(readFileSync(told, 'utf8'), /^RELOADING=1 MONOTONIC_USEC=\d+ /m);
  server.mapgate.signal('SIGTERM');
  assert.equal(await server.mapgate.exited, 0);
  await until(() => says('STOPPING=1'), 'stopping');
});

test('it needs neither root nor more to write than var/', async (t) => {
  const sandbox = new Sandbox(t);
  const server = { listen: [{ fastcgi: 'unix:var/socket' }], admin: 'unix:var/admin.sock', log: { file: 'var/log' } };
  const deployment = { app: { module: 'app.mjs' }, workers: 1, pid_file: 'var/pid', ...server };
  writeFileSync(sandbox.path('app.mjs'), APPLICATION);
  writeFileSync(sandbox.path('mapgate.yaml'), JSON.stringify(deployment));
  mkdirSync(sandbox.path('var'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(sandbox.path('var'), NOBODY, NOBODY);
  chmodSync(sandbox.folder, 0o555);
  sandbox.defer(() => chmodSync(sandbox.folder, 0o755));
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    cwd: sandbox.folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  sandbox.defer(() => void child.kill('SIGKILL'));
  await until(() => existsSync(sandbox.path('var/pid')), 'serving');
  const ready = await ask({ socketPath: sandbox.path('var/admin.sock'), path: '/readyz' });
  assert.equal(ready.status, 200);
  child.kill('SIGHUP');
  await until(() => readFileSync(sandbox.path('var/log'), 'utf8').includes('"msg":"reloaded"'), 'reloaded');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.deepEqual(readdirSync(sandbox.folder).sort(), ['app.mjs', 'mapgate.yaml', 'var']);
  assert.deepEqual(readdirSync(sandbox.path('var')), ['log']);
});
