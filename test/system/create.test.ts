import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { createFromTemplate } from '../../src/deploy/create.ts';
import type { TemplateOptions } from '../../src/deploy/templates/contract.ts';
import { type ProgramPackages, requirePrograms } from '../support/debian.ts';
import { Mapgate } from '../support/mapgate.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const APACHE_MODULES = '/usr/lib/apache2/modules';

/** A project folder with every sign in its name that the templates take. */
function projectFor(t: TestContext): string {
  const outer = mkdtempSync(path.join(tmpdir(), 'mapgate-create-'));
  t.after(() => rmSync(outer, { recursive: true, force: true }));
  const folder = path.join(outer, 'mapproxy', 'Köln_1.2+x@y~z-');
  mkdirSync(path.join(folder, 'var'), { recursive: true });
  return folder;
}

function run(cwd: string, command: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const [file = '', ...args] = command;
  // Debian keeps its servers where an ordinary user's PATH does not lead.
  const PATH = `${env.PATH}:/usr/sbin:/sbin`;
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8', env: { ...env, PATH } });
  return { status, output: `${error?.message ?? ''}${stdout}${stderr}` };
}

function mapgate(cwd: string, ...args: string[]) {
  return run(cwd, [process.execPath, MAIN, ...args]);
}

function create(folder: string, template: string, destination: string, ...args: string[]): string {
  const { status, output } = mapgate(folder, 'create', '-t', template, ...args, destination);
  assert.equal(status, 0, output);
  return path.join(folder, destination);
}

