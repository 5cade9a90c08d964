import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fcgiRequest } from '@mapgate/fastcgi-kit';
import sharp from 'sharp';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';
import { installInto } from '../support/node-project.ts';
import { DevelopStage } from './develop-stage.ts';
import { until } from './operated.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../conf-examples');

const MAPPROXY = `
services: {wms: , demo: }
layers: [{name: streets, title: Streets, sources: [here]}]
sources: {here: {type: debug}}
`;

const MAPGATE = `
app: {mapproxy: mapproxy.yaml, authorize: ./authorize.mjs, decorate: ./seal.mjs, intercept: ./intercept.mjs}
listen: [{fastcgi: "unix:socket"}]
workers: 1
`;

/** Lets in those with this role, which an authorizer of the web server tells. */
const authorize = (role: string) =>
  `export const authorize = (service, layers, { AUTH_ROLE, REMOTE_USER }) =>
  ({ authorized: AUTH_ROLE === '${role}' && REMOTE_USER === 'anna' ? 'full' : 'none' });\n`;

const SEAL = `export default (image) => {
  image.data.fill(Buffer.from([0, 128, 0, 255]));
  return image;
};\n`;

const INTERCEPT = `export const intercept = (request) =>
  request.pathInfo === '/ping' ? { status: 200, headers: {}, body: 'pong' } : undefined;\n`;

const FILES = {
  'mapgate.yaml': MAPGATE,
  'mapproxy.yaml': MAPPROXY,
  'authorize.mjs': authorize('clerk'),
  'seal.mjs': SEAL,
  'intercept.mjs': INTERCEPT,
};

const MAP =
  'SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=streets&STYLES=&SRS=EPSG:4326&BBOX=0,0,10,10&WIDTH=8&HEIGHT=8&FORMAT=image/png';

function stage(t: TestContext, files: Readonly<Record<string, string>>): Sandbox {
  const sandbox = new Sandbox(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(sandbox.path(name), text);
  return sandbox;
}

async function ask(sandbox: Sandbox, target: string, variables: Readonly<Record<string, string>> = {}) {
  const [pathInfo = '', query = ''] = target.split('?');
  const base = {
    REQUEST_METHOD: 'GET',
    REQUEST_URI: target,
    SCRIPT_NAME: '',
    PATH_INFO: pathInfo,
    QUERY_STRING: query,
  };
  return (await fcgiRequest({ path: sandbox.path('socket') }, { params: { ...base, ...variables } })).parse();
}

test('AUTH-09, WMS-45, APP-15: hooks over FastCGI, read again by HUP; a broken one leaves the old serving', async (t) => {
  const sandbox = stage(t, FILES);
  const mapgate = new Mapgate(t, ['serve'], { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const clerk = { REMOTE_USER: 'anna', AUTH_ROLE: 'clerk' };

  assert.equal((await ask(sandbox, '/ping')).body.toString(), 'pong');
  assert.equal((await ask(sandbox, `/service?${MAP}`)).status, 403);
  const { status, body } = await ask(sandbox, `/service?${MAP}`, clerk);
  assert.equal(status, 200);
  const { data } = await sharp(body).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([...data.subarray(0, 3)], [0, 128, 0]);

  writeFileSync(sandbox.path('authorize.mjs'), authorize('mayor'));
  mapgate.signal('SIGHUP');
  await mapgate.says('"msg":"reloaded"');
  // A worker of before may still take what comes in this moment.
  await until(async () => (await ask(sandbox, `/service?${MAP}`, clerk)).status === 403, 'clerks are kept out');
  assert.equal((await ask(sandbox, `/service?${MAP}`, { ...clerk, AUTH_ROLE: 'mayor' })).status, 200);

  writeFileSync(sandbox.path('authorize.mjs'), 'export const authorise = () => {};');
  mapgate.signal('SIGHUP');
  await mapgate.says('exports no function `authorize`');
  assert.match(mapgate.log, /mapgate\.yaml:2:32: app\.authorize: /);
  assert.equal((await ask(sandbox, `/service?${MAP}`, { ...clerk, AUTH_ROLE: 'mayor' })).status, 200);
});

test('AUTH-09: the development server sees changes of hooks at once', async (t) => {
  const server = await DevelopStage.start(t, 'serve-develop', FILES, 'mapgate.yaml');
  await server.shows('/ping', /^pong$/);
  server.write('intercept.mjs', INTERCEPT.replace('pong', 'changed'));
  await server.shows('/ping', /^changed$/);
});

/** The example with its plugins, installed as a project has it. */
function plugins(t: TestContext, changes: Readonly<Record<string, string>> = {}): Sandbox {
  const sandbox = new Sandbox(t);
  cpSync(path.join(EXAMPLES, 'plugins'), sandbox.folder, { recursive: true });
  installInto(sandbox.folder, ['mapgate']);
  for (const [name, text] of Object.entries(changes)) writeFileSync(sandbox.path(name), text);
  return sandbox;
}

test('CFG-12: a source and a service of plugins, by the command line, checked and served', async (t) => {
  const sandbox = plugins(t);
  const check = new Mapgate(t, ['check'], { cwd: sandbox.folder });
  assert.equal(await check.exited, 0, check.output + check.log);

  const mapgate = new Mapgate(t, ['serve', '--fastcgi', 'unix:socket'], { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const { body } = await ask(sandbox, `/service?${MAP.replace('streets', 'board').replace('0,0,10,10', '5,0,15,10')}`);
  const { data } = await sharp(body).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual(
    Array.from({ length: 8 }, (_, column) => data[column * 3]),
    [255, 255, 255, 255, 0, 0, 0, 0],
  );
  assert.equal((await ask(sandbox, '/nearest?place=8,53')).body.toString(), 'Where am I: board, fields\n');
  const demo = (await ask(sandbox, '/demo/')).body.toString();
  assert.match(demo, /<h3>Nearest<\/h3>\s*<p class="purpose">Where am I<\/p>/);
});

test('CFG-12: a plugin that is wrong, or wrongly used, is told with its place', async (t) => {
  const cases = [
    [
      {
        'mapproxy.yaml':
          'services: {wms: }\nlayers: [{name: a, title: A, sources: [a]}]\nsources: {a: {type: chessboard, field: wide}}',
      },
      /error: .*mapproxy\.yaml:3:\d+: sources\.a\.field: expected a number, got "wide"/,
    ],
    [
      {
        'chessboard.mjs':
          "import { defineSource, z } from 'mapgate';\nexport default defineSource({type: 'wms', options: z.object({}), build() {}});",
      },
      /error: .*mapgate\.yaml:\d+:5: plugins\[0\]: plugin .*chessboard\.mjs: there is a source of type 'wms' already/,
    ],
    [
      { 'chessboard.mjs': 'export const nothing = 1;' },
      /error: .*mapgate\.yaml:\d+:5: plugins\[0\]: plugin .*: exports nothing made by .*; found: nothing/,
    ],
  ] as const;
  for (const [changes, expected] of cases) {
    const check = new Mapgate(t, ['check'], { cwd: plugins(t, changes).folder });
    assert.equal(await check.exited, 2);
    assert.match(check.output, expected);
  }
});
