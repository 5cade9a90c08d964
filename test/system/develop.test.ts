import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../support/processes.ts';
import { DevelopStage } from './develop-stage.ts';
import { Load } from './load.ts';

const CAPABILITIES = '/service?service=WMS&request=GetCapabilities&version=1.3.0';

const BASE = `
caches:
  c: {sources: [s], grids: [GLOBAL_MERCATOR], disable_storage: true}
sources:
  s: {type: debug}
`;

function mapproxy(title: string, more = ''): string {
  return `base: base.yaml
services:
  wms:
    md: {title: ${title}}
layers:
  - {name: streets, title: Streets, sources: [c]}
${more}`;
}

const MODULE = `
import { tell } from './lib/tell.mjs';
export const application = async (request) => {
  if (request.pathInfo === '/slow') await new Promise((resolve) => setTimeout(resolve, 600));
  if (request.pathInfo === '/die') process.exit(3);
  const status = request.pathInfo === '/load' ? 'whole' : tell();
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: status };
};
`;

function tell(text: string): string {
  return `export const tell = () => '${text}';\n`;
}

test('UTIL-03: a change of the configuration and of its base file is served at once', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', { 'mapproxy.yaml': mapproxy('First'), 'base.yaml': BASE });
  await stage.shows(CAPABILITIES, /<Title>First<\/Title>/);
  stage.write('mapproxy.yaml', mapproxy('Second'));
  const ownFile = await stage.shows(CAPABILITIES, /<Title>Second<\/Title>/);
  stage.write('base.yaml', `${BASE}globals: {http: {access_control_allow_origin: 'http://new.example'}}\n`);
  await stage.mapgate.says('base.yaml changed');
  const { headers } = await stage.ask(CAPABILITIES);
  assert.equal(headers.get('Access-Control-Allow-Origin'), 'http://new.example');
  t.diagnostic(`seen after ${Math.round(ownFile)} ms`);
});

test('no request fails while sources change again and again, a file that a module imports among them', async (t) => {
  const files = { 'app.mjs': MODULE, 'lib/tell.mjs': tell('0') };
  const stage = await DevelopStage.start(t, 'serve-develop', files);
  await stage.shows('/', /^0$/);
  const load = new Load([`${stage.base}/load`], 4);
  const times: number[] = [];
  for (let round = 1; round <= 5; round++) {
    stage.write('lib/tell.mjs', tell(String(round)));
    times.push(await stage.shows('/', new RegExp(`^${round}$`)));
  }
  await load.more(50);
  await load.stop();
  assert.deepEqual(load.failures, []);
  t.diagnostic(`${load.answered} requests; seen after ${times.map(Math.round).join(', ')} ms`);
});

test('a request in flight is finished by the version that began it', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', { 'app.mjs': MODULE, 'lib/tell.mjs': tell('old') });
  await stage.shows('/', /^old$/);
  const slow = stage.ask('/slow');
  await sleep(100);
  stage.write('lib/tell.mjs', tell('new'));
  await stage.shows('/', /^new$/);
  assert.equal((await slow).text, 'old');
});

test('what a module imports from elsewhere is watched, too', async (t) => {
  const files = { 'app/main.mjs': MODULE.replace('./lib/', '../lib/'), 'lib/tell.mjs': tell('old') };
  const stage = await DevelopStage.start(t, 'serve-develop', files);
  await stage.shows('/', /^old$/);
  stage.write('lib/tell.mjs', tell('new'));
  await stage.shows('/', /^new$/);
});

test('a file beside the sources, or one written anew as it was read, changes nothing', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', { 'app.mjs': MODULE, 'lib/tell.mjs': tell('same') });
  await stage.shows('/', /^same$/);
  await sleep(300);
  const before = stage.mapgate.count('changed');
  stage.write('notes.txt', 'for me');
  stage.write('node_modules/dependency/index.js', '');
  await sleep(900);
  assert.equal(stage.mapgate.count('changed'), before);
});

