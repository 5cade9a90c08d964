import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { type ProgramPackages, requirePrograms } from '../support/debian.ts';
import type { Site } from './client.ts';
import { fillExample, replaceOnce } from './example.ts';
import { writeInto } from './front.ts';
import { Program } from './program.ts';
import { type ApplicationName, layProject, type Project } from './responder.ts';
import { freePort, Sandbox } from './sandbox.ts';
import { type FrontTraits, runSuite, USUAL_TRAITS } from './suite.ts';

/** An example of a protocol other than FastCGI, and the web server that runs it. */
export interface GatewayExample {
  readonly file: string;
  readonly server: keyof typeof WEB_SERVERS;
  /** Null: the web server starts a process for each request. */
  readonly protocol: 'scgi' | 'ajp' | null;
  /** AJP: with the example's own line for a secret switched on. */
  readonly secret?: boolean;
  readonly traits?: Partial<FrontTraits>;
}

/** Words for mod_jk to prove itself by. */
const SECRET = 'open-sesame';
const JK_SECRET = `JkWorkerProperty worker.mapgate.secret=${SECRET}`;

const MOUNT = '/mapproxy';
const APACHE_MODULES = '/usr/lib/apache2/modules';

interface Stage {
  readonly sandbox: Sandbox;
  readonly example: string;
  readonly port: number;
}

/** The least configuration around an example, and the command that runs the web server in the foreground. */
const WEB_SERVERS = {
  nginx,
  'nginx with fcgiwrap': nginx,
  lighttpd,
  apache,
  'apache with mod_jk': apache,
} as const;

export const PROGRAMS: Readonly<Record<GatewayExample['server'], ProgramPackages>> = {
  nginx: { nginx: 'nginx-light' },
  'nginx with fcgiwrap': { nginx: 'nginx-light', fcgiwrap: 'fcgiwrap' },
  lighttpd: { lighttpd: 'lighttpd' },
  apache: { apache2: 'apache2' },
  'apache with mod_jk': { apache2: 'apache2', [`${APACHE_MODULES}/mod_jk.so`]: 'libapache2-mod-jk' },
};

const isRoot = process.getuid?.() === 0;

/** The suite of the web servers, by a protocol other than FastCGI. */
export function testGateway(example: GatewayExample): void {
  test(`${example.server} with conf-examples/${example.file}`, async (t) => {
    if (!(await requirePrograms(t, PROGRAMS[example.server]))) return;
    const [world, echo] = await Promise.all([startGateway(t, example, 'world'), startGateway(t, example, 'echo')]);
    await runSuite(t, { world, echo }, { ...USUAL_TRAITS, ...example.traits });
  });
}

/** A web server with an example, and Mapgate behind it. */
export async function startGateway(
  t: TestContext,
  { file, server, protocol, secret = false }: GatewayExample,
  application: ApplicationName,
): Promise<Site> {
  const sandbox = new Sandbox(t);
  const [port, responderPort] = await Promise.all([freePort(), freePort()]);
  const project = layProject(sandbox, application, { kind: 'spawned' });
  const places = { project: project.folder, executable: project.executable, responderPort };
  if (protocol === null) layProgram(project, fillExample('cgi/mapgate.cgi', places));
  else await startMapgate(sandbox, project, { protocol, port: responderPort, secret });
  if (server === 'nginx with fcgiwrap') await startFcgiwrap(sandbox, project);
  const text = fillExample(file, places);
  const example = secret ? replaceOnce(text, '#JkWorkerProperty worker.mapgate.secret=WORD', JK_SECRET) : text;
  const command = WEB_SERVERS[server]({ sandbox, example, port });
  await new Program(sandbox, command).accepts({ host: '127.0.0.1', port });
  return { host: '127.0.0.1', port, mount: MOUNT };
}

/** As the web server's user, who starts programs. */
async function startFcgiwrap(sandbox: Sandbox, { socket }: Project): Promise<void> {
  const command = ['fcgiwrap', '-f', '-s', `unix:${socket}`];
  const asUser = isRoot ? ['setpriv', '--reuid=www-data', '--regid=www-data', '--clear-groups'] : [];
  await new Program(sandbox, [...asUser, ...command]).accepts({ path: socket });
}

