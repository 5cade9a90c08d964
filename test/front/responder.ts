import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Program, waitForExit } from './program.ts';
import type { Sandbox } from './sandbox.ts';

const MAIN = process.env.MAPGATE_MAIN ?? path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const ECHO_APP = path.resolve(import.meta.dirname, 'echo-app.mjs');
const WORLD = path.resolve(import.meta.dirname, '../../conf-examples/world');

/** The applications behind the web servers: the sample map, and test/front/echo-app.mjs, which tells what it was asked. */
export type ApplicationName = 'world' | 'echo';

/** A project folder as the examples expect it: mapgate.yaml, var/, and a `mapgate` executable. */
export interface Project {
  readonly folder: string;
  readonly socket: string;
  readonly executable: string;
}

/** How a responder is reached: by unix socket, by TCP port, or as the web server that starts it says. */
export type Listen = { readonly kind: 'unix' | 'spawned' } | { readonly kind: 'tcp'; readonly port: number };

/**
 * Lays out a project. Web servers that start Mapgate themselves do so through `executable`, which notes its process id
 * so that the test can see it go.
 */
export function layProject(sandbox: Sandbox, application: ApplicationName, listen: Listen): Project {
  const folder = sandbox.path('project');
  const project = { folder, socket: path.join(folder, 'var/fcgi-socket'), executable: sandbox.path('mapgate') };
  const pids = path.join(folder, 'pids');
  mkdirSync(path.join(folder, 'var'), { recursive: true });
  mkdirSync(pids);
  const app = application === 'world' ? { mapproxy: layWorld(folder) } : { module: ECHO_APP };
  writeFileSync(path.join(folder, 'mapgate.yaml'), JSON.stringify({ app, listen: listenEntries(listen), workers: 1 }));
  writeFileSync(project.executable, `#!/bin/sh\n: >'${pids}'/$$\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(project.executable, 0o755);
  openToWebServer(sandbox.folder, folder, path.join(folder, 'var'), pids);

  sandbox.defer(async () => {
    for (const pid of readdirSync(pids).map(Number)) {
      if (!(await waitForExit(pid))) {
        process.kill(pid, 'SIGKILL');
        throw new Error(`the web server left its responder ${pid} running`);
      }
    }
  });
  return project;
}

/** Web servers started by root go on as another user, who must reach the project. */
function openToWebServer(sandbox: string, ...folders: string[]): void {
  if (process.getuid?.() !== 0) return;
  chmodSync(sandbox, 0o755);
  const user = webServerUser();
  for (const folder of folders) chownSync(folder, user, user);
}

/** Debian's user for web servers; its number is the same on every Debian. */
const WWW_DATA = 'www-data';

function webServerUser(): number {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${WWW_DATA}:`));
  return Number(line?.split(':')[2] ?? 33);
}

/** Copies the sample map into a project: the web server's user may write there. */
function layWorld(folder: string): string {
  // Drawing it takes some seconds; whoever comes first does it for all.
  const make = 'test -e world.mbtiles || exec "$0" --import tsx make-world.ts';
  execFileSync('flock', [WORLD, 'sh', '-c', make, process.execPath], { cwd: WORLD });
  for (const name of ['mapproxy.yaml', 'world.mbtiles']) copyFileSync(path.join(WORLD, name), path.join(folder, name));
  return 'mapproxy.yaml';
}

/** `listen` of mapgate.yaml. */
function listenEntries(listen: Listen) {
  switch (listen.kind) {
    case 'unix':
      return [{ fastcgi: 'unix:var/fcgi-socket', mode: '0666' }];
    case 'tcp':
      return [{ fastcgi: `127.0.0.1:${listen.port}` }];
    case 'spawned':
      return undefined;
  }
}

/** Starts `mapgate serve` as a project's own program, and waits until it accepts. */
export async function startResponder(sandbox: Sandbox, project: Project, listen: Listen): Promise<void> {
  if (listen.kind === 'spawned') return;
  const address = listen.kind === 'tcp' ? { host: '127.0.0.1', port: listen.port } : { path: project.socket };
  const responder = new Program(sandbox, [project.executable, 'serve', path.join(project.folder, 'mapgate.yaml')]);
  await responder.accepts(address);
}
