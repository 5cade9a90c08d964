import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../support/debian.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const STARTUP_MILLISECONDS = 10_000;

/** A responder to measure, by the name in the tables. */
export interface Candidate {
  readonly name: 'libfcgi' | 'native' | 'typescript';
  readonly command: readonly string[];
}

/** Names what is missing and how to get it. */
export function assertInstalled(): void {
  const packages = { nginx: 'nginx-light', wrk: 'wrk', gcc: 'gcc' };
  const missing = Object.entries(packages).filter(([program]) => findProgram(program) === undefined);
  const names = missing.map(([, name]) => name);
  try {
    readFileSync('/usr/include/fcgiapp.h');
  } catch {
    names.push('libfcgi-dev');
  }
  if (names.length > 0) throw new Error(`missing for this benchmark: apt-get install -y ${names.join(' ')}`);
}

/** Compiles the yardstick; returns the candidates. */
export function candidates(folder: string): Candidate[] {
  const binary = join(folder, 'libfcgi-responder');
  execFileSync('gcc', ['-O2', '-Wall', '-o', binary, join(HERE, 'libfcgi-responder.c'), '-lfcgi'], {
    stdio: 'inherit',
  });
  const script = ['--import', 'tsx', join(HERE, 'responder.ts')];
  return [
    { name: 'libfcgi', command: [binary] },
    { name: 'native', command: [process.execPath, ...script, 'native'] },
    { name: 'typescript', command: [process.execPath, ...script, 'typescript'] },
  ];
}

/** A running responder and its socket. */
export interface Running {
  readonly pid: number;
  readonly path: string;
  stop(): Promise<void>;
}

export async function startResponder({ name, command }: Candidate, folder: string): Promise<Running> {
  const path = join(folder, `${name}.sock`);
  const [program = '', ...rest] = command;
  const child = spawn(program, [...rest, path], { stdio: ['ignore', 'inherit', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`the ${name} responder did not start`);
  await accepting(path);
  return { pid, path, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}

/** nginx in front of the responders: /NAME/ opens a connection per request, /NAME-kept/ keeps them open. */
export async function startNginx(
  responders: readonly { readonly name: string; readonly path: string }[],
  folder: string,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  for (const name of ['temp', 'logs']) mkdirSync(join(folder, name));
  const upstreams = responders.map(({ name, path }) => `upstream ${name} { server unix:${path}; keepalive 32; }`);
  const locations = responders.flatMap(({ name, path }) => [
    `location /${name}/ { fastcgi_pass unix:${path}; include ${join(folder, 'params')}; }`,
    `location /${name}-kept/ { fastcgi_pass ${name}; fastcgi_keep_conn on; include ${join(folder, 'params')}; }`,
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, 'temp', kind)};`,
  );
  writeFileSync(join(folder, 'params'), PARAMS);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${asOurselves()}daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log ${join(folder, 'logs/error')} warn;
events { worker_connections 1024; }
http {
  access_log off; ${temporary.join(' ')}
  ${upstreams.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 100000000;
    ${locations.join('\n    ')}
  }
}
`,
  );
  const nginx = spawn(
    findProgram('nginx') ?? 'nginx',
    ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  await answering(`http://127.0.0.1:${port}/${responders[0]?.name}/`);
  return {
    port,
    async stop() {
      const exit = new Promise((resolve) => nginx.once('exit', resolve));
      nginx.kill('SIGTERM');
      await exit;
    },
  };
}

/** Debian's fastcgi_params with a split path: 22 variables, besides the headers of the client. */
const PARAMS = `fastcgi_split_path_info ^(/[^/]+)(.*)$;
fastcgi_param PATH_INFO $fastcgi_path_info;
fastcgi_param SCRIPT_NAME $fastcgi_script_name;
fastcgi_param QUERY_STRING $query_string;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE $content_type;
fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param REQUEST_URI $request_uri;
fastcgi_param DOCUMENT_URI $document_uri;
fastcgi_param DOCUMENT_ROOT $document_root;
fastcgi_param SERVER_PROTOCOL $server_protocol;
fastcgi_param REQUEST_SCHEME $scheme;
fastcgi_param GATEWAY_INTERFACE CGI/1.1;
fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
fastcgi_param REMOTE_ADDR $remote_addr;
fastcgi_param REMOTE_PORT $remote_port;
fastcgi_param SERVER_ADDR $server_addr;
fastcgi_param SERVER_PORT $server_port;
fastcgi_param SERVER_NAME $server_name;
fastcgi_param REDIRECT_STATUS 200;
`;

/** A path as map clients ask for. */
const TARGET = 'service?SERVICE=WMS&REQUEST=GetMap&VERSION=1.1.1&LAYERS=osm&STYLES=&SRS=EPSG%3A3857&BBOX=0,0,1,1';
const HEADERS = ['Accept: image/avif,image/webp,*/*;q=0.8', 'Accept-Language: en', 'Referer: http://localhost/demo/'];

/** Requests answered in `seconds` of load with `connections` clients. @throws when an answer was not 200 */
export function load(port: number, location: string, connections: number, seconds: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/${location}/${TARGET}`;
  const headers = HEADERS.flatMap((header) => ['-H', header]);
  const wrk = spawn(findProgram('wrk') ?? 'wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, ...headers, url]);
  return new Promise((resolve, reject) => {
    let output = '';
    wrk.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    wrk.once('error', reject);
    wrk.once('exit', () => {
      const requests = /(\d+) requests in/.exec(output)?.[1];
      if (requests === undefined || /Non-2xx|Socket errors/.test(output))
        reject(new Error(`wrk on ${location}:\n${output}`));
      else resolve(Number(requests));
    });
  });
}

/** CPU time of all threads of a process so far, in nanoseconds, as the scheduler counts it. */
export function cpuTime(pid: number): number {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  return total;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function accepting(path: string): Promise<void> {
  const until = Date.now() + STARTUP_MILLISECONDS;
  while (!(await connects(path))) {
    if (Date.now() > until) throw new Error(`nobody accepts on ${path}`);
    await sleep(50);
  }
}

function connects(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection({ path }, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

async function answering(url: string): Promise<void> {
  const until = Date.now() + STARTUP_MILLISECONDS;
  for (;;) {
    try {
      const { ok } = await fetch(url);
      if (ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > until) throw new Error(`${url} does not answer`);
    await sleep(50);
  }
}

/** Started by root, nginx would change to a user who may not reach the sockets. */
function asOurselves(): string {
  return process.getuid?.() === 0 ? 'user root; ' : '';
}
