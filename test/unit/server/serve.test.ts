import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fcgiRequest } from '@mapgate/fastcgi-kit';
import { textResponse } from '../../../src/http/response.ts';
import { configureLogging } from '../../../src/log.ts';
import { type ServeOptions, serve, serveOptions } from '../../../src/server/serve.ts';
import { temporaryFolder } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const hello = () => textResponse(200, 'hello');
const QUIET: ServeOptions = { signals: false };

test('serve answers by each protocol that was asked for, until it is closed', async (t) => {
  const socket = path.join(await temporaryFolder(t), 'socket');
  const server = await serve(hello, { ...QUIET, http: '127.0.0.1:0', fastcgi: `unix:${socket}` });
  const [fastcgi, http = ''] = server.addresses;
  assert.equal(fastcgi, `fastcgi unix:${socket}`);
  const port = /^http 127\.0\.0\.1:(\d+)$/.exec(http)?.[1];
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
  const params = { REQUEST_METHOD: 'GET', SCRIPT_NAME: '', PATH_INFO: '/', QUERY_STRING: '' };
  assert.equal((await fcgiRequest({ path: socket }, { params })).parse().body.toString(), 'hello');
  await server.close();
  assert.equal(existsSync(socket), false);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
});

test('serve closes an application that can be closed, once', async () => {
  let closed = 0;
  const application = Object.assign(hello.bind(null), { close: async () => closed++ });
  const server = await serve(application, { ...QUIET, http: ':0' });
  await Promise.all([server.close(), server.close()]);
  assert.equal(closed, 1);
});

test('where one address cannot be had, none is left open', async (t) => {
  const folder = await temporaryFolder(t);
  const taken = path.join(folder, 'taken');
  const first = await serve(hello, { ...QUIET, fastcgi: taken });
  const free = path.join(folder, 'free');
  await assert.rejects(serve(hello, { ...QUIET, fastcgi: [free, taken] }), { name: 'StartError' });
  assert.equal(existsSync(free), false);
  await first.close();
});

test('serveOptions reads the arguments of a script', () => {
  const args = ['--http', ':8080', '--fastcgi=unix:a', '--fastcgi', 'unix:b', '--mount', '/maps'];
  assert.deepEqual(serveOptions(args), { http: [':8080'], fastcgi: ['unix:a', 'unix:b'], mount: '/maps' });
  assert.deepEqual(serveOptions([]), {});
  assert.throws(() => serveOptions(['--htpt', ':8080']), /--htpt/);
});
