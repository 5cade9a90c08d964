import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import bcrypt from 'bcryptjs';
import basicAuth from '../../../../src/app/filters/basic-auth.ts';
import { BcryptThread } from '../../../../src/app/filters/bcrypt-thread.ts';
import { UserFile } from '../../../../src/app/filters/htpasswd.ts';
import { ConfigError } from '../../../../src/http/errors.ts';
import { type Response, textResponse } from '../../../../src/http/response.ts';
import { fakeRequest } from '../../../support/fake-request.ts';
import { open } from './support.ts';

/** The lowest cost there is: the tests are about what is compared, not how slowly. */
const COST = 4;

const USERS = `# the editors
anna:${bcrypt.hashSync('öffne dich', COST).replace('$2b$', '$2y$')}

bert:{SHA}${createHash('sha1').update('s:e:cret').digest('base64')}
`;

describe('basic-auth', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mapgate-auth-'));
    writeFileSync(path.join(folder, 'users'), USERS);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function ask(authorization: string | undefined, options: object = {}): Promise<Response> {
    const { filter, close } = await open(basicAuth, { users: 'users', ...options }, folder);
    const application = filter((request) =>
      textResponse(200, `${request.variable('REMOTE_USER')} ${request.header('Authorization')}`, { Vary: 'Origin' }),
    );
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const answer = await application(fakeRequest('/', { headers }));
    await close?.();
    return answer;
  }

  const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

  it('AUTH-09: lets a user of a bcrypt line in and tells the application who it is, but not the password', async () => {
    const { status, body, headers } = await ask(basic('anna:öffne dich'));
    assert.equal(status, 200);
    assert.equal(body, 'anna undefined');
    assert.equal(headers.Vary, 'Origin, Authorization');
  });

  it('lets a user of a {SHA} line in, with colons in the password', async () => {
    assert.equal((await ask(basic('bert:s:e:cret'))).status, 200);
  });

  const refused: [string, string | undefined][] = [
    ['no credentials', undefined],
    ['a wrong password', basic('anna:open')],
    ['the password of another', basic('anna:s:e:cret')],
    ['an unknown user', basic('carl:s:e:cret')],
    ['an unknown user with the password of the first', basic('carl:öffne dich')],
    ['no password', basic('anna')],
    ['another scheme', `Bearer ${basic('anna:öffne dich').slice(6)}`],
    ['what is not base64', 'Basic ===='],
  ];
  for (const [title, authorization] of refused) {
    it(`AUTH-03: refuses ${title}`, async () => {
      const { status, headers, body } = await ask(authorization);
      assert.equal(status, 401);
      assert.equal(body, 'unauthorized');
      assert.equal(headers['WWW-Authenticate'], 'Basic realm="maps", charset="UTF-8"');
      assert.equal(headers['Cache-Control'], 'no-cache, no-store');
    });
  }

  it('tells the realm, quoted', async () => {
    const { headers } = await ask(undefined, { realm: 'the "inner" maps' });
    assert.equal(headers['WWW-Authenticate'], 'Basic realm="the \\"inner\\" maps", charset="UTF-8"');
  });

  it('does not start without its file', async () => {
    await assert.rejects(open(basicAuth, { users: 'none' }, folder), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /none: cannot be read: ENOENT/);
      return true;
    });
  });
});

describe('UserFile', () => {
  const bad: [string, string, RegExp][] = [
    ['an MD5 hash', 'a:{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=\nb:$apr1$x$y\n', /^users:2: expected NAME:HASH/],
    ['a line without a colon', 'anna\n', /^users:1: expected/],
    ['a line without a name', ':{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk=\n', /^users:1: expected/],
    ['no users', '# nobody\n', /^users: has no users/],
  ];
  for (const [title, text, message] of bad) {
    it(`refuses ${title}`, () =>
      assert.throws(() => new UserFile(text, 'users', bcrypt.compare), { name: 'ConfigError', message }));
  }

  it('compares once for many requests with the same password', async () => {
    const users = new UserFile(`anna:${bcrypt.hashSync('pass', COST)}\n`, 'users', bcrypt.compare);
    const first = users.verify('anna', 'pass');
    assert.equal(users.verify('anna', 'pass'), first);
    assert.equal(await first, true);
    assert.equal(users.verify('anna', 'pass'), first);
  });

  it('does not keep what was wrong', async () => {
    const users = new UserFile(`anna:${bcrypt.hashSync('pass', COST)}\n`, 'users', bcrypt.compare);
    const first = users.verify('anna', 'wrong');
    assert.equal(await first, false);
    assert.notEqual(users.verify('anna', 'wrong'), first);
  });
});

describe('BcryptThread', () => {
  it('compares away from the event loop, and again after it was closed', async (t) => {
    const thread = new BcryptThread();
    t.after(() => thread.close());
    const hash = bcrypt.hashSync('pass', COST);
    assert.deepEqual(await Promise.all([thread.compare('pass', hash), thread.compare('wrong', hash)]), [true, false]);
    await thread.close();
    assert.equal(await thread.compare('pass', hash), true);
  });

  it('refuses more than a few that wait', async (t) => {
    const thread = new BcryptThread();
    t.after(() => thread.close());
    const hash = bcrypt.hashSync('pass', COST);
    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => thread.compare('wrong', hash)));
    const refused = answers.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 8);
    assert.deepEqual((refused[0] as PromiseRejectedResult).reason.status, 503);
  });

  it('does not leave anybody waiting when it is closed', async () => {
    const thread = new BcryptThread();
    const answer = thread.compare('wrong', bcrypt.hashSync('pass', COST));
    const closed = thread.close();
    await assert.rejects(answer, /has ended/);
    await closed;
  });
});
