import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FetchHandler, fromFetch } from '../../../../src/app/adapters/index.ts';
import { type AskedRequest, bytesOf, CountedBody, requestFor, settle, streamOf } from './support.ts';

async function run(handler: FetchHandler, target = '/', asked: AskedRequest = {}) {
  return fromFetch(handler)(requestFor(target, asked));
}

test('the URL has the scheme and host that the client sees, and the path below the mount', async () => {
  const { body } = await run(({ url }) => new Response(url), '/two words?a=%20', { scriptName: '/maps' });
  assert.equal(String(await bytesOf(body)), 'https://maps.example/two%20words?a=%20');
});

test('the second argument is the request as Mapgate has it', async () => {
  const handler: FetchHandler = (_, { request }) => new Response(request.scriptName + request.variable('REMOTE_ADDR'));
  const { body } = await run(handler, '/', { scriptName: '/maps' });
  assert.equal(String(await bytesOf(body)), '/maps192.0.2.7');
});

test('a request without a body has none', async () => {
  const told = async (asked: AskedRequest) =>
    String(await bytesOf((await run(({ body }) => new Response(String(body === null)), '/', asked)).body));
  assert.equal(await told({}), 'true');
  assert.equal(await told({ method: 'POST', variables: { CONTENT_LENGTH: '0' } }), 'true');
  assert.equal(await told({ method: 'POST', variables: { CONTENT_LENGTH: '' } }), 'true');
});

test('no more of the body is taken than the handler reads', async () => {
  const body = new CountedBody(1_000);
  const asked = { method: 'POST', body, variables: { CONTENT_LENGTH: String(1_000 * 16_384) } };
  const read = async (request: Request): Promise<Response> => {
    const reader = request.body?.getReader();
    const first = await reader?.read();
    await settle();
    const { taken } = body;
    await reader?.cancel();
    return new Response(`${first?.value?.length} ${taken}`);
  };
  assert.equal(String(await bytesOf((await run(read, '/', asked)).body)), '16384 1');
  assert.equal(body.left, true);
});

test('a client that goes away aborts the request, and cancels a stream that has nothing to send', async () => {
  const leave = new AbortController();
  let cancelled = false;
  let aborted = false;
  const { body } = await run(
    ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      const stream = new ReadableStream({
        cancel: () => {
          cancelled = true;
        },
      });
      return new Response(stream);
    },
    '/',
    { signal: leave.signal },
  );
  const next = streamOf(body).next();
  await settle();
  leave.abort();
  await next;
  assert.deepEqual([cancelled, aborted], [true, true]);
});

test('HEAD and 304 cancel the body that the handler gave', async () => {
  let cancelled = 0;
  const stream = () => new ReadableStream({ cancel: () => void cancelled++ });
  const head = await run(() => new Response(stream()), '/', { method: 'HEAD' });
  assert.equal((await bytesOf(head.body)).length, 0);
  const notModified = await run(() => new Response(null, { status: 304 }));
  assert.deepEqual([notModified.body, cancelled], [null, 1]);
});

test('a handler that returns no Response is told of', async () => {
  const nothing = (() => undefined) as unknown as FetchHandler;
  await assert.rejects(run(nothing), /the fetch handler returned no Response/);
});

test('what is no request to the Fetch standard is answered with 400', async () => {
  const handler = () => new Response('not reached');
  for (const asked of [{ method: 'TRACE' }, { variables: { HTTP_X: 'a\u0000b' } }, { host: '1.2.3.4.5' }]) {
    assert.equal((await run(handler, '/', asked)).status, 400, JSON.stringify(asked));
  }
});

test('header values beyond Latin-1 are told as bytes', async () => {
  const { body } = await run(({ headers }) => new Response(headers.get('x-name')), '/', {
    variables: { HTTP_X_NAME: 'Łódź' },
  });
  assert.equal(Buffer.from(String(await bytesOf(body)), 'latin1').toString(), 'Łódź');
});