function write(folder: string, name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

function apache(folder: string, example: string, modules: readonly string[]): string[] {
  const loaded = ['mpm_event', 'authz_core', 'alias', 'setenvif', ...modules];
  const main = `${loaded.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
ServerName localhost
ErrorLog /dev/stderr
DefaultRuntimeDir ${folder}
Include ${example}
`;
  return ['apache2', '-t', '-d', folder, '-f', write(folder, 'outer.conf', main)];
}

function nginx(folder: string, example: string): string[] {
  for (const name of ['fastcgi_params', 'scgi_params']) copyFileSync(`/etc/nginx/${name}`, path.join(folder, name));
  const buffers = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  const main = `pid ${folder}/nginx.pid; events {}
http { ${buffers.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')} include ${example}; }
`;
  return ['nginx', '-t', '-p', folder, '-e', `${folder}/error.log`, '-c', write(folder, 'outer.conf', main)];
}

interface Case {
  readonly template: string;
  readonly filledIn?: Partial<TemplateOptions>;
  readonly programs: ProgramPackages;
  /** The command with which the web server itself reads the file. */
  readonly check: (folder: string, example: string) => readonly string[];
  /** What has to stand there. */
  readonly holds: (folder: string) => readonly string[];
}

const socketOf = (folder: string) => `${folder}/var/fcgi-socket`;
const lighttpd = { programs: { lighttpd: 'lighttpd' }, check: lighttpdCommand };
const nginxServer = { programs: { nginx: 'nginx-light' }, check: nginx };
const apacheServer = (...modules: string[]) => ({
  programs: { apache2: 'apache2' },
  check: (folder: string, example: string) => apache(folder, example, modules),
});
const TCP = { socket: 'localhost:9123' };
const MOUNT = { mount: '/maps.of/us' };
const ROOT = { mount: '/' };
const HOST = { serverName: 'tiles.example.net' };

function lighttpdCommand(folder: string, example: string): string[] {
  return ['lighttpd', '-tt', '-f', write(folder, 'outer.conf', `server.document-root = "/"\ninclude "${example}"\n`)];
}

const CASES: readonly Case[] = [
  { ...nginxServer, template: 'nginx', holds: (folder) => [`unix:${socketOf(folder)};`, 'location /mapproxy {'] },
  {
    ...nginxServer,
    template: 'nginx',
    filledIn: { ...MOUNT, ...HOST },
    holds: () => ['location /maps.of/us {', '^(/maps\\.of/us)(/.*)?$', 'server_name tiles.example.net;'],
  },
  { ...nginxServer, template: 'nginx', filledIn: TCP, holds: () => ['server localhost:9123;', 'keepalive 16;'] },
  { ...nginxServer, template: 'nginx', filledIn: ROOT, holds: () => ['location / {'] },
  { ...nginxServer, template: 'nginx-if', filledIn: MOUNT, holds: () => ['^(/maps\\.of/us)'] },
  { ...nginxServer, template: 'nginx-scgi', holds: (folder) => [`unix:${folder}/var/scgi-socket`] },
  {
    ...nginxServer,
    template: 'nginx-fcgiwrap',
    filledIn: { ...MOUNT, socket: '/run/fcgiwrap.socket' },
    holds: (folder) => [
      'fastcgi_pass unix:/run/fcgiwrap.socket;',
      `SCRIPT_FILENAME ${folder}/mapgate.cgi;`,
      '^/maps\\.of/us(?<mapgate_path>/.*)?$',
    ],
  },
  {
    ...lighttpd,
    template: 'lighttpd',
    filledIn: MOUNT,
    holds: (folder) => [`"${socketOf(folder)}"`, '"/maps.of/us" =>'],
  },
  { ...lighttpd, template: 'lighttpd', filledIn: TCP, holds: () => ['"host" => "localhost"', '"port" => 9123'] },
  { ...lighttpd, template: 'lighttpd', filledIn: ROOT, holds: () => ['"/" => ((', 'fix-root-scriptname'] },
  { ...lighttpd, template: 'lighttpd-spawn', holds: (folder) => [`${MAIN} serve ${folder}/mapgate.yaml"`] },
  { ...lighttpd, template: 'lighttpd-scgi', holds: (folder) => [`"${folder}/var/scgi-socket"`] },
  {
    ...apacheServer('proxy', 'proxy_fcgi'),
    template: 'apache-mod_proxy_fcgi',
    filledIn: MOUNT,
    holds: (folder) => [`ProxyPass "/maps.of/us" "unix:${socketOf(folder)}|fcgi://localhost"`],
  },
  {
    ...apacheServer('proxy', 'proxy_fcgi'),
    template: 'apache-mod_proxy_fcgi',
    filledIn: TCP,
    holds: () => ['"fcgi://localhost:9123"'],
  },
  {
    ...apacheServer('fcgid'),
    programs: { apache2: 'apache2', [`${APACHE_MODULES}/mod_fcgid.so`]: 'libapache2-mod-fcgid' },
    template: 'apache-mod_fcgid',
    holds: (folder) => [`FcgidWrapper "${process.execPath} ${MAIN} serve ${folder}/mapgate.yaml"`],
  },
  {
    ...apacheServer('proxy', 'proxy_scgi'),
    template: 'apache-mod_proxy_scgi',
    holds: (folder) => [`"unix:${folder}/var/scgi-socket|scgi://localhost"`],
  },
  {
    ...apacheServer('proxy', 'proxy_ajp'),
    template: 'apache-mod_proxy_ajp',
    holds: () => ['"ajp://127.0.0.1:9000/mapproxy"'],
  },
  {
    ...apacheServer('jk'),
    programs: { apache2: 'apache2', [`${APACHE_MODULES}/mod_jk.so`]: 'libapache2-mod-jk' },
    template: 'apache-mod_jk',
    filledIn: { ...TCP, ...MOUNT },
    holds: () => ['worker.mapgate.host=localhost\n', 'worker.mapgate.port=9123\n', 'JkMount /maps.of/us/* mapgate'],
  },
  {
    programs: { caddy: 'caddy' },
    template: 'caddy',
    filledIn: { ...MOUNT, ...HOST },
    check: (_, example) => ['caddy', 'adapt', '--validate', '--adapter', 'caddyfile', '--config', example],
    holds: (folder) => ['tiles.example.net {', `unix/${socketOf(folder)}`, 'split /maps.of/us'],
  },
  {
    programs: { haproxy: 'haproxy' },
    template: 'haproxy',
    filledIn: MOUNT,
    check: (_, example) => ['haproxy', '-c', '-f', example],
    holds: (folder) => [`unix@${socketOf(folder)} proto fcgi`, '^(/maps\\.of/us)(/.*)?$'],
  },
  {
    programs: { h2o: 'h2o' },
    template: 'h2o',
    filledIn: MOUNT,
    check: (_, example) => ['h2o', '-t', '-c', example],
    holds: (folder) => [`port: ${socketOf(folder)}`, '"/maps.of/us":', 'HTTP_X_SCRIPT_NAME: /maps.of/us'],
  },
  {
    programs: { varnishd: 'varnish', gcc: 'gcc' },
    template: 'varnish',
    filledIn: { ...TCP, ...MOUNT },
    check: (folder, example) => ['varnishd', '-C', '-j', 'none', '-n', path.join(folder, 'varnish'), '-f', example],
    holds: () => ['.host = "localhost";', '.port = "9123";', '"^/maps\\.of/us(?:[/?]|$)"'],
  },
  {
    programs: { squid: 'squid' },
    template: 'squid',
    filledIn: { ...TCP, ...MOUNT },
    check: (_, example) => ['squid', '-k', 'parse', '-f', example],
    holds: () => ['cache_peer localhost parent 9123 0', '^/maps\\.of/us([/?]|$)'],
  },
];

const CALLED = { command: [process.execPath, MAIN] };

for (const { template, filledIn = {}, programs, check, holds } of CASES) {
  test(`create -t ${[template, ...Object.values(filledIn)].join(' ')}: the web server takes it`, async (t) => {
    if (!(await requirePrograms(t, programs))) return;
    const folder = projectFor(t);
    const file = path.join(folder, 'example.conf');
    const options = { ...CALLED, ...filledIn, destination: file, mapproxyConf: path.join(folder, 'mapgate.yaml') };
    createFromTemplate(template, options, false);
    const text = readFileSync(file, 'utf8');
    for (const part of holds(folder)) assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
    assert.doesNotMatch(text, /\/srv\/mapgate/);
    const { status, output } = run(folder, check(folder, file), { ...process.env, HOME: folder });
    assert.equal(status, 0, output);
  });
}

test('create -t apache-mod_fastcgi: names the socket', (t) => {
  const folder = projectFor(t);
  const text = readFileSync(create(folder, 'apache-mod_fastcgi', 'example.conf'), 'utf8');
  assert.match(text, /^FastCGIExternalServer \S+\/mapgate\.fcgi -socket \S+\/var\/fcgi-socket /m);
});

test('create -t systemd: a service and a socket with the paths of the project', (t) => {
  const folder = projectFor(t);
  create(folder, 'systemd', 'units');
  const service = readFileSync(path.join(folder, 'units/mapgate.service'), 'utf8');
  assert.ok(service.includes(`ExecStart=${process.execPath} ${MAIN} serve ${folder}/mapgate.yaml --fastcgi fd:3\n`));
  assert.ok(service.includes(`WorkingDirectory=${folder}\n`));
  const socket = readFileSync(path.join(folder, 'units/mapgate.socket'), 'utf8');
  assert.ok(socket.includes(`ListenStream=${socketOf(folder)}\n`));
});

test('create takes socket and mount from the mapgate.yaml of the project', (t) => {
  const folder = projectFor(t);
  create(folder, 'base-config', 'mapproxy.yaml');
  create(folder, 'deployment', 'mapgate.yaml', '--mount', '/osm', '--socket', 'unix:var/own-socket');
  assert.equal(mapgate(folder, 'check').status, 0);
  create(folder, 'nginx', '.');
  const text = readFileSync(path.join(folder, 'mapgate.conf'), 'utf8');
  assert.ok(text.includes(`unix:${folder}/var/own-socket;`), text);
  assert.ok(text.includes('location /osm {'), text);
});

test('create -t cgi: a program that may be started', (t) => {
  const folder = projectFor(t);
  const file = create(folder, 'cgi', 'mapgate.cgi');
  assert.equal(statSync(file).mode & 0o777, 0o755);
  assert.equal(run(folder, ['sh', '-n', file]).status, 0);
});

test('UTIL-02: base-config is a project that is served as it stands', async (t) => {
  const folder = projectFor(t);
  create(folder, 'base-config', 'maps');
  assert.ok(existsSync(path.join(folder, 'maps/seed.yaml')));
  const file = path.join(folder, 'maps/mapproxy.yaml');
  const checked = mapgate(folder, 'check', file);
  assert.equal(checked.status, 0, checked.output);
  const server = new Mapgate(t, ['serve-develop', file, '-b', '127.0.0.1:0'], { cwd: folder });
  await server.says('Ctrl-C stops');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.log)?.[0];
  const answer = await fetch(`${url}/tiles/example/webmercator/1/0/0.png`);
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/png']);
});

