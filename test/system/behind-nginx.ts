import { writeFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { Program } from '../front/program.ts';
import { freePort, Sandbox } from '../front/sandbox.ts';
import { requirePrograms } from '../support/debian.ts';
import { Mapgate } from '../support/mapgate.ts';

/** Says `whole`; `/slow` takes a second. */
export const APPLICATION = `
const respond = (body) => ({ status: 200, headers: { 'Content-Type': 'text/plain' }, body });
export const application = (request) => {
  if (!request.pathInfo.endsWith('/slow')) return respond('whole');
  return new Promise((resolve) => setTimeout(resolve, 1000, respond('whole')));
};
`;

export interface Stage {
  readonly sandbox: Sandbox;
  readonly mapgate: Mapgate;
  /** URL of nginx; /once/ opens a connection for each request, /keep/ keeps them. */
  readonly base: string;
  configure(settings: object): void;
}

/** nginx in front of `mapgate serve` with two workers; undefined when nginx is missing. */
export async function stage(t: TestContext, workers: object): Promise<Stage | undefined> {
  if (!(await requirePrograms(t, { nginx: 'nginx-light' }))) return undefined;
  const sandbox = new Sandbox(t);
  const file = sandbox.path('mapgate.yaml');
  const socket = sandbox.path('socket');
  const configure = (settings: object) => writeFileSync(file, JSON.stringify(settings));
  configure(deployment(workers));
  writeFileSync(sandbox.path('app.mjs'), APPLICATION);
  const mapgate = new Mapgate(t, ['serve', file]);
  await mapgate.says('"msg":"serving"');
  const port = await freePort();
  writeFileSync(sandbox.path('nginx.conf'), nginxConfiguration(sandbox, socket, port));
  const nginx = new Program(sandbox, ['nginx', '-p', sandbox.folder, '-c', sandbox.path('nginx.conf')]);
  await nginx.accepts({ host: '127.0.0.1', port });
  return { sandbox, mapgate, base: `http://127.0.0.1:${port}`, configure };
}

/** @param workers settings besides their count */
export function deployment(workers: object): object {
  return {
    app: { module: 'app.mjs' },
    listen: [{ fastcgi: 'unix:socket', mode: '0666' }],
    workers: { count: 2, ...workers },
    log: { format: 'json' },
  };
}

function nginxConfiguration(sandbox: Sandbox, socket: string, port: number): string {
  const parameters = `
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param SCRIPT_NAME "";
      fastcgi_param PATH_INFO $uri;`;
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${sandbox.path('nginx.pid')};
error_log stderr;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  upstream kept { server unix:${socket}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    location /once/ { fastcgi_pass unix:${socket}; ${parameters} }
    location /keep/ { fastcgi_pass kept; fastcgi_keep_conn on; ${parameters} }
  }
}
`;
}

/** One that opens a connection for each request, and one that keeps them. */
export function urls(base: string): string[] {
  return [`${base}/once/`, `${base}/keep/`];
}