function layProgram(project: Project, text: string): void {
  writeFileSync(path.join(project.folder, 'mapgate.cgi'), text, { mode: 0o755 });
}

interface Serving {
  readonly protocol: 'scgi' | 'ajp';
  readonly port: number;
  readonly secret: boolean;
}

async function startMapgate(sandbox: Sandbox, project: Project, { protocol, port, secret }: Serving) {
  const file = path.join(project.folder, 'mapgate.yaml');
  const socket = path.join(project.folder, 'var/scgi-socket');
  const listen =
    protocol === 'scgi'
      ? { scgi: `unix:${socket}`, mode: '0666' }
      : { ajp: `127.0.0.1:${port}`, ...(secret ? { secret: SECRET } : {}) };
  const mount = protocol === 'ajp' ? { mount: MOUNT } : {};
  const laid = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...laid, ...mount, listen: [listen] }));
  const program = new Program(sandbox, [project.executable, 'serve', file]);
  await program.accepts(protocol === 'scgi' ? { path: socket } : { host: '127.0.0.1', port });
}

function nginx({ sandbox, example, port }: Stage): string[] {
  for (const name of ['scgi_params', 'fastcgi_params']) copyFileSync(`/etc/nginx/${name}`, sandbox.path(name));
  writeInto(sandbox, 'example.conf', replaceOnce(example, 'listen 80;', `listen 127.0.0.1:${port};`));
  const buffers = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  const main = `
${isRoot ? 'user www-data;' : ''}
daemon off;
worker_processes 1;
pid ${sandbox.path('nginx.pid')};
error_log stderr info;
events {}
http {
  access_log off;
  ${buffers.map((name) => `${name}_temp_path ${sandbox.path(name)};`).join('\n  ')}
  include ${sandbox.path('example.conf')};
}
`;
  const file = writeInto(sandbox, 'nginx.conf', main);
  return ['nginx', '-p', sandbox.folder, '-e', sandbox.path('error.log'), '-c', file];
}

function lighttpd({ sandbox, example, port }: Stage): string[] {
  const outer = `
server.document-root = "${sandbox.folder}"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ( "${sandbox.path('project')}" )
${isRoot ? 'server.username = "www-data"\nserver.groupname = "www-data"' : ''}
`;
  return ['lighttpd', '-D', '-f', writeInto(sandbox, 'lighttpd.conf', outer + example)];
}

/** The modules that an example wants, by a word of it. */
const APACHE_OWN: readonly [word: string, modules: readonly string[]][] = [
  ['proxy_scgi', ['proxy', 'proxy_scgi']],
  ['proxy_ajp', ['proxy', 'proxy_ajp']],
  ['JkMount', ['jk']],
  ['ScriptAlias', ['cgid']],
];

function apache({ sandbox, example, port }: Stage): string[] {
  const own = APACHE_OWN.find(([word]) => example.includes(word))?.[1] ?? [];
  const modules = ['mpm_event', 'authz_core', 'authz_host', 'alias', 'mime', 'dir', 'setenvif', 'reqtimeout', ...own];
  writeInto(sandbox, 'example.conf', example);
  const main = `
${modules.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
${isRoot ? 'User www-data\nGroup www-data' : ''}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${sandbox.path('apache2.pid')}
DefaultRuntimeDir ${sandbox.path('project')}
ErrorLog /dev/stderr
TypesConfig /etc/mime.types
DocumentRoot ${sandbox.path('project')}
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<IfModule cgid_module>
  ScriptSock ${sandbox.path('project')}/cgid-socket
</IfModule>
<IfModule jk_module>
  JkLogFile /dev/stderr
  JkShmFile ${sandbox.path('project')}/jk-runtime-status
</IfModule>
Include ${sandbox.path('example.conf')}
`;
  return ['apache2', '-d', sandbox.folder, '-f', writeInto(sandbox, 'apache2.conf', main), '-D', 'FOREGROUND'];
}
