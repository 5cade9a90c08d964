import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { FcgiClient } from '@mapgate/fastcgi-kit';
import { requirePrograms } from '../support/debian.ts';
import { fillExample } from './example.ts';
import { Program } from './program.ts';
import { layProject, type Project } from './responder.ts';
import { Sandbox } from './sandbox.ts';

const run = promisify(execFile);

const TOOLS = { 'spawn-fcgi': 'spawn-fcgi', 'cgi-fcgi': 'libfcgi-bin' };

/** A request as a CGI environment. */
const CGI_REQUEST = {
  GATEWAY_INTERFACE: 'CGI/1.1',
  SERVER_PROTOCOL: 'HTTP/1.1',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/mapproxy/env/two%20words?a=b',
  SCRIPT_NAME: '/mapproxy',
  PATH_INFO: '/env/two words',
  QUERY_STRING: 'a=b',
  HTTP_HOST: 'maps.example.org',
};

/** Asks a responder with libfcgi's cgi-fcgi, as a CGI web server would. */
async function askWithCgiFcgi(project: Project): Promise<string> {
  const env = { ...CGI_REQUEST, PATH: process.env.PATH };
  const { stdout } = await run('cgi-fcgi', ['-bind', '-connect', project.socket], { env });
  return stdout;
}

function assertAnswered(answer: string): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  assert.match(head, /^Content-Type: application\/json/im);
  const { scriptName, pathInfo, queryString } = JSON.parse(body) as Record<string, unknown>;
  assert.deepEqual([scriptName, pathInfo, queryString], ['/mapproxy', '/env/two words', 'a=b']);
}

test('spawn-fcgi: the socket on descriptor 0 is served; TERM ends it', async (t) => {
  if (!(await requirePrograms(t, TOOLS))) return;
  const sandbox = new Sandbox(t);
  const project = layProject(sandbox, 'echo', { kind: 'spawned' });
  const serve = [project.executable, 'serve', path.join(project.folder, 'mapgate.yaml')];
  const responder = new Program(sandbox, ['spawn-fcgi', '-n', '-s', project.socket, '--', ...serve]);
  await responder.accepts({ path: project.socket });
  assertAnswered(await askWithCgiFcgi(project));
  await responder.stop();
});

test('systemd: the command of mapgate.service serves the socket on descriptor 3', async (t) => {
  if (!(await requirePrograms(t, TOOLS))) return;
  const sandbox = new Sandbox(t);
  const project = layProject(sandbox, 'echo', { kind: 'spawned' });
  const places = { project: project.folder, executable: project.executable, responderPort: 0 };
  const settingOf = (file: string, key: string) =>
    new RegExp(`^${key}=(.*)$`, 'm').exec(fillExample(file, places))?.[1] ?? '';
  assert.equal(settingOf('systemd/mapgate.socket', 'ListenStream'), project.socket);

  // spawn-fcgi opens the socket as systemd would, the shell moves it to where systemd puts it.
  const moved = ['/bin/sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&0 0</dev/null', 'sh'];
  const command = settingOf('systemd/mapgate.service', 'ExecStart').split(' ');
  const responder = new Program(sandbox, ['spawn-fcgi', '-n', '-s', project.socket, '--', ...moved, ...command]);
  await responder.accepts({ path: project.socket });
  assertAnswered(await askWithCgiFcgi(project));
  await responder.stop();
});

test('mapgate ping tells what a responder answers', async (t) => {
  const sandbox = new Sandbox(t);
  const project = layProject(sandbox, 'echo', { kind: 'unix' });
  const responder = new Program(sandbox, [project.executable, 'serve', path.join(project.folder, 'mapgate.yaml')]);
  await responder.accepts({ path: project.socket });
  const values = await run(project.executable, ['ping', project.socket]);
  assert.match(values.stdout + values.stderr, /FCGI_MPXS_CONNS/);
  const answer = await run(project.executable, ['ping', project.socket, '/env/']);
  assert.match(answer.stdout + answer.stderr, /200/);
});

interface Capture {
  readonly mount: string;
  readonly requests: readonly { readonly params: readonly (readonly [name: string, value: string])[] }[];
}

test('mod_fastcgi: what it sent in a capture is understood', async (t) => {
  const file = path.resolve(import.meta.dirname, '../fixtures/fronts.json');
  const captures = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Capture>;
  const capture = captures['apache-mod_fastcgi'];
  assert.ok(capture !== undefined);

  const sandbox = new Sandbox(t);
  const project = layProject(sandbox, 'echo', { kind: 'unix' });
  const responder = new Program(sandbox, [project.executable, 'serve', path.join(project.folder, 'mapgate.yaml')]);
  await responder.accepts({ path: project.socket });
  const client = await FcgiClient.connect({ path: project.socket });
  sandbox.defer(() => client.close());
  for (const { params } of capture.requests) {
    const uri = params.find(([name]) => name === 'REQUEST_URI')?.[1] ?? '';
    // The application tells about paths below /env: the captured ones are sent there.
    const moved = params.map(([name, value]): [string, string] => {
      if (name === 'REQUEST_URI') return [name, value.replace(capture.mount, `${capture.mount}/env`)];
      return name === 'PATH_INFO' ? [name, `/env${value}`] : [name, value];
    });
    const { status, body } = (await client.request({ params: moved }).collect()).parse();
    assert.equal(status, 200);
    const { scriptName, pathInfo } = JSON.parse(body.toString()) as Record<string, unknown>;
    const below = decodeURIComponent(uri.slice(capture.mount.length));
    assert.deepEqual([scriptName, pathInfo], [capture.mount, `/env${below}`]);
  }
});
