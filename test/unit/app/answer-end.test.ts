import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerToEnd } from '../../../src/app/answer-end.ts';
import type { Application } from '../../../src/http/application.ts';
import { Request } from '../../../src/http/request.ts';
import { Response, textResponse } from '../../../src/http/response.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { bodyOf, chunks } from './filters/support.ts';

function ask(application: Application, request = fakeRequest('/')) {
  const ends: [status: number, bytes: number][] = [];
  const answer = answerToEnd(application, request, (status, bytes) => ends.push([status, bytes]));
  return { answer, ends };
}

/** A request whose client can go away. */
function abortable(): { request: Request; abort: () => void } {
  const controller = new AbortController();
  const plain = fakeRequest('/');
  const gateway = {
    variable: (name: string) => plain.variable(name),
    variables: () => plain.variables(),
    body: plain.body,
    signal: controller.signal,
  };
  return { request: new Request(plain, gateway, plain.forwarding), abort: () => controller.abort() };
}

const streaming: Application = () => new Response(200, {}, chunks('one', 'three'));

describe('answerToEnd', () => {
  it('tells the end of a whole answer at once, its bytes as sent', async () => {
    const { answer, ends } = ask(() => textResponse(200, 'größe'));
    assert.deepEqual(ends, [[200, 7]]);
    assert.ok(!(answer instanceof Promise));
  });

  it('tells the end of a streamed answer after its last part', async () => {
    const { answer, ends } = ask(streaming);
    const response = await answer;
    assert.deepEqual(ends, []);
    assert.equal((await bodyOf(response)).toString(), 'onethree');
    assert.deepEqual(ends, [[200, 8]]);
  });

  it('tells the end of a stream that breaks off', async () => {
    const { answer, ends } = ask(() => {
      async function* broken() {
        yield Buffer.from('part');
        throw new Error('gone');
      }
      return new Response(200, {}, broken());
    });
    await assert.rejects(bodyOf(await answer), /gone/);
    assert.deepEqual(ends, [[200, 4]]);
  });

  it('tells the end when the client goes away before anything is read, once', async () => {
    const { request, abort } = abortable();
    const { answer, ends } = ask(streaming, request);
    const response = await answer;
    abort();
    assert.deepEqual(ends, [[200, 0]]);
    await bodyOf(response);
    assert.deepEqual(ends, [[200, 0]]);
  });

  it('tells the end at once where the client is gone already', async () => {
    const { request, abort } = abortable();
    abort();
    assert.deepEqual(ask(streaming, request).ends, [[200, 0]]);
  });

  it('does not wait for a body that HEAD never reads', () => {
    assert.deepEqual(ask(streaming, fakeRequest('/', { method: 'HEAD' })).ends, [[200, 0]]);
  });

  it('counts what is thrown or rejected as 500, and passes it on', async () => {
    const ends: number[] = [];
    const fails = new Error('fails');
    const run = (application: Application) => answerToEnd(application, fakeRequest('/'), (status) => ends.push(status));
    assert.throws(() => {
      run(() => {
        throw fails;
      });
    }, fails);
    await assert.rejects(Promise.resolve(run(() => Promise.reject(fails))), fails);
    assert.deepEqual(ends, [500, 500]);
  });
});
