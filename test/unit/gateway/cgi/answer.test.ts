import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { answerCgi, isCgi } from '../../../../src/gateway/cgi/answer.ts';
import type { Application } from '../../../../src/http/application.ts';
import { Response, textResponse } from '../../../../src/http/response.ts';
import { configureLogging } from '../../../../src/log.ts';
import { collect } from '../../../support/clients/client.ts';

configureLogging({ level: 'silent' });

const readsBody: Application = async ({ body }) => textResponse(200, `${await collect(body as AsyncIterable<Buffer>)}`);

interface Run {
  readonly environ?: Record<string, string>;
  readonly stdin?: Readable;
}

async function run(application: Application, { environ = {}, stdin = Readable.from([]) }: Run = {}) {
  const stdout = new PassThrough();
  const streams = { stdin, stdout, environ: { REQUEST_METHOD: 'POST', REQUEST_URI: '/', ...environ } };
  const whole = await answerCgi(application, {}, streams, { limits: { stdinBytes: 100 } });
  return { whole, text: String(stdout.read() ?? '') };
}

describe('a CGI program', () => {
  it('reads CONTENT_LENGTH bytes of standard input and no more', async () => {
    const stdin = new PassThrough();
    stdin.write('abcdefg');
    const { whole, text } = await run(readsBody, { environ: { CONTENT_LENGTH: '5' }, stdin });
    assert.equal(whole, true);
    assert.match(text, /^Status: 200 OK\r\n[\s\S]*\r\n\r\nabcde$/);
  });

  it('leaves standard input alone without CONTENT_LENGTH', async () => {
    const { text } = await run(readsBody, { stdin: new PassThrough() });
    assert.match(text, /\r\n\r\n$/);
  });

  it('answers a body above the limit with 413', async () => {
    const { text } = await run(readsBody, { environ: { CONTENT_LENGTH: '101' } });
    assert.match(text, /^Status: 413 /);
  });

  it('answers a CONTENT_LENGTH that is no number with 400', async () => {
    const { text } = await run(readsBody, { environ: { CONTENT_LENGTH: '-1' } });
    assert.match(text, /^Status: 400 /);
  });

  it('answers a body that ends early with 400', async () => {
    const { text } = await run(readsBody, {
      environ: { CONTENT_LENGTH: '5' },
      stdin: Readable.from([Buffer.from('abc')]),
    });
    assert.match(text, /^Status: 400 /);
  });

  it('tells of an answer that broke off', async () => {
    const broken = async function* () {
      yield Buffer.from('begun');
      throw new Error('broken');
    };
    const { whole, text } = await run(() => new Response(200, {}, broken()));
    assert.equal(whole, false);
    assert.match(text, /begun$/);
  });

  it('aborts its signal when nobody takes standard output', async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    let aborted = false;
    const endless = async function* () {
      for (;;) yield Buffer.alloc(65_536);
    };
    const application: Application = ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Response(200, {}, endless());
    };
    const environ = { REQUEST_METHOD: 'GET', REQUEST_URI: '/' };
    const whole = await answerCgi(application, {}, { environ, stdin: Readable.from([]), stdout });
    assert.deepEqual([whole, aborted], [false, true]);
  });

  it('is told by its environment from a program that a person started', () => {
    assert.equal(isCgi({ GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET' }), true);
    assert.equal(isCgi({ GATEWAY_INTERFACE: 'CGI/1.1' }), false);
    assert.equal(isCgi({ REQUEST_METHOD: 'GET' }), false);
  });
});
