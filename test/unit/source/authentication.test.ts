import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import { splitCredentials } from '../../../src/source/http/credentials.ts';
import { DigestAnswerer, parseChallenges } from '../../../src/source/http/digest.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import { type AnswerUpstream, MapServer } from '../../support/map-server.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;

/** Examples of the RFCs: section 3.9.1 of RFC 7616, section 3.5 of RFC 2617. */
const MUFASA = {
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

function digestOf(algorithm: string): string | undefined {
  const { realm, nonce, opaque, clientNonce } = MUFASA;
  const field = `Digest realm="${realm}", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`;
  const answerer = DigestAnswerer.of(parseChallenges([field]), { user: 'Mufasa', password: 'Circle of Life' });
  return answerer?.authorization('GET', '/dir/index.html', clientNonce);
}

describe('digest answers', () => {
  it('GLB-22: MD5, as in RFC 7616', () => {
    const answer = digestOf('MD5') ?? '';
    assert.match(answer, /response="8ca523f5e9506fed4657c9700eebdbec"/);
    assert.match(answer, /^Digest username="Mufasa", realm="http-auth@example.org", .*qop=auth, nc=00000001, cnonce=/);
  });

  it('GLB-22: SHA-256, as in RFC 7616', () => {
    assert.match(
      digestOf('SHA-256') ?? '',
      /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/,
    );
  });

  it('the strongest of several is answered', () => {
    const fields = ['Digest realm="r", nonce="n", algorithm=MD5, Digest realm="r", nonce="n", algorithm=SHA-256'];
    const answer = DigestAnswerer.of(parseChallenges(fields), { user: 'u', password: 'p' })?.authorization('GET', '/');
    assert.match(answer ?? '', /algorithm=SHA-256/);
  });

  it('without qop, as in RFC 2069: MD5 of H(A1):nonce:H(A2)', () => {
    const fields = ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'];
    const credentials = { user: 'Mufasa', password: 'CircleOfLife' };
    const answer = DigestAnswerer.of(parseChallenges(fields), credentials)?.authorization('GET', '/dir/index.html');
    assert.match(answer ?? '', /response="1949323746fe6a43ef61f9606e7febea"/);
    assert.doesNotMatch(answer ?? '', /qop|nc=|cnonce/);
  });

  it('uses of a nonce are counted', () => {
    const answerer = DigestAnswerer.of(parseChallenges(['Digest nonce="n", qop="auth"']), { user: 'u', password: 'p' });
    answerer?.authorization('GET', '/');
    assert.match(answerer?.authorization('GET', '/') ?? '', /nc=00000002/);
  });

  for (const field of ['Digest nonce="n", qop="auth-int"', 'Digest nonce="n", algorithm=SHA-1', 'Basic realm="r"']) {
    it(`${field} cannot be answered`, () => {
      assert.equal(DigestAnswerer.of(parseChallenges([field]), { user: 'u', password: 'p' }), undefined);
    });
  }

  it('quotation marks in names are escaped, and read back', () => {
    const field = 'Digest realm="a \\"b\\", c", nonce="n"';
    const answer = DigestAnswerer.of(parseChallenges([field]), { user: 'u"', password: 'p' })?.authorization(
      'GET',
      '/',
    );
    assert.match(answer ?? '', /username="u\\"", realm="a \\"b\\", c"/);
  });
});

async function connect(test: TestContext, answer: AnswerUpstream) {
  const server = await MapServer.start(answer);
  const pool = new HttpPool();
  test.after(async () => {
    await pool.close();
    await server.stop();
  });
  return { server, http: pool.client([server.url], { hide_error_details: false }) };
}

describe('servers that want to know who asks', () => {
  const basic = `Basic ${Buffer.from('me:p@%ss').toString('base64')}`;

  it('GLB-22: Basic, told when asked and from then on at once', async (test) => {
    const { server, http } = await connect(test, ({ headers }) =>
      headers.authorization === basic ? {} : { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="maps"' } },
    );
    const url = server.url.replace('//', '//me:p@%ss@');
    await http.fetch(url, signal);
    await http.fetch(`${url}/b`, signal);
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.authorization),
      [undefined, basic, basic],
    );
  });

  it('GLB-22: Digest is preferred, and answered again where the nonce is stale', async (test) => {
    let nonce = 0;
    const { server, http } = await connect(test, ({ headers }) => {
      if (headers.authorization?.includes(`nonce="${nonce}"`) && nonce !== 1) return {};
      nonce++;
      const challenge = `Basic realm="r", Digest realm="r", qop="auth", nonce="${nonce}"`;
      return { status: 401, headers: { 'WWW-Authenticate': challenge } };
    });
    await http.fetch(server.url.replace('//', '//me:secret@'), signal, { form: 'a=1' });
    const sent = server.requests.map(({ headers }) => /nonce="\d"/.exec(headers.authorization ?? '')?.[0]);
    assert.deepEqual(sent, [undefined, 'nonce="1"', 'nonce="2"']);
    assert.deepEqual(
      server.requests.map(({ body }) => body),
      ['a=1', 'a=1', 'a=1'],
    );
  });

  it('GLB-22: a wrong password is an error that does not tell it', async (test) => {
    const { server, http } = await connect(test, () => ({
      status: 401,
      headers: { 'WWW-Authenticate': 'Basic realm="maps"' },
    }));
    await assert.rejects(http.fetch(server.url.replace('//', '//me:secret@'), signal), (error) => {
      assert.ok(error instanceof SourceError);
      assert.equal(error.message, `HTTP Error "${server.url}": 401`);
      assert.equal(error.sourceStatus, 401);
      return true;
    });
    assert.equal(server.requests.length, 2);
  });

  it('nothing is told to a server that does not ask', async (test) => {
    const { server, http } = await connect(test, () => ({}));
    await http.fetch(server.url.replace('//', '//me:secret@'), signal);
    assert.equal(server.requests[0]?.headers.authorization, undefined);
  });
});

describe('credentials in URLs', () => {
  const SPLIT: readonly [url: string, plain: string, user: string | undefined, password: string | undefined][] = [
    ['http://maps.example/wms', 'http://maps.example/wms', undefined, undefined],
    ['http://maps.example/a@2x', 'http://maps.example/a@2x', undefined, undefined],
    ['http://me@maps.example/', 'http://maps.example/', 'me', ''],
    ['http://me@home:p:w@@maps.example/a@b', 'http://maps.example/a@b', 'me@home', 'p:w@'],
    ['https://bar:foo#;%$?@maps.example/bar', 'https://maps.example/bar', 'bar', 'foo#;%$?'],
    ['HTTP://a b:c@maps.example', 'HTTP://maps.example', 'a b', 'c'],
  ];
  for (const [url, plain, user, password] of SPLIT) {
    it(`GLB-22: ${url}`, () => {
      const split = splitCredentials(url);
      assert.equal(split.url, plain);
      assert.deepEqual([split.credentials?.user, split.credentials?.password], [user, password]);
    });
  }
});
