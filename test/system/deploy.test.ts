import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fcgiRequest } from '@mapgate/fastcgi-kit';
import bcrypt from 'bcryptjs';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';

const YAML = `
mounts:
  /one:
    module: one.mjs
    filters:
      - { use: basic-auth, users: users, realm: inner maps }
  /two:
    module: two.mjs
filters:
  - { use: access-log, file: var/access.log, format: json }
  - { use: ./stamp.mjs, text: stamped }
  - { use: compress, min_bytes: 10 }
listen:
  - fastcgi: unix:socket
workers: 1
`;

const MODULE = (name: string) => `
export const application = (request) => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain' },
  body: '${name} ' + request.scriptName + ' ' + request.pathInfo + ' ' + request.variable('REMOTE_USER'),
});
`;

const STAMP = `
export const filter = ({ text }) => (application) => async (request) =>
{
  const { status, headers, body } = await application(request);
  return { status, headers: { ...headers, 'X-Stamp': text }, body };
};
`;

async function serveDeployment(t: TestContext): Promise<{ sandbox: Sandbox; mapgate: Mapgate }> {
  const sandbox = new Sandbox(t);
  mkdirSync(sandbox.path('var'));
  const files = { 'one.mjs': MODULE('one'), 'two.mjs': MODULE('two'), 'stamp.mjs': STAMP, 'mapgate.yaml': YAML };
  for (const [name, text] of Object.entries(files)) writeFileSync(sandbox.path(name), text);
  writeFileSync(sandbox.path('users'), `anna:${bcrypt.hashSync('open', 4)}\n`);
  const mapgate = new Mapgate(t, ['serve'], { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  return { sandbox, mapgate };
}

async function ask(sandbox: Sandbox, uri: string, headers: Record<string, string> = {}) {
  const base = { REQUEST_METHOD: 'GET', REQUEST_URI: uri, SCRIPT_NAME: '', PATH_INFO: uri, QUERY_STRING: '' };
  const answer = (await fcgiRequest({ path: sandbox.path('socket') }, { params: { ...base, ...headers } })).parse();
  return { ...answer, header: (name: string) => new Map(answer.headers).get(name) };
}

test('mounts and filters of a deployment file, over FastCGI', async (t) => {
  const { sandbox, mapgate } = await serveDeployment(t);

  const two = await ask(sandbox, '/two/x');
  assert.equal(two.body.toString(), 'two /two /x undefined');
  assert.equal(two.header('X-Stamp'), 'stamped');

  const refused = await ask(sandbox, '/one/x');
  assert.equal(refused.status, 401);
  assert.equal(refused.header('WWW-Authenticate'), 'Basic realm="inner maps", charset="UTF-8"');

  const credentials = { HTTP_AUTHORIZATION: `Basic ${Buffer.from('anna:open').toString('base64')}` };
  const packed = await ask(sandbox, '/one/x', { ...credentials, HTTP_ACCEPT_ENCODING: 'gzip' });
  assert.equal(packed.header('Content-Encoding'), 'gzip');
  assert.equal(gunzipSync(packed.body).toString(), 'one /one /x anna');

  assert.equal((await ask(sandbox, '/three')).status, 404);

  mapgate.signal('SIGTERM');
  assert.equal(await mapgate.exited, 0);
  const lines = readFileSync(sandbox.path('var/access.log'), 'utf8').trimEnd().split('\n');
  const told = lines.map((line) => JSON.parse(line)).map(({ uri, status, user }) => [uri, status, user]);
  assert.deepEqual(told, [
    ['/two/x', 200, undefined],
    ['/one/x', 401, undefined],
    ['/one/x', 200, 'anna'],
    ['/three', 404, undefined],
  ]);
});

test('a deployment file that became wrong is told at the reload, and the old one goes on', async (t) => {
  const { sandbox, mapgate } = await serveDeployment(t);
  writeFileSync(sandbox.path('mapgate.yaml'), YAML.replace('module: two.mjs', 'module: three.mjs'));
  mapgate.signal('SIGHUP');
  await mapgate.says('reload failed');
  assert.match(mapgate.log, /mapgate\.yaml:8:5: mounts\.\/two\.module: there is no file .*three\.mjs/);
  assert.match((await ask(sandbox, '/two/x')).body.toString(), /^two/);
});

interface CheckCase {
  readonly title: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

const CHECKS: readonly CheckCase[] = [
  { title: 'what is fine', args: ['good.yaml'], code: 0, says: /^good\.yaml: fine\n$/ },
  { title: 'warnings', args: ['warn.ini'], code: 1, says: /^warning: .*warn\.ini:3: .*\n0 errors, 1 warnings\n$/ },
  {
    title: 'all errors of a deployment file',
    args: ['bad.yaml'],
    code: 2,
    says: /^error: .*bad\.yaml:1:7: app\.modul: unknown 'modul'; did you mean 'module'\?\nerror: .*bad\.yaml:2:1: workers: .*\n2 errors, 0 warnings\n$/,
  },
  {
    title: 'a users file that cannot be used',
    args: ['auth.yaml'],
    code: 2,
    says: /^error: .*users:1: expected NAME:HASH/,
  },
  {
    title: 'the mapproxy.yaml that a deployment names',
    args: ['maps.yaml'],
    code: 2,
    says: /^error: .*broken-mapproxy\.yaml/,
  },
  { title: 'nothing that is there', args: ['none.yaml'], code: 2, says: /^error: .*none\.yaml: no such file\n/ },
  { title: 'errors as JSON', args: ['--json', 'bad.yaml'], code: 2, says: /^\[\n.*"severity": "error"/s },
];

for (const { title, args, code, says } of CHECKS) {
  test(`check: ${title}, exit code ${code}`, async (t) => {
    const sandbox = new Sandbox(t);
    const files = {
      'app.mjs': '',
      users: 'anna:plain\n',
      'good.yaml': 'app: {module: app.mjs}\n',
      'bad.yaml': 'app: {modul: app.mjs}\nworkers: none\n',
      'auth.yaml': 'app: {module: app.mjs}\nfilters: [{use: basic-auth, users: users}]\n',
      'maps.yaml': 'app: {mapproxy: broken-mapproxy.yaml}\n',
      'broken-mapproxy.yaml': 'layers: 5\n',
      'warn.ini':
        '[app:main]\nuse = egg:MapProxy#app\nodd = 1\nmapproxy_conf = %(here)s/empty.yaml\n[server:main]\nuse = egg:Flup#scgi\n',
      'empty.yaml': 'services: {}\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(sandbox.path(name), text);
    const mapgate = new Mapgate(t, ['check', ...args], { cwd: sandbox.folder });
    assert.equal(await mapgate.exited, code, mapgate.log);
    assert.match(mapgate.output, says);
  });
}
