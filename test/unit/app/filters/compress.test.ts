import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import compress from '../../../../src/app/filters/compress.ts';
import { Response, type ResponseBody, type ResponseHeaders } from '../../../../src/http/response.ts';
import { fakeRequest } from '../../../support/fake-request.ts';
import { answering, bodyOf, chunks, open } from './support.ts';

const TEXT = '<Layer/>'.repeat(500);

interface Case {
  readonly accept?: string;
  readonly type?: string;
  readonly headers?: ResponseHeaders;
  readonly body?: ResponseBody;
  readonly status?: number;
}

async function ask({
  accept = 'gzip',
  type = 'text/xml',
  headers,
  body = TEXT,
  status = 200,
}: Case): Promise<Response> {
  const { filter } = await open(compress, {});
  const application = filter(answering(new Response(status, { 'Content-Type': type, ...headers }, body)));
  return application(fakeRequest('/', { headers: accept === '' ? {} : { 'Accept-Encoding': accept } }));
}

describe('compress', () => {
  it('packs text with gzip', async () => {
    const answer = await ask({ headers: { 'content-length': '4000' } });
    assert.deepEqual(answer.headers, {
      'Content-Type': 'text/xml',
      Vary: 'Accept-Encoding',
      'Content-Encoding': 'gzip',
    });
    assert.equal(gunzipSync(await bodyOf(answer)).toString(), TEXT);
  });

  it('packs a streamed answer part by part', async () => {
    const answer = await ask({ body: chunks(TEXT, 'end') });
    assert.equal(gunzipSync(await bodyOf(answer)).toString(), `${TEXT}end`);
  });

  it('passes on that a streamed answer broke off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(TEXT);
      throw new Error('source gone');
    }
    await assert.rejects(bodyOf(await ask({ body: broken() })), /source gone/);
  });

  it('weakens the entity tag', async () => {
    assert.equal((await ask({ headers: { ETag: 'abc' } })).headers.ETag, 'W/"abc"');
    assert.equal((await ask({ headers: { ETag: '"abc"' } })).headers.ETag, 'W/"abc"');
    assert.equal((await ask({ headers: { ETag: 'W/"abc"' } })).headers.ETag, 'W/"abc"');
  });

  const accepted: [string, string | undefined][] = [
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['x-gzip', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    ['', undefined],
  ];
  for (const [accept, coding] of accepted) {
    it(`Accept-Encoding ${JSON.stringify(accept)}: ${coding ?? 'as it is'}, and Vary says so`, async () => {
      const { headers } = await ask({ accept });
      assert.equal(headers['Content-Encoding'], coding);
      assert.equal(headers.Vary, 'Accept-Encoding');
    });
  }

  it('packs with brotli what unpacks to the same', async () => {
    assert.equal(brotliDecompressSync(await bodyOf(await ask({ accept: 'br' }))).toString(), TEXT);
  });

  const untouched: [string, Case][] = [
    ['what is small', { body: 'short' }],
    ['what is packed already', { headers: { 'content-encoding': 'zstd' } }],
    ['what must not be changed on the way', { headers: { 'Cache-Control': 'public, no-transform' } }],
    ['a part of an answer', { status: 206 }],
    ['an answer without a body', { status: 304, body: null }],
  ];
  for (const [title, given] of untouched) {
    it(`leaves ${title} as it is`, async () => {
      const answer = await ask(given);
      assert.equal(answer.body, given.body === undefined ? TEXT : given.body);
      assert.equal(answer.headers.Vary, 'Accept-Encoding');
      assert.notEqual(answer.headers['Content-Encoding'], 'gzip');
    });
  }

  it('leaves pictures as they are, without Vary', async () => {
    const answer = await ask({ type: 'image/png' });
    assert.deepEqual(answer.headers, { 'Content-Type': 'image/png' });
  });

  for (const type of ['application/vnd.ogc.wms_xml', 'application/json', 'image/svg+xml', 'text/html; charset=utf-8']) {
    it(`packs ${type}`, async () => {
      assert.equal((await ask({ type })).headers['Content-Encoding'], 'gzip');
    });
  }
});