test('a configuration broken from the start shows where, and is served once mended', async (t) => {
  const files = {
    'mapproxy.yaml': mapproxy('First', '  - {name: rivers, title: Rivers, sources: [missing]}'),
    'base.yaml': BASE,
  };
  const stage = await DevelopStage.start(t, 'serve-develop', files);
  const { status, text, headers } = await stage.ask(CAPABILITIES);
  assert.equal(status, 500);
  assert.match(String(headers.get('Content-Type')), /^text\/html/);
  assert.match(text, /mapproxy\.yaml:7:\d+ <span class="keys">layers\[1\]/);
  assert.match(text, /<span class="line meant" data-line="7"> {2}- \{name: rivers,/);
  assert.match(stage.mapgate.log, /cannot be opened: .*mapproxy\.yaml:7:\d+: layers\[1\]/);
  // The other of its two files can mend it.
  stage.write('base.yaml', `${BASE}  missing: {type: debug}\n`);
  await stage.shows(CAPABILITIES, /<Title>Rivers<\/Title>/);
});

test('what is no YAML, not there, or not a program any more shows, and heals', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', { 'mapproxy.yaml': mapproxy('First'), 'base.yaml': BASE });
  await stage.shows(CAPABILITIES, /<Title>First<\/Title>/);
  stage.write('base.yaml', `${BASE}layers: [\n`);
  await stage.shows(CAPABILITIES, /<p class="kind">Configuration<\/p>[\s\S]*base\.yaml:\d+:\d+/);
  rmSync(stage.path('base.yaml'));
  await stage.shows(CAPABILITIES, /cannot be read/);
  stage.write('base.yaml', BASE);
  await stage.shows(CAPABILITIES, /<Title>First<\/Title>/);
});

test('a module that is no JavaScript shows file, line and column, and heals', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', {
    'app.mjs': MODULE,
    'lib/tell.mjs': 'export const tell = ;\n',
  });
  const { status, text } = await stage.ask('/');
  assert.equal(status, 500);
  assert.match(text, /<p class="kind">SyntaxError<\/p>[\s\S]*lib\/tell\.mjs:1:21/);
  assert.match(text, /<span class="line meant" data-line="1">export const tell = ;/);
  stage.write('lib/tell.mjs', "import './gone.mjs';\nthrow new Error('not yet');\nexport const tell = 1;\n");
  await stage.shows('/', /Cannot find module[\s\S]*<h2 class="place">lib\/tell\.mjs<\/h2>/);
  stage.write('lib/gone.mjs', '');
  await stage.shows('/', /<h1>not yet<\/h1>[\s\S]*lib\/tell\.mjs:2:7/);
  stage.write('lib/tell.mjs', tell('mended'));
  await stage.shows('/', /^mended$/);
});

test('a module that hangs while it is loaded can be mended', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', {
    'app.mjs': `await new Promise(() => setInterval(() => {}, 1000));\n`,
  });
  const waiting = stage.ask('/');
  await sleep(500);
  stage.write('app.mjs', MODULE);
  stage.write('lib/tell.mjs', tell('here'));
  assert.equal((await waiting).text, 'here');
});

test('a process that dies is told, and there again for the next request', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', { 'app.mjs': MODULE, 'lib/tell.mjs': tell('alive') });
  const { status, text } = await stage.ask('/die');
  assert.equal(status, 500);
  assert.match(text, /process ended before it had answered/);
  await stage.mapgate.says("the application's process ended (code 3)");
  assert.equal((await stage.ask('/')).text, 'alive');
});

test('a deployment file is read again too', async (t) => {
  const files = {
    'mapgate.yaml': 'app: {module: one.mjs}\n',
    'one.mjs': appSaying('one'),
    'two.mjs': appSaying('two'),
  };
  const stage = await DevelopStage.start(t, 'serve-develop', files);
  await stage.shows('/', /^one$/);
  stage.write('mapgate.yaml', 'app: {module: two.mjs\n');
  await stage.shows('/', /<p class="kind">Configuration<\/p>[\s\S]*mapgate\.yaml:/);
  stage.write('mapgate.yaml', 'app: {module: two.mjs}\n');
  await stage.shows('/', /^two$/);
});

