import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { withDebugger } from '../../../../src/app/debug/debugger.ts';
import { CONSOLE_VARIABLE } from '../../../../src/app/debug/names.ts';
import type { Application } from '../../../../src/http/application.ts';
import type { Request } from '../../../../src/http/request.ts';
import { configureLogging } from '../../../../src/log.ts';
import { fakeRequest } from '../../../support/fake-request.ts';
import { folderWith } from '../../../support/temporary.ts';

configureLogging({ level: 'silent' });

const failing: Application = () => {
  throw new Error('no <map> & "more"', { cause: new TypeError('no layer') });
};

async function bodyOf(application: Application, request: Request): Promise<string> {
  const { status, body } = await application(request);
  assert.equal(status, 500);
  assert.ok(typeof body === 'string');
  return body;
}

/** A page without its style sheet, whose words are not of the error. */
async function pageOf(application: Application, request: Request): Promise<string> {
  return (await bodyOf(application, request)).replace(/<style.*<\/style>/s, '');
}

function idOf(page: string): string {
  return /<body data-problem="([^"]+)"/.exec(page)?.[1] ?? '';
}

async function evaluate(application: Application, error: string, source: string): Promise<unknown> {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON.stringify({ error, source }));
  }
  const request = fakeRequest('/', { method: 'POST' }).with({
    variables: { [CONSOLE_VARIABLE]: 'evaluate' },
    body: body(),
  });
  return JSON.parse(String((await application(request)).body));
}

async function moduleWith(t: TestContext, text: string): Promise<{ file: string; application: Application }> {
  const file = path.join(await folderWith(t, { 'app.mjs': text }), 'app.mjs');
  const { application } = (await import(pathToFileURL(file).href)) as { application: Application };
  return { file, application };
}

describe('the debugger', () => {
  it('leaves answers as they are', async () => {
    const answer = { status: 204, headers: {}, body: null };
    assert.equal(await withDebugger(() => answer as never)(fakeRequest('/')), answer);
  });

  it('shows message and causes, escaped', async () => {
    const page = await pageOf(withDebugger(failing), fakeRequest('/tms'));
    assert.ok(page.includes('<h1>no &lt;map&gt; &amp; &quot;more&quot;</h1>'));
    assert.match(page, /Caused by[\s\S]*TypeError<\/b> no layer/);
  });

  it('shows the source around each frame, with the line that failed', async (t) => {
    const { application, file } = await moduleWith(
      t,
      'export const application = () => {\n  draw();\n};\nfunction draw() {\n  null.map();\n}\n',
    );
    const page = await pageOf(withDebugger(application), fakeRequest('/'));
    assert.ok(page.includes('<span class="line meant" data-line="5">  null.map();</span>'));
    assert.ok(page.includes('<span class="line meant" data-line="2">  draw();</span>'));
    assert.ok(page.includes(`${file}:5:8`));
  });

  it('shows TypeScript where a module brings its source map', async (t) => {
    const map = { version: 3, sources: ['app.mts'], names: [], mappings: ';;AAIA', sourcesContent: [null] };
    const comment = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
    process.setSourceMapsEnabled(true);
    const { application, file } = await moduleWith(
      t,
      `export const application = () => {\n\nthrow new Error('typed'); };\n${comment}\n`,
    );
    const page = await pageOf(withDebugger(application), fakeRequest('/'));
    assert.ok(page.includes(`${path.join(path.dirname(file), 'app.mts')}:5`));
  });

  it('shows the request with its secrets hidden', async () => {
    const headers = { Authorization: 'Basic c2VjcmV0', Cookie: 'id=secret', 'X-Layer': 'streets' };
    // A failure without a stack: the page shows no source, and that of this test holds the secrets.
    const application = withDebugger(() => Promise.reject('failed'));
    const page = await pageOf(application, fakeRequest('/tms?token=secret&z=1', { headers }));
    assert.ok(page.includes('<dt>X-Layer</dt><dd>streets</dd>'));
    assert.ok(page.includes('/tms?token=(hidden)&amp;z=1'));
    assert.doesNotMatch(page, /c2VjcmV0|secret/);
  });

  it('loads nothing and runs no script but its own', async () => {
    const answer = await withDebugger(failing)(fakeRequest('/'));
    assert.match(
      String(answer.headers['Content-Security-Policy']),
      /^default-src 'none';.*script-src 'nonce-[\w+/=]+';/,
    );
    assert.doesNotMatch(String(answer.body), /(?:src|href)=|url\(/);
  });

  it('tells programs that read no HTML in plain text', async () => {
    const text = await bodyOf(withDebugger(failing), fakeRequest('/', { headers: { Accept: 'image/png' } }));
    assert.match(text, /^Error: no <map> & "more"\n {4}at [\s\S]*\n\ncaused by TypeError: no layer\n/);
  });

  it('offers the console only where the server says so', async () => {
    const application = withDebugger(failing);
    assert.doesNotMatch(await pageOf(application, fakeRequest('/')), /id="console"/);
    const offered = fakeRequest('/').with({ variables: { [CONSOLE_VARIABLE]: 'offer' } });
    assert.match(await pageOf(application, offered), /id="console"/);
    // A header field cannot be taken for the variable.
    const forged = fakeRequest('/', { headers: { [CONSOLE_VARIABLE]: 'offer' } });
    assert.doesNotMatch(await pageOf(application, forged), /id="console"/);
  });

  it('evaluates in the context of an error', async () => {
    const application = withDebugger(failing);
    const id = idOf(await pageOf(application, fakeRequest('/tms?z=1')));
    assert.deepEqual(await evaluate(application, id, 'request.queryString + error.cause.message'), {
      text: "'z=1no layer'",
      threw: false,
    });
  });

  it('keeps the ten last errors', async () => {
    const application = withDebugger(failing);
    const ids: string[] = [];
    for (let count = 0; count < 11; count++) ids.push(idOf(await pageOf(application, fakeRequest(`/${count}`))));
    assert.deepEqual(await evaluate(application, ids[1] ?? '', 'request.pathInfo'), { text: "'/1'", threw: false });
    assert.deepEqual(await evaluate(application, ids[0] ?? '', '1'), {
      message: 'This error is no longer kept: load the page again.',
    });
  });

  it('leaves broken bodies to the gateway', async () => {
    const error = Object.assign(new Error('too large'), { name: 'ProtocolError' });
    const application = withDebugger(() => Promise.reject(error));
    await assert.rejects(async () => application(fakeRequest('/')), error);
  });
});
