import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../support/debian.ts';
import { childrenOf } from '../support/processes.ts';

/** One map server process, as nginx reaches it. */
export interface MapServer {
  /** nginx serves it below `/NAME`. */
  readonly name: string;
  /** Whose CPU time counts. */
  readonly pid: number;
  readonly socket: string;
  readonly protocol: 'fastcgi' | 'uwsgi';
  stop(): Promise<void>;
}

/** Where a map server is started, and with what. */
export interface MapServerOptions {
  readonly name: string;
  /** For its socket and files. */
  readonly folder: string;
  /** File of the kind of mapproxy.yaml. */
  readonly configuration: string;
  /** Put before the command, as of `separateProcessors`. */
  readonly prefix?: readonly string[];
}

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const START_MILLISECONDS = 120_000;

/** Debian packages that nginx, the load and MapProxy need and that are not there. */
export function missingPackages(): string[] {
  const packages = { nginx: 'nginx-light', wrk: 'wrk', uwsgi: 'uwsgi-core', 'mapproxy-util': 'mapproxy' };
  const missing = Object.entries(packages).filter(([program]) => findProgram(program) === undefined);
  const names: string[] = missing.map(([, name]) => name);
  if (!existsSync('/usr/lib/uwsgi/plugins/python3_plugin.so')) names.push('uwsgi-plugin-python3');
  return names;
}

/** MapProxy under uWSGI, one process. */
export async function startMapProxy({
  name,
  folder,
  configuration,
  prefix = [],
}: MapServerOptions): Promise<MapServer> {
  const script = join(folder, `${name}.py`);
  writeFileSync(
    script,
    `from mapproxy.wsgiapp import make_wsgi_app\napplication = make_wsgi_app(${JSON.stringify(configuration)})\n`,
  );
  const socket = join(folder, `${name}.sock`);
  const options = ['--plugin', 'python3', '--socket', socket, '--wsgi-file', script, '--processes', '1'];
  const child = start([...prefix, 'uwsgi', ...options, '--disable-logging', '--need-app', '--die-on-term']);
  await waitFor(() => existsSync(socket));
  return serverOf(child, { name, pid: child.pid ?? 0, socket, protocol: 'uwsgi' });
}

/** Mapgate with one worker. */
export async function startMapgate({ name, folder, configuration, prefix = [] }: MapServerOptions): Promise<MapServer> {
  const socket = join(folder, `${name}.sock`);
  const mapgate = [process.execPath, MAIN, 'serve', configuration, '--fastcgi', socket, '--workers', '1'];
  const child = start([...prefix, ...mapgate]);
  await waitFor(() => existsSync(socket) && childrenOf(child.pid ?? 0).length > 0);
  return serverOf(child, { name, pid: childrenOf(child.pid ?? 0)[0] ?? 0, socket, protocol: 'fastcgi' });
}

function start([program = '', ...args]: readonly string[]): ChildProcess {
  return spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
}

/** A server with the way to stop it. */
export function serverOf(child: ChildProcess, what: Omit<MapServer, 'stop'>): MapServer {
  return {
    ...what,
    async stop() {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await exit;
    },
  };
}

/** @throws Error when a condition is not met in time */
export async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + START_MILLISECONDS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('a map server did not start');
    await sleep(20);
  }
}
