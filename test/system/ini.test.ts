import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fcgiRequest } from '@mapgate/fastcgi-kit';
import { freePort, Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';

const MAPPROXY = `
services:
  wms: {md: {title: An old project}}
layers:
  - {name: blank, title: Blank, sources: [blank]}
sources:
  blank: {type: debug}
`;

/** A project folder as `paster create -t mapproxy_conf` laid it out. */
function project(t: TestContext, port: number): Sandbox {
  const sandbox = new Sandbox(t);
  for (const folder of ['etc', 'var', 'tmp']) mkdirSync(sandbox.path(folder));
  writeFileSync(sandbox.path('etc', 'mapproxy.yaml'), MAPPROXY);
  writeFileSync(
    sandbox.path('etc', 'config.ini'),
    `[app:main]
use = egg:MapProxy#app
mapproxy_conf = %(here)s/mapproxy.yaml
log_conf = %(here)s/log_deploy.ini

[server:main]
use = egg:Flup#fcgi_fork
socket = %(here)s/../var/fcgi-socket
umask = 002
maxRequests = 500
maxChildren = 1
`,
  );
  writeFileSync(
    sandbox.path('etc', 'develop.ini'),
    `[composite:main]
use = egg:Paste#urlmap
/maps = mapproxy

[app:mapproxy]
use = egg:MapProxy#app
mapproxy_conf = %(here)s/mapproxy.yaml
filter-with = translogger

[filter:translogger]
use = egg:Paste#translogger

[server:main]
use = egg:Paste#http
host = 127.0.0.1
port = ${port}
`,
  );
  return sandbox;
}

test('an existing project starts as it is: config.ini over FastCGI, at the socket its web server knows', async (t) => {
  const sandbox = project(t, 0);
  const mapgate = new Mapgate(t, ['serve', 'etc/config.ini'], { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const socket = sandbox.path('var/fcgi-socket');
  assert.equal(statSync(socket).mode & 0o777, 0o775);
  const params = {
    REQUEST_METHOD: 'GET',
    REQUEST_URI: '/proxy/service?service=WMS&request=GetCapabilities',
    SCRIPT_NAME: '/proxy',
    PATH_INFO: '/service',
    QUERY_STRING: 'service=WMS&request=GetCapabilities',
    HTTP_HOST: 'maps.example',
  };
  const { status, body } = (await fcgiRequest({ path: socket }, { params })).parse();
  assert.equal(status, 200);
  assert.match(body.toString(), /http:\/\/maps\.example\/proxy\/service\?/);
  assert.match(mapgate.log, /config\.ini:4: app:main\.log_conf: there is no file .*log_deploy\.ini/);
  mapgate.signal('SIGTERM');
  assert.equal(await mapgate.exited, 0);
});

test('develop.ini over HTTP: mounted by urlmap, each request logged', async (t) => {
  const port = await freePort();
  const sandbox = project(t, port);
  const args = ['serve', 'etc/develop.ini', '--workers', '1'];
  const mapgate = new Mapgate(t, args, { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const answer = await fetch(`http://127.0.0.1:${port}/maps/service?service=WMS&request=GetCapabilities`);
  assert.match(await answer.text(), /An old project/);
  await mapgate.says('GET /maps/service?service=WMS&request=GetCapabilities HTTP/1.1');
  assert.equal((await fetch(`http://127.0.0.1:${port}/other`)).status, 404);
});

test('one application of an .ini by its name, on an address of the command line', async (t) => {
  const sandbox = project(t, 1);
  const args = ['serve', 'etc/develop.ini#mapproxy', '--workers', '1', '--http', '127.0.0.1:0'];
  const mapgate = new Mapgate(t, args, { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const port = /http 127\.0\.0\.1:(\d+)/.exec(mapgate.log)?.[1];
  const answer = await fetch(`http://127.0.0.1:${port}/service?service=WMS&request=GetCapabilities`);
  assert.equal(answer.status, 200);
});

test('what cannot be run is told with file and line, and exit code 2', async (t) => {
  const sandbox = project(t, 1);
  const file = sandbox.path('etc', 'config.ini');
  writeFileSync(file, readFileSync(file, 'utf8').replace('egg:MapProxy#app', 'egg:Other#app'));
  const mapgate = new Mapgate(t, ['serve', 'etc/config.ini'], { cwd: sandbox.folder });
  assert.equal(await mapgate.exited, 2);
  assert.match(mapgate.log, /config\.ini:2: app:main\.use: egg:Other#app is Python, which cannot be run here\n$/);
});
