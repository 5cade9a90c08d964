import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import limits from '../../../../src/app/filters/limits.ts';
import type { Application } from '../../../../src/http/application.ts';
import { Response, textResponse } from '../../../../src/http/response.ts';
import { fakeRequest } from '../../../support/fake-request.ts';
import { answering, bodyOf, bytesOf, chunks, open } from './support.ts';

const readsBody: Application = async ({ body }) => textResponse(200, (await bytesOf(body)).toString());

describe('limits: query and body', () => {
  it('refuses a query that is too long, and lets one pass that just fits', async () => {
    const { filter } = await open(limits, { query_length: 10 });
    const application = filter(answering(textResponse(200, 'map')));
    assert.equal((await application(fakeRequest('/?0123456789'))).status, 200);
    assert.equal((await application(fakeRequest('/?0123456789a'))).status, 414);
  });

  it('refuses a body by the length that is announced', async () => {
    const { filter } = await open(limits, { body_bytes: 10 });
    const request = fakeRequest('/', { method: 'POST' }).with({ variables: { CONTENT_LENGTH: '11' } });
    assert.equal((await filter(readsBody)(request)).status, 413);
  });

  it('refuses a body of unknown length when it has grown too long', async () => {
    const { filter } = await open(limits, { body_bytes: 10 });
    const post = (...parts: string[]) => fakeRequest('/', { method: 'POST' }).with({ body: chunks(...parts) });
    assert.equal((await filter(readsBody)(post('01234', '56789'))).body, '0123456789');
    assert.equal((await filter(readsBody)(post('01234', '567890'))).status, 413);
  });

  it('leaves other errors of the application as they are', async () => {
    const { filter } = await open(limits, {});
    const application = filter(() => Promise.reject(new Error('broken')));
    await assert.rejects(Promise.resolve(application(fakeRequest('/', { method: 'POST' }))), /broken/);
  });
});

describe('limits: requests at the same time', () => {
  const BUSY = { concurrent_requests: 1, retry_after: 7 };

  it('refuses what is beyond the number, and says when to come back', async () => {
    const { filter } = await open(limits, BUSY);
    let answer: (response: Response) => void = () => {};
    const pending = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    const application = filter(() => pending);
    const first = application(fakeRequest('/'));
    const second = await application(fakeRequest('/'));
    assert.equal(second.status, 503);
    assert.equal(second.headers['Retry-After'], '7');
    answer(textResponse(200, 'map'));
    assert.equal((await first).status, 200);
    assert.equal((await application(fakeRequest('/'))).status, 200);
  });

  it('frees the place of a request that failed', async () => {
    const { filter } = await open(limits, BUSY);
    const application = filter((request) => {
      if (request.pathInfo === '/thrown') throw new Error('thrown');
      if (request.pathInfo === '/rejected') return Promise.reject(new Error('rejected'));
      return textResponse(200, 'map');
    });
    assert.throws(() => application(fakeRequest('/thrown')), /thrown/);
    await assert.rejects(Promise.resolve(application(fakeRequest('/rejected'))), /rejected/);
    assert.equal((await application(fakeRequest('/'))).status, 200);
  });

  it('counts a streamed answer up to its end', async () => {
    const { filter } = await open(limits, BUSY);
    const application = filter(() => new Response(200, {}, chunks('one', 'two')));
    const first = await application(fakeRequest('/'));
    assert.ok(first.body !== null && typeof first.body === 'object' && Symbol.asyncIterator in first.body);
    const parts = first.body[Symbol.asyncIterator]();
    await parts.next();
    assert.equal((await application(fakeRequest('/'))).status, 503);
    await parts.return?.();
    assert.equal((await application(fakeRequest('/'))).status, 200);
  });

  it('counts a streamed answer that nobody reads no further', async () => {
    const { filter } = await open(limits, BUSY);
    const application = filter(() => new Response(200, {}, chunks('one')));
    await application(fakeRequest('/', { method: 'HEAD' }));
    assert.equal((await bodyOf(await application(fakeRequest('/')))).toString(), 'one');
  });
});
