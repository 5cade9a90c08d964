import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cacheableResponse, etagOf, httpDate, parseHttpDate, publicFor } from '../../../src/http/caching.ts';
import { fakeRequest } from '../../support/fake-request.ts';

const CONTENT = { body: Buffer.from('tile'), mimeType: 'image/png', timestamp: 1700000000.5 };
const ETAG = etagOf(CONTENT.timestamp, CONTENT.body.length);

function answer(headers: Record<string, string>) {
  return cacheableResponse(fakeRequest('/', { headers }), CONTENT, publicFor(3600));
}

describe('etagOf', () => {
  it('TRAP-09: is md5 of the time as Python prints it and of the size, without quotes', () => {
    // python3: hashlib.md5((str(1700000000.5) + str(4)).encode()).hexdigest()
    assert.equal(etagOf(1700000000.5, 4), 'ffb0d79347b46cd1efd9fc8bedaa49ae');
  });

  it('TRAP-09: prints whole seconds with a fraction, as Python does', () => {
    assert.equal(etagOf(1700000000, 4), 'be31acfa1a8c8c4fe67e3341c6e4158b');
  });
});

describe('cacheableResponse', () => {
  it('APP-06: sends validators and the time to keep', () => {
    assert.deepEqual(answer({}).headers, {
      'Content-Type': 'image/png',
      ETag: ETAG,
      'Last-Modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      'Cache-Control': 'public, max-age=3600, s-maxage=3600',
    });
  });

  it('APP-06: 304 has neither body nor type', () => {
    const response = answer({ 'If-None-Match': ETAG });
    assert.deepEqual([response.status, response.body, response.headers['Content-Type']], [304, null, undefined]);
  });

  it('answers the same object with the same answer, as long as clients may keep it equally long', () => {
    const content = { ...CONTENT, answer: undefined };
    const first = cacheableResponse(fakeRequest('/'), content, publicFor(3600));
    assert.equal(cacheableResponse(fakeRequest('/'), content, publicFor(3600)), first);
    assert.match(String(cacheableResponse(fakeRequest('/'), content, publicFor(60)).headers['Cache-Control']), /=60,/);
  });

  it('keeps nothing of a body that does not say it is asked for again', () => {
    assert.equal(answer({}).derived, undefined);
    assert.ok(!('answer' in CONTENT));
  });

  const conditions: readonly (readonly [title: string, headers: Record<string, string>, status: number])[] = [
    ['APP-08: the exact tag', { 'If-None-Match': ETAG }, 304],
    ['TRAP-09: the tag in quotes', { 'If-None-Match': `"${ETAG}"` }, 304],
    ['TRAP-09: a weak tag', { 'If-None-Match': `W/"${ETAG}"` }, 304],
    ['TRAP-09: a list with the tag', { 'If-None-Match': `"other", "${ETAG}"` }, 304],
    ['any tag', { 'If-None-Match': '*' }, 304],
    ['another tag', { 'If-None-Match': 'other' }, 200],
    [
      'APP-08: another tag counts before a date',
      { 'If-None-Match': 'other', 'If-Modified-Since': 'Tue, 14 Nov 2033 22:13:20 GMT' },
      200,
    ],
    ['APP-08: the same second', { 'If-Modified-Since': 'Tue, 14 Nov 2023 22:13:20 GMT' }, 304],
    ['APP-08: a later date', { 'If-Modified-Since': 'Tue, 14 Nov 2023 22:13:21 GMT' }, 304],
    ['APP-08: an earlier date', { 'If-Modified-Since': 'Tue, 14 Nov 2023 22:13:19 GMT' }, 200],
    ['APP-08: an invalid date', { 'If-Modified-Since': 'yesterday' }, 200],
  ];
  for (const [title, headers, status] of conditions) {
    it(`${title}: ${status}`, () => assert.equal(answer(headers).status, status));
  }
});

describe('dates', () => {
  const forms = [
    ['RFC 1123', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['asctime', 'Sun Nov  6 08:49:37 1994'],
  ] as const;
  for (const [title, text] of forms) it(`APP-08: reads ${title}`, () => assert.equal(parseHttpDate(text), 784111777));

  for (const text of ['', 'now', '1994-11-06T08:49:37Z', 'Sun, 06 Foo 1994 08:49:37 GMT']) {
    it(`APP-08: ignores '${text}'`, () => assert.equal(parseHttpDate(text), undefined));
  }

  it('prints RFC 1123 and cuts fractions', () => {
    assert.equal(httpDate(784111777.9), 'Sun, 06 Nov 1994 08:49:37 GMT');
  });
});
