import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../front/sandbox.ts';
import { findProgram } from '../support/debian.ts';
import type { MapServer } from './map-servers.ts';

/** What it hands requests to; need not be there yet. */
type Front = Pick<MapServer, 'name' | 'socket' | 'protocol'>;

/** One nginx in front of all: /NAME opens a connection for each request, /NAME-kept keeps them. */
export async function nginxInFront(
  folder: string,
  servers: readonly Front[],
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const temporary = join(folder, 'nginx');
  mkdirSync(temporary);
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const configuration = join(folder, 'nginx.conf');
  writeFileSync(
    configuration,
    `${user} daemon off; worker_processes 1; pid ${temporary}/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  ${kinds.map((kind) => `${kind}_temp_path ${temporary}/${kind};`).join(' ')}
  ${servers.map(({ name, socket }) => `upstream ${name} { server unix:${socket}; keepalive 32; }`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 100000000;
    ${servers.flatMap(locations).join('\n    ')}
  }
}
`,
  );
  const nginx = spawn(findProgram('nginx') ?? 'nginx', ['-p', temporary, '-e', 'stderr', '-c', configuration], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await answering(port);
  return {
    port,
    async stop() {
      const exit = new Promise((resolve) => nginx.once('exit', resolve));
      nginx.kill('SIGTERM');
      await exit;
    },
  };
}

function locations({ name, socket, protocol }: Front): string[] {
  if (protocol === 'uwsgi') {
    return [
      `location ~ ^(/${name})(/.*)$ { include /etc/nginx/uwsgi_params; uwsgi_param SCRIPT_NAME $1; uwsgi_param PATH_INFO $2; uwsgi_modifier1 30; uwsgi_pass unix:${socket}; }`,
    ];
  }
  const split = (mount: string) =>
    `fastcgi_split_path_info ^(/${mount})(/.*)$; include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_NAME $fastcgi_script_name; fastcgi_param PATH_INFO $fastcgi_path_info;`;
  return [
    `location /${name}/ { ${split(name)} fastcgi_pass unix:${socket}; }`,
    `location /${name}-kept/ { ${split(`${name}-kept`)} fastcgi_pass ${name}; fastcgi_keep_conn on; }`,
  ];
}

const START_MILLISECONDS = 10_000;

async function answering(port: number): Promise<void> {
  const deadline = performance.now() + START_MILLISECONDS;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}
