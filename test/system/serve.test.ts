import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { bindSocket, fcgiRequest } from '@mapgate/fastcgi-kit';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

const APPLICATION = `
export const application = (request) => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain' },
  body: process.pid + ' ' + request.scriptName + ' ' + request.pathInfo,
});
`;

function stage(t: TestContext): Sandbox {
  const sandbox = new Sandbox(t);
  writeFileSync(sandbox.path('app.mjs'), APPLICATION);
  return sandbox;
}

async function ask(address: { path: string } | { port: number }, uri: string): Promise<string> {
  const result = await fcgiRequest(address, {
    params: { REQUEST_METHOD: 'GET', REQUEST_URI: uri, SCRIPT_NAME: '', PATH_INFO: uri, QUERY_STRING: '' },
  });
  return result.parse().body.toString();
}

test('with no address it serves FastCGI on var/fcgi-socket here', async (t) => {
  const sandbox = stage(t);
  const mapgate = new Mapgate(t, ['serve', 'app.mjs', '--workers', '1'], { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  assert.match(await ask({ path: sandbox.path('var/fcgi-socket') }, '/a/b'), /^\d+ {2}\/a\/b$/);
  mapgate.signal('SIGTERM');
  assert.equal(await mapgate.exited, 0);
  assert.equal(existsSync(sandbox.path('var/fcgi-socket')), false);
});

test('the deployment file tells mode, mount and several addresses', async (t) => {
  const sandbox = stage(t);
  const yaml = `
app: {module: app.mjs}
mount: /maps
listen:
  - fastcgi: unix:one
    mode: "0600"
  - fastcgi: unix:two
  - http: 127.0.0.1:0
workers: 1
`;
  writeFileSync(sandbox.path('mapgate.yaml'), yaml);
  const mapgate = new Mapgate(t, ['serve'], { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  assert.equal(statSync(sandbox.path('one')).mode & 0o777, 0o600);
  assert.match(await ask({ path: sandbox.path('two') }, '/maps/x'), / \/maps \/x$/);
  const port = /http 127\.0\.0\.1:(\d+)/.exec(mapgate.log)?.[1];
  const answer = await fetch(`http://127.0.0.1:${port}/maps/y?z`);
  assert.match(await answer.text(), / \/maps \/y$/);
});

test('a listening socket on descriptor 0 is served in this process, until TERM', async (t) => {
  const sandbox = stage(t);
  const socket = await bindSocket({ path: sandbox.path('socket') });
  sandbox.defer(() => socket.close());
  // The kernel shows a socket as listening once somebody listens: here a first responder, as a web server would.
  const first = spawn(process.execPath, [MAIN, 'serve', 'app.mjs', '--workers', '1', '--fastcgi', 'fd:3'], {
    cwd: sandbox.folder,
    stdio: ['ignore', 'ignore', 'pipe', socket.fd],
  });
  sandbox.defer(() => void first.kill('SIGKILL'));
  await once(first.stderr ?? first, 'data');
  const spawned = spawn(process.execPath, [MAIN, 'serve', 'app.mjs'], {
    cwd: sandbox.folder,
    stdio: [socket.fd, 'ignore', 'pipe'],
  });
  sandbox.defer(() => void spawned.kill('SIGKILL'));
  await once(spawned.stderr ?? spawned, 'data');
  first.kill('SIGTERM');
  await once(first, 'exit');
  const pid = (await ask({ path: sandbox.path('socket') }, '/')).split(' ')[0];
  assert.equal(Number(pid), spawned.pid);
  spawned.kill('SIGTERM');
  assert.deepEqual(await once(spawned, 'exit'), [0, null]);
});

interface BadCase {
  readonly title: string;
  readonly args: readonly string[];
  readonly says: RegExp;
}

const BAD: readonly BadCase[] = [
  { title: 'a missing file', args: ['serve', 'missing.yaml'], says: /missing\.yaml: no such file\n$/ },
  { title: 'no address', args: ['serve', 'app.mjs', '--http', 'nowhere'], says: /"nowhere" is not an address/ },
  { title: 'a wrong number of workers', args: ['serve', 'app.mjs', '--workers', '0'], says: /whole number from 1/ },
  { title: 'an unknown command', args: ['sevre'], says: /unknown command 'sevre'/ },
  {
    title: 'a module without application',
    args: ['serve', 'empty.mjs'],
    says: /empty\.mjs: exports no function `application`/,
  },
  { title: 'a broken deployment file', args: ['serve', 'broken.yaml'], says: /broken\.yaml:3:1: Flow sequence/ },
  {
    title: 'an unknown key',
    args: ['serve', 'unknown.yaml'],
    says: /unknown\.yaml:2:1: lisen: unknown 'lisen'; did you mean 'listen'\?\n$/,
  },
];

for (const { title, args, says } of BAD) {
  test(`${title} ends with one message and exit code 2`, async (t) => {
    const sandbox = stage(t);
    writeFileSync(sandbox.path('empty.mjs'), 'export const nothing = 1;\n');
    writeFileSync(sandbox.path('broken.yaml'), 'app: {module: app.mjs}\nlisten: [\n');
    writeFileSync(sandbox.path('unknown.yaml'), 'app: {module: app.mjs}\nlisen: []\n');
    const mapgate = new Mapgate(t, args, { cwd: sandbox.folder });
    assert.equal(await mapgate.exited, 2);
    assert.match(mapgate.log, says);
    assert.doesNotMatch(mapgate.log, /\n\s+at /);
    assert.equal(existsSync(sandbox.path('var/fcgi-socket')), false);
  });
}

test('an address in use is told, and the running server keeps it', async (t) => {
  const sandbox = stage(t);
  const args = ['serve', 'app.mjs', '--workers', '1', '--fastcgi', 'unix:socket'];
  const first = new Mapgate(t, args, { cwd: sandbox.folder });
  await first.says('"msg":"serving"');
  const second = new Mapgate(t, args, { cwd: sandbox.folder });
  assert.equal(await second.exited, 2);
  assert.match(second.log, /cannot listen on fastcgi unix:.*socket: .*in use/);
  assert.match(await ask({ path: sandbox.path('socket') }, '/'), /^\d+/);
});