/** The lines that begin with `#:`, switched on. */
const switchedOn = (file: string) => readFileSync(file, 'utf8').replaceAll(/^#:/gm, '');

test('what base-config has to switch on is right', (t) => {
  const folder = projectFor(t);
  const file = create(folder, 'base-config', 'mapproxy.yaml');
  writeFileSync(file, switchedOn(file));
  const { status, output } = mapgate(folder, 'check', file);
  assert.equal(status, 0, output);
});

test('what deployment has to switch on is right', (t) => {
  const folder = projectFor(t);
  create(folder, 'base-config', 'mapproxy.yaml');
  const file = create(folder, 'deployment', 'mapgate.yaml');
  // `mounts` stands for `app`, so it is left out.
  const text = switchedOn(file).replace(/^mounts:\n(?: .*\n)+/m, '');
  writeFileSync(file, text.replace('group: www-data', `group: ${process.getgid?.() ?? 0}`));
  const { status, output } = mapgate(folder, 'check', file);
  assert.equal(status, 0, output);
});

test('log-ini is read by serve-develop', async (t) => {
  const folder = projectFor(t);
  create(folder, 'base-config', 'mapproxy.yaml');
  create(folder, 'log-ini', 'log.ini');
  const args = ['serve-develop', 'mapproxy.yaml', '-b', '127.0.0.1:0', '--log-config', 'log.ini'];
  await new Mapgate(t, args, { cwd: folder }).says('Ctrl-C stops');
});

const REFUSED = [
  { title: 'a file that is there', args: ['nginx', 'there.conf'], status: 1, says: /there\.conf: is there already/ },
  { title: 'an unknown template', args: ['ngnix', 'a.conf'], status: 2, says: /did you mean 'nginx'/ },
  { title: 'no destination', args: ['nginx'], status: 2, says: /needs a destination/ },
  {
    title: 'a path with a blank',
    args: ['nginx', 'a.conf', '--socket', 'a b'],
    status: 2,
    says: /"a b" is not an address/,
  },
  {
    title: 'a socket with a blank',
    args: ['nginx', 'a.conf', '--socket', './a b'],
    status: 2,
    says: /" " cannot stand in the configuration/,
  },
  { title: 'a mount with a quote', args: ['nginx', 'a.conf', '--mount', '/a"b'], status: 2, says: /mount "\/a\\"b"/ },
  { title: 'a server name with a space', args: ['caddy', 'a', '--server-name', 'a b'], status: 2, says: /server name/ },
  { title: 'a mount at / where none is', args: ['h2o', 'a.conf', '--mount', '/'], status: 2, says: /below a path/ },
  { title: 'TCP where none is', args: ['caddy', 'a', '--socket', ':9000'], status: 2, says: /is for a unix socket/ },
];

for (const { title, args, status, says } of REFUSED) {
  test(`UTIL-02: create refuses ${title} with exit code ${status} and leaves everything as it was`, (t) => {
    const folder = projectFor(t);
    write(folder, 'there.conf', 'mine');
    const result = mapgate(folder, 'create', '-t', ...args);
    assert.equal(result.status, status, result.output);
    assert.match(result.output, says);
    assert.equal(readFileSync(path.join(folder, 'there.conf'), 'utf8'), 'mine');
    assert.equal(existsSync(path.join(folder, 'a.conf')), false);
  });
}

test("UTIL-02: MapProxy's name wsgi-app writes the script, and says so", (t) => {
  const folder = projectFor(t);
  const { status, output } = mapgate(folder, 'create', '-t', 'wsgi-app', '-f', 'mapproxy.yaml', 'server.mjs');
  assert.equal(status, 0, output);
  assert.match(output, /wsgi-app is app here/);
  assert.ok(existsSync(path.join(folder, 'server.mjs')));
});

for (const [file, part] of [
  ['mapgate.yaml', 'listen'],
  ['mapproxy.yaml', 'caches'],
] as const) {
  test(`schema ${file} prints a JSON Schema that ajv takes, and that the template of ${file} fits`, (t) => {
    const folder = projectFor(t);
    const { status, output } = mapgate(folder, 'schema', file);
    assert.equal(status, 0, output);
    const schema = JSON.parse(output) as { properties: Record<string, unknown> };
    assert.ok(part in schema.properties);
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const text = readFileSync(path.resolve(import.meta.dirname, '../../conf-examples/project', file), 'utf8');
    assert.equal(validate(parse(text)), true, JSON.stringify(validate.errors));
  });
}

test('schema of a file that it does not know is refused with exit code 2', (t) => {
  const { status, output } = mapgate(projectFor(t), 'schema', 'seed.yaml');
  assert.equal(status, 2);
  assert.match(output, /Allowed choices are mapgate\.yaml, mapproxy\.yaml/);
});
