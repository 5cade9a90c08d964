import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { bindSocket, fcgiRequest } from '@mapgate/fastcgi-kit';
import { Sandbox } from '../front/sandbox.ts';
import { CgiClient } from '../support/clients/cgi.ts';
import { collect } from '../support/clients/client.ts';
import { Mapgate } from '../support/mapgate.ts';
import { installInto } from '../support/node-project.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

const PROJECT = `
services:
  tms:
layers:
  - {name: made, title: Made by a script, sources: [cached]}
caches:
  cached: {grids: [GLOBAL_MERCATOR], sources: [made], disable_storage: true}
sources:
  made: {type: debug}
`;

/** A folder outside of the checkout, in which the package is installed. */
function stage(t: TestContext, packages: readonly string[] = ['mapgate']): Sandbox {
  const sandbox = new Sandbox(t);
  installInto(sandbox.folder, packages);
  return sandbox;
}

/** A program in a sandbox, stopped with it. `stdin` may be a socket. */
function start(sandbox: Sandbox, args: readonly string[], stdin: number | 'ignore' = 'ignore') {
  const child = spawn(process.execPath, args, { cwd: sandbox.folder, stdio: [stdin, 'pipe', 'pipe'] });
  const exited = once(child, 'exit').then(([code, signal]) => signal ?? code);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  sandbox.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      if (child.exitCode !== null) throw new Error(`ended before it said ${pattern}: ${output}`);
      await Promise.race([child.stderr && once(child.stderr, 'data'), exited]);
    }
  };
  return { exited, says, output: () => output, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

async function created(sandbox: Sandbox): Promise<void> {
  writeFileSync(sandbox.path('mapproxy.yaml'), PROJECT);
  const create = start(sandbox, [MAIN, 'create', '-t', 'app', '-f', 'mapproxy.yaml', 'server.mjs']);
  assert.equal(await create.exited, 0, create.output());
}

async function ask(address: { path: string } | { host: string; port: number }, uri: string, more = {}) {
  const params = {
    REQUEST_METHOD: 'GET',
    REQUEST_URI: uri,
    SCRIPT_NAME: '',
    PATH_INFO: uri,
    QUERY_STRING: '',
    ...more,
  };
  const { status, body, headers } = (await fcgiRequest(address, { params })).parse();
  return { status, headers, text: body.toString() };
}

test('UTIL-02: create -t app writes a script that mapgate serve runs', async (t) => {
  const sandbox = stage(t);
  await created(sandbox);
  const mapgate = new Mapgate(t, ['serve', 'server.mjs', '--workers', '1'], { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const { status, text } = await ask({ path: sandbox.path('var/fcgi-socket') }, '/tms/1.0.0/');
  assert.equal(status, 200);
  assert.match(text, /Made by a script/);
  mapgate.signal('SIGTERM');
  assert.equal(await mapgate.exited, 0);
});

test('the created script serves by itself, on the addresses of its arguments', async (t) => {
  const sandbox = stage(t);
  await created(sandbox);
  const script = start(sandbox, [
    'server.mjs',
    '--http',
    '127.0.0.1:0',
    '--fastcgi',
    'unix:socket',
    '--mount',
    '/maps',
  ]);
  const [, port] = await script.says(/http 127\.0\.0\.1:(\d+)/);
  const answer = await fetch(`http://127.0.0.1:${port}/maps/tms/1.0.0/`);
  assert.match(await answer.text(), /Made by a script/);
  assert.equal((await ask({ path: sandbox.path('socket') }, '/maps/tms/1.0.0/')).status, 200);
  script.kill('SIGTERM');
  assert.equal(await script.exited, 0);
});

test('the created script serves the socket on descriptor 0, as a web server starts it', async (t) => {
  const sandbox = stage(t);
  await created(sandbox);
  const socket = await bindSocket({ path: sandbox.path('socket') });
  sandbox.defer(() => socket.close());
  // The kernel shows a socket as listening once somebody listens: here a first script, as a web server would.
  const first = start(sandbox, ['server.mjs', '--fastcgi', 'fd:0'], socket.fd);
  await first.says(/"msg":"serving"/);
  const spawned = start(sandbox, ['server.mjs'], socket.fd);
  await spawned.says(/fastcgi fd:0.*"msg":"serving"/);
  first.kill('SIGTERM');
  assert.equal(await first.exited, 0);
  assert.equal((await ask({ path: sandbox.path('socket') }, '/tms/1.0.0/')).status, 200);
  spawned.kill('SIGTERM');
  assert.equal(await spawned.exited, 0);
});

test('APP-13: the created script sees changes of its configuration', async (t) => {
  const sandbox = stage(t);
  await created(sandbox);
  const script = start(sandbox, ['server.mjs', '--fastcgi', 'unix:socket']);
  await script.says(/"msg":"serving"/);
  writeFileSync(sandbox.path('mapproxy.yaml'), PROJECT.replace('Made by a script', 'Changed'));
  // Files are looked at once a second.
  let text = '';
  while (!text.includes('Changed')) ({ text } = await ask({ path: sandbox.path('socket') }, '/tms/1.0.0/'));
  assert.match(text, /Changed/);
});

test('UTIL-02: --list-templates lists app', async (t) => {
  const sandbox = stage(t);
  const create = start(sandbox, [MAIN, 'create', '--list-templates']);
  assert.equal(await create.exited, 0);
  assert.match(create.output(), /^app +\S/m);
});

const MODULES: readonly [file: string, packages: readonly string[], text: string][] = [
  [
    'express.mjs',
    ['express'],
    `import express from 'express';
     export const app = express();
     app.get('/hello', (req, res) => res.send('hello from ' + req.baseUrl));
     app.get('/fail', async () => { throw new Error('told to the log'); });
     app.use((error, req, res, next) => next(error));
     app.set('env', 'test');`,
  ],
  [
    'fastify.mjs',
    ['fastify'],
    `import fastify from 'fastify';
     export const app = fastify();
     app.get('/hello', async (request) => 'hello from ' + request.raw.baseUrl);`,
  ],
  [
    'koa.cjs',
    ['koa'],
    `const Koa = require('koa');
     module.exports = new Koa();
     module.exports.use((context) => { context.body = 'hello from ' + context.req.baseUrl; });`,
  ],
  [
    'hono.mjs',
    ['hono'],
    `import { Hono } from 'hono';
     const app = new Hono();
     app.get('/hello', (c) => c.text('hello from ' + c.env.request.scriptName));
     export default app;`,
  ],
  ['listener.mjs', [], `export default (req, res) => res.end('hello from ' + req.baseUrl);`],
  [
    'fetch.mjs',
    [],
    `export default { fetch: (request, { request: { scriptName } }) => new Response('hello from ' + scriptName) };`,
  ],
];

for (const [file, packages, text] of MODULES) {
  test(`mapgate serve runs what ${file} exports`, async (t) => {
    const sandbox = stage(t, packages);
    writeFileSync(sandbox.path(file), text);
    const args = ['serve', file, '--workers', '1', '--fastcgi', 'unix:socket', '--mount', '/maps'];
    const mapgate = new Mapgate(t, args, { cwd: sandbox.folder });
    await mapgate.says('"msg":"serving"');
    const answer = await ask({ path: sandbox.path('socket') }, '/maps/hello');
    assert.deepEqual([answer.status, answer.text], [200, 'hello from /maps']);
    mapgate.signal('SIGTERM');
    assert.equal(await mapgate.exited, 0);
  });
}

for (const [file, packages, text] of MODULES) {
  test(`${file} answers as a CGI program, a process for each request`, async (t) => {
    const sandbox = stage(t, packages);
    writeFileSync(sandbox.path(file), text);
    let log = '';
    const client = new CgiClient([process.execPath, MAIN, 'serve', sandbox.path(file)], (line) => {
      log += line;
    });
    const { status, body } = await client.ask({ target: '/hello', headers: { 'X-Script-Name': '/maps' } });
    assert.deepEqual([status, (await collect(body)).toString()], [200, 'hello from /maps'], log);
  });
}

test('what a listener throws is logged with its stack, and not told to the client', async (t) => {
  const sandbox = stage(t, []);
  writeFileSync(
    sandbox.path('app.mjs'),
    `export default async function listener(req, res) { throw new Error('secret'); }`,
  );
  const args = ['serve', 'app.mjs', '--workers', '1', '--fastcgi', 'unix:socket'];
  const mapgate = new Mapgate(t, args, { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const { status, text } = await ask({ path: sandbox.path('socket') }, '/x');
  assert.deepEqual([status, text], [500, 'internal error']);
  await mapgate.says('fatal error in /x');
  assert.match(mapgate.log, /secret.*at listener \(/);
});

test('the examples in the documentation of the API run', async (t) => {
  const sandbox = stage(t, ['mapgate', 'express', 'hono']);
  writeFileSync(sandbox.path('mapproxy.yaml'), PROJECT);
  const sources = [
    'app/make-app',
    'app/adapters/from-node-listener',
    'app/adapters/from-fetch',
    'gateway/http',
    'gateway/fetch',
  ];
  const examples = [...sources, 'server/serve', 'server/is-main'].flatMap(examplesOf);
  assert.ok(examples.length >= 8);
  for (const [index, example] of examples.entries()) {
    const name = `example-${index}.mjs`;
    // A port that is free, and an end.
    const text = example.replace(/8080|:8080/g, (port) => port.replace('8080', '0')).replaceAll('projects/', './');
    writeFileSync(sandbox.path(name), `${text}\nsetTimeout(() => process.exit(7), 100);\n`);
    const run = start(sandbox, [name, '--http', '127.0.0.1:0']);
    assert.equal(await run.exited, 7, `${example}\n${run.output()}`);
  }
});

/** The blocks of JavaScript in a source file's comments. */
function examplesOf(source: string): string[] {
  const text = readFileSync(path.resolve(import.meta.dirname, `../../src/${source}.ts`), 'utf8');
  const blocks = [...text.matchAll(/ \* ```js\n([\s\S]*?) \* ```/g)];
  return blocks.map(([, block = '']) => block.replaceAll(/^ \* ?/gm, ''));
}
