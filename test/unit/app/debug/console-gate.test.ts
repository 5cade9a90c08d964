import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConsoleGate } from '../../../../src/app/debug/console-gate.ts';
import { CONSOLE_PATH } from '../../../../src/app/debug/names.ts';
import type { Request } from '../../../../src/http/request.ts';
import { type Response, textResponse } from '../../../../src/http/response.ts';
import { fakeRequest } from '../../../support/fake-request.ts';

const PIN = '123-456-789';
const LOCAL = { Host: 'localhost:8080', Origin: 'http://localhost:8080' };

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly content?: unknown;
  readonly method?: string;
}

function ask(action: string, { headers = {}, variables = {}, content = {}, method = 'POST' }: Asked = {}): Request {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON.stringify(content));
  }
  return fakeRequest(CONSOLE_PATH + action, { method, headers: { ...LOCAL, ...headers } }).with({
    variables: { REMOTE_ADDR: '127.0.0.1', CONTENT_TYPE: 'application/json', ...variables },
    body: body(),
  });
}

const evaluated = () => textResponse(200, 'evaluated');

function gateOf(pin = PIN): ConsoleGate {
  const gate = new ConsoleGate(pin);
  gate.listensOn(8080);
  return gate;
}

async function unlock(gate: ConsoleGate, pin: string): Promise<Response> {
  return gate.handle(ask('unlock', { content: { pin } }), evaluated);
}

function cookieOf(response: Response): string {
  return String(response.headers['Set-Cookie']).split(';', 1)[0] ?? '';
}

describe('the gate of the console', () => {
  it('makes a PIN of nine digits, each time another', () => {
    const pins = [new ConsoleGate().pin, new ConsoleGate().pin];
    for (const pin of pins) assert.match(pin, /^\d{3}-\d{3}-\d{3}$/);
    assert.notEqual(pins[0], pins[1]);
  });

  it('evaluates nothing before the PIN was entered', async () => {
    assert.equal((await gateOf().handle(ask('evaluate'), evaluated)).status, 403);
  });

  it('evaluates for the cookie that the PIN brings, which scripts and other sites cannot have', async () => {
    const gate = gateOf();
    const unlocked = await unlock(gate, ' 123 456 789 ');
    assert.match(
      String(unlocked.headers['Set-Cookie']),
      /^mapgate-console-8080=[\w-]{43}; Path=\/__mapgate__\/console\/; HttpOnly; SameSite=Strict$/,
    );
    const headers = { Cookie: `other=1; ${cookieOf(unlocked)}` };
    assert.equal((await gate.handle(ask('evaluate', { headers }), evaluated)).body, 'evaluated');
    assert.equal((await gateOf().handle(ask('evaluate', { headers }), evaluated)).status, 403);
  });

  it('closes after ten wrong PINs, for the right one too', async () => {
    const gate = gateOf();
    for (let attempt = 0; attempt < 10; attempt++) assert.equal((await unlock(gate, '000-000-000')).status, 403);
    assert.equal((await unlock(gate, PIN)).status, 429);
  });

  it('counts attempts that come together', async () => {
    const gate = gateOf();
    const answers = await Promise.all(Array.from({ length: 12 }, () => unlock(gate, '1')));
    assert.equal(answers.filter(({ status }) => status === 429).length, 2);
  });

  const refused: readonly (readonly [title: string, asked: Asked])[] = [
    ['another machine', { variables: { REMOTE_ADDR: '192.0.2.1' } }],
    ['a client whose address is not known', { variables: { REMOTE_ADDR: undefined } }],
    [
      'a name that is not of this machine',
      { headers: { Host: 'evil.example:8080', Origin: 'http://evil.example:8080' } },
    ],
    ['a name that begins like one of this machine', { headers: { Host: '127.0.0.1.evil.example' } }],
    ['what came through a proxy', { headers: { 'X-Forwarded-For': '192.0.2.1' } }],
    ['what came through a proxy that says Forwarded', { headers: { Forwarded: 'for=192.0.2.1' } }],
    ['a page of another site', { headers: { Origin: 'http://evil.example' } }],
    ['a page of another port', { headers: { Origin: 'http://localhost:9000' } }],
    ['a page without a site', { headers: { Origin: 'null' } }],
    ['a site that the browser names another', { headers: { 'Sec-Fetch-Site': 'same-site' } }],
    ['a form', { variables: { CONTENT_TYPE: 'text/plain' } }],
  ];
  for (const [title, asked] of refused) {
    it(`refuses ${title}, though it has PIN and cookie`, async () => {
      const gate = gateOf();
      const headers = { ...asked.headers, Cookie: cookieOf(await unlock(gate, PIN)) };
      for (const action of ['unlock', 'evaluate']) {
        const request = ask(action, { ...asked, headers, content: { pin: PIN } });
        const answer = await gate.handle(request, () => assert.fail('evaluated'));
        assert.equal(answer.status, 403, action);
        assert.equal(answer.headers['Set-Cookie'], undefined, action);
      }
    });
  }

  for (const host of ['localhost', '127.0.0.1:8080', '127.8.9.1', '[::1]:8080', 'LOCALHOST:80']) {
    it(`knows ${host} for this machine`, () =>
      assert.equal(gateOf().admits(ask('state', { headers: { Host: host } })), true));
  }

  it('takes no body beyond a kilobyte for a PIN', async () => {
    const request = ask('unlock', { content: { pin: '1'.repeat(2000) } });
    assert.equal((await gateOf().handle(request, evaluated)).status, 400);
  });
});
