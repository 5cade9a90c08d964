import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import test from 'node:test';
import { requirePrograms } from '../support/debian.ts';
import { fillExample } from './example.ts';
import { type Example, type Stage, testFront, writeInto } from './front.ts';
import { freePort, Sandbox } from './sandbox.ts';

const MODULES = '/usr/lib/apache2/modules';

/** Apache refuses %2F unless AllowEncodedSlashes says otherwise. */
const traits = { collects: 'a buffer', decodesSlash: false } as const;

testFront({
  name: 'Apache',
  programs: { apache2: 'apache2', [`${MODULES}/mod_fcgid.so`]: 'libapache2-mod-fcgid' },
  examples: [
    { file: 'apache/mapgate-mod_proxy_fcgi.conf', mount: '/mapproxy', responder: 'unix', traits },
    { file: 'apache/mapgate-mod_proxy_fcgi-tcp.conf', mount: '/mapproxy', responder: 'tcp', traits },
    {
      file: 'apache/mapgate-mod_fcgid.conf',
      mount: '/mapproxy',
      responder: 'spawned',
      traits: { ...traits, spreads: true },
    },
  ],
  prepare: (stage, example) => {
    mkdirSync(stage.sandbox.path('documents'));
    writeInto(stage.sandbox, 'example.conf', stage.example);
    const main = writeInto(stage.sandbox, 'apache2.conf', outerConfiguration(stage, example));
    return ['apache2', '-d', stage.sandbox.folder, '-f', main, '-D', 'FOREGROUND'];
  },
});

test('Apache takes mapgate-mod_fastcgi.conf, but for the directives of a module that is not packaged', async (t) => {
  if (!(await requirePrograms(t, { apache2: 'apache2' }))) return;
  const sandbox = new Sandbox(t);
  const file = 'apache/mapgate-mod_fastcgi.conf';
  const places = { project: sandbox.folder, executable: 'mapgate', responderPort: 9000 };
  const example = fillExample(file, places).replaceAll(/^FastCGIExternalServer .*$/gm, '');
  const stage = { sandbox, example, port: await freePort(), isRoot: process.getuid?.() === 0 };
  mkdirSync(sandbox.path('documents'));
  mkdirSync(sandbox.path('project'));
  writeInto(sandbox, 'example.conf', example);
  const main = writeInto(
    sandbox,
    'apache2.conf',
    outerConfiguration(stage, { file, mount: '/mapproxy', responder: 'unix' }),
  );
  execFileSync('apache2', ['-t', '-d', sandbox.folder, '-f', main], { stdio: 'pipe' });
});

/** What Debian's Apache has loaded when nothing was chosen, and what the examples' headers tell to enable. */
function modulesFor({ file }: Example): string[] {
  const usual = ['mpm_event', 'authz_core', 'authz_host', 'alias', 'mime', 'dir', 'setenvif', 'reqtimeout'];
  return [...usual, ...(file.includes('mod_fcgid') ? ['fcgid'] : ['proxy', 'proxy_fcgi'])];
}

function outerConfiguration({ sandbox, port, isRoot }: Stage, example: Example): string {
  const runs = sandbox.path('project');
  return `
${modulesFor(example)
  .map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`)
  .join('\n')}
${isRoot ? 'User www-data\nGroup www-data' : ''}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${sandbox.path('apache2.pid')}
DefaultRuntimeDir ${runs}
ErrorLog /dev/stderr
TypesConfig /etc/mime.types
DocumentRoot ${sandbox.path('documents')}
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory ${sandbox.path('documents')}>
  Require all granted
</Directory>
<IfModule fcgid_module>
  FcgidIPCDir ${runs}
  FcgidProcessTableFile ${runs}/fcgid-table
</IfModule>
Include ${sandbox.path('example.conf')}
`;
}