test('an .ini file is read again, and so is the one that it names', async (t) => {
  const files = {
    'develop.ini': '[app:main]\nuse = config:maps.ini#maps\n',
    'maps.ini': '[app:maps]\nuse = egg:MapProxy#app\nmapproxy_conf = %(here)s/mapproxy.yaml\n',
    'mapproxy.yaml': mapproxy('First'),
    'other.yaml': mapproxy('Second'),
    'base.yaml': BASE,
  };
  const stage = await DevelopStage.start(t, 'serve-develop', files);
  await stage.shows(CAPABILITIES, /<Title>First<\/Title>/);
  stage.write('maps.ini', files['maps.ini'].replace('mapproxy.yaml', 'other.yaml'));
  await stage.shows(CAPABILITIES, /<Title>Second<\/Title>/);
});

test('UTIL-03: --log-config sets the levels of loggers, and is read again', async (t) => {
  const log = `
[loggers]
keys = root, config
[logger_root]
level = WARNING
[logger_config]
qualname = mapproxy.config
level = ERROR
`;
  const files = { 'mapproxy.yaml': mapproxy('First', 'globals: {unknown: 1}'), 'base.yaml': BASE, 'log.ini': log };
  const stage = await DevelopStage.start(t, 'serve-develop --log-config log.ini', files);
  await stage.shows(CAPABILITIES, /<Title>First<\/Title>/);
  assert.doesNotMatch(stage.mapgate.log, /WARN mapproxy\.config/);
  stage.write('log.ini', log.replace('ERROR', 'WARNING'));
  await stage.mapgate.says('WARN mapproxy.config');
});

function appSaying(text: string): string {
  return `export const application = () => ({ status: 200, headers: {}, body: '${text}' });\n`;
}

test('UTIL-04: serve-multiapp-develop lists projects, sees new ones and shows what is wrong with broken ones', async (t) => {
  const files = { 'base.yaml': BASE, 'streets.yaml': mapproxy('Streets of town') };
  const stage = await DevelopStage.start(t, 'serve-multiapp-develop', files, '.');
  await stage.shows('/', /<li><a href="[^"]*\/streets\/">streets<\/a><\/li>/);
  await stage.shows(`/streets${CAPABILITIES}`, /<Title>Streets of town<\/Title>/);
  stage.write('streets.yaml', mapproxy('Roads'));
  await stage.shows(`/streets${CAPABILITIES}`, /<Title>Roads<\/Title>/);
  stage.write('streets.yaml', mapproxy('Roads', '  - nothing'));
  await stage.shows(`/streets${CAPABILITIES}`, /<p class="kind">Configuration<\/p>[\s\S]*streets\.yaml:7:/);
  stage.write('streets.yaml', mapproxy('Mended'));
  await stage.shows(`/streets${CAPABILITIES}`, /<Title>Mended<\/Title>/);
  stage.write('rivers.yaml', mapproxy('Rivers'));
  await stage.shows('/', />rivers<\/a>/);
});

test('the terminal shows each request in a line, without what could steer it', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', { 'app.mjs': appSaying('here') });
  await stage.ask('/maps/a%1bb?x=1');
  await stage.mapgate.says('\n200 GET /maps/a%1bb?x=1 ');
  assert.match(stage.mapgate.log, /\n200 GET \/maps\/a%1bb\?x=1 \d+(\.\d)? ms\n/);
});

test('it ends on TERM, with its processes', async (t) => {
  const stage = await DevelopStage.start(t, 'serve-develop', { 'app.mjs': appSaying('here') });
  await stage.ask('/');
  const children = childrenOf(stage.mapgate.pid);
  assert.ok(children.length >= 1);
  stage.mapgate.signal('SIGTERM');
  assert.equal(await stage.mapgate.exited, 0);
  for (const child of children) assert.equal(existsSync(`/proc/${child}`), false);
});
