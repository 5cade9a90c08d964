import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { DevelopStage } from './develop-stage.ts';

const MODULE = `
export const application = (request) => {
  const layers = new Map();
  if (request.pathInfo !== '/fail') return { status: 200, headers: {}, body: 'fine' };
  return layers.get(request.queryString).draw();
};
`;

const FILES = { 'app.mjs': MODULE };

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: unknown;
  readonly method?: string;
}

/** Below the server's own path; with the headers that fetch would not let a test set. */
function console_(stage: DevelopStage, action: string, { headers = {}, content, method = 'POST' }: Asked = {}) {
  const url = new URL(`${stage.base}/__mapgate__/console/${action}`);
  const sent = { Host: url.host, Origin: url.origin, 'Content-Type': 'application/json', ...headers };
  return new Promise<{ status: number; cookie: string; body: Record<string, unknown> }>((resolve, reject) => {
    const request = http.request(url, { method, headers: sent, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        const cookie = response.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
        const isJson = response.headers['content-type'] === 'application/json';
        resolve({ status: response.statusCode ?? 0, cookie, body: isJson ? JSON.parse(text) : { text } });
      });
    });
    request.on('error', reject);
    request.end(content === undefined ? undefined : JSON.stringify(content));
  });
}

function errorId(page: string): string {
  return /data-error="([^"]+)"/.exec(page)?.[1] ?? '';
}

test('APP-04: with --debug a failure shows its source and the request, and the console takes the PIN', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop --debug', FILES);
  const headers = { 'X-Token': 'hush', Accept: 'text/html' };
  const { status, text } = await stage.ask('/fail?streets&apikey=hush', { headers });
  assert.equal(status, 500);
  assert.match(text, /<h1>Cannot read properties of undefined \(reading &#39;draw&#39;\)<\/h1>/);
  assert.match(
    text,
    /<span class="line meant" data-line="5"> {2}return layers\.get\(request\.queryString\)\.draw\(\);/,
  );
  assert.doesNotMatch(text, /hush/);
  assert.match(
    stage.mapgate.log,
    /FATAL mapproxy\.wsgiapp: fatal error in \/fail\?streets.*\nTypeError: .*\n +at .*app\.mjs:5:/,
  );

  const entry = { error: errorId(text), source: 'request.pathInfo + error.name' };
  assert.equal((await console_(stage, 'evaluate', { content: entry })).status, 403);
  const unlocked = await console_(stage, 'unlock', { content: { pin: stage.pin } });
  assert.equal(unlocked.status, 200);
  const withCookie = { headers: { Cookie: unlocked.cookie }, content: entry };
  assert.deepEqual((await console_(stage, 'evaluate', withCookie)).body, { text: "'/failTypeError'", threw: false });

  // The cookie outlives the version that the page was of; the error does not.
  stage.write('app.mjs', `${MODULE}// changed\n`);
  await stage.mapgate.says('open again');
  assert.equal((await console_(stage, 'evaluate', withCookie)).status, 410);
});

test('ten wrong PINs close the console', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop --debug', FILES);
  for (let attempt = 0; attempt < 10; attempt++) {
    assert.equal((await console_(stage, 'unlock', { content: { pin: '000-000-00x' } })).status, 403);
  }
  assert.equal((await console_(stage, 'unlock', { content: { pin: stage.pin } })).status, 429);
});

const FOREIGN: readonly (readonly [title: string, headers: Readonly<Record<string, string>>])[] = [
  ['another origin', { Origin: 'http://evil.example' }],
  ['a host that is not of this machine', { Host: 'evil.example', Origin: 'http://evil.example' }],
  ['a forwarded request', { 'X-Forwarded-For': '127.0.0.1' }],
  ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
];

test('the console refuses who is not of this page on this machine, even with PIN and cookie', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop --debug', FILES);
  const error = errorId((await stage.ask('/fail')).text);
  const { cookie } = await console_(stage, 'unlock', { content: { pin: stage.pin } });
  for (const [title, headers] of FOREIGN) {
    const content = { pin: stage.pin, error, source: '1' };
    for (const action of ['unlock', 'evaluate']) {
      const answer = await console_(stage, action, { headers: { Cookie: cookie, ...headers }, content });
      assert.deepEqual([answer.status, answer.cookie], [403, ''], `${title}, ${action}`);
    }
  }
  const forwarded = await stage.ask('/fail', { headers: { 'X-Forwarded-For': '192.0.2.1' } });
  assert.doesNotMatch(forwarded.text, /id="console"/);
});

test('without --debug a failure is told in the terminal alone, and there is no console', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', FILES);
  assert.deepEqual([(await stage.ask('/fail')).text, stage.pin], ['internal error', '']);
  assert.match(stage.mapgate.log, /fatal error in \/fail.*\n(?:.*\n)*? +at .*app\.mjs:5:/);
  assert.equal((await console_(stage, 'state', { method: 'GET' })).status, 404);
});

test('UTIL-03: debug mode on an address of all machines is warned of, and has no console', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop --debug -b 0.0.0.0:0', FILES);
  assert.match(stage.mapgate.log, /^WARNING: .*not localhost/m);
  assert.match(stage.mapgate.log, /^WARNING: debug mode on a non-localhost address/m);
  assert.equal(stage.pin, '');
  const { text } = await stage.ask('/fail');
  assert.match(text, /data-line="5"/);
  assert.doesNotMatch(text, /id="console"/);
});

test('-b takes a port alone', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop -b 0', FILES);
  assert.equal((await stage.ask('/')).text, 'fine');
});
