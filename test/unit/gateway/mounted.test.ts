import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { Hono } from 'hono';
import { toFetch } from '../../../src/gateway/fetch.ts';
import { toNodeListener } from '../../../src/gateway/http.ts';
import type { Application } from '../../../src/http/application.ts';
import { Response as OurResponse, textResponse } from '../../../src/http/response.ts';
import { configureLogging } from '../../../src/log.ts';

configureLogging({ level: 'silent' });

const tells: Application = ({ method, pathInfo, publicUrl }) =>
  textResponse(200, `${method} ${publicUrl.base} ${pathInfo}`);

/** Serves a listener; @returns the address of its root */
async function listen(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return `http://127.0.0.1:${address.port}`;
}

test('mounted in Express, an application knows its mount', async (t) => {
  const app = express();
  app.use('/my%20maps', toNodeListener(tells));
  const base = await listen(t, app);
  const answer = await fetch(`${base}/my%20maps/a%20b?x`);
  assert.equal(await answer.text(), `GET ${base}/my%20maps /a b`);
});

test('in Node without a framework, the mount can be told', async (t) => {
  const base = await listen(t, toNodeListener(tells, { mount: '/maps' }));
  assert.equal(await (await fetch(`${base}/maps/tms`)).text(), `GET ${base}/maps /tms`);
});

for (const [title, mounted] of [
  ['still on the path', (app: Hono, maps: ReturnType<typeof toFetch>) => app.all('/maps/*', (c) => maps(c.req.raw))],
  ['taken off the path', (app: Hono, maps: ReturnType<typeof toFetch>) => app.mount('/maps', maps)],
] as const) {
  test(`in Hono the mount is told, whether it is ${title}`, async () => {
    const app = new Hono();
    mounted(app, toFetch(tells, { mount: '/maps' }));
    const answer = await app.request('https://maps.example/maps/tms?x');
    assert.equal(await answer.text(), 'GET https://maps.example/maps /tms');
  });
}

/** An answer of pieces; counts those taken, and tells whether it was left. */
function streaming(count: number) {
  const state = { made: 0, left: false };
  const application: Application = () => new OurResponse(200, { 'Set-Cookie': ['a=1', 'b=2'] }, parts());
  async function* parts(): AsyncGenerator<Buffer> {
    try {
      for (; state.made < count; state.made++) yield Buffer.alloc(16_384, 'x');
    } finally {
      state.left = state.made < count;
    }
  }
  return { state, application };
}

const request = (init: RequestInit = {}) => new Request('http://maps.example/', init);

test('toFetch: body up, stream down, cookies', async () => {
  const { application } = streaming(10);
  const answer = await toFetch(application)(request());
  assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.equal((await answer.arrayBuffer()).byteLength, 163_840);

  const echo: Application = ({ body }) => new OurResponse(200, {}, body);
  assert.equal(await (await toFetch(echo)(request({ method: 'POST', body: 'Köln' }))).text(), 'Köln');
});

test('toFetch: no more is made than is read, and who leaves is told', async () => {
  const { state, application } = streaming(1_000);
  const answer = await toFetch(application)(request());
  const reader = answer.body?.getReader();
  await reader?.read();
  await settle();
  assert.ok(state.made < 20, `${state.made} pieces made`);
  await reader?.cancel();
  await settle();
  assert.equal(state.left, true);
});

test('toFetch: an answer that breaks off is seen to be broken', async () => {
  async function* parts(): AsyncGenerator<Buffer> {
    yield Buffer.from('begun');
    throw new Error('the source broke off');
  }
  const answer = await toFetch(() => new OurResponse(200, {}, parts()))(request());
  await assert.rejects(answer.text());
});

test('toFetch: HEAD, 304 and failures', async () => {
  const answer = await toFetch(tells)(request({ method: 'HEAD' }));
  assert.deepEqual([answer.status, await answer.text()], [200, '']);
  assert.equal((await toFetch(() => new OurResponse(304, {}, null))(request())).status, 304);
  const failing: Application = () => {
    throw new Error('thrown');
  };
  assert.equal((await toFetch(failing)(request())).status, 500);
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
