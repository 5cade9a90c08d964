// npm start: the sample world map over FastCGI (var/fcgi-socket) and HTTP (127.0.0.1:8080), until Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const WORLD = join(ROOT, 'conf-examples/world');

/** What to paste where; the lines stand between marks in files that work as they are. */
const EXAMPLES = [
  ['nginx, in a server block', 'conf-examples/nginx/mapgate.conf'],
  ['lighttpd', 'conf-examples/lighttpd/mapgate.conf'],
  ['Apache (a2enmod proxy_fcgi)', 'conf-examples/apache/mapgate-mod_proxy_fcgi.conf'],
];

if (!existsSync(join(WORLD, 'world.mbtiles'))) {
  console.log('making the sample map (once, some seconds) ...');
  const made = spawnSync(process.execPath, ['--import', 'tsx', join(WORLD, 'make-world.ts')], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (made.status !== 0) process.exit(made.status ?? 1);
}

const server = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'serve', join(WORLD, 'mapgate.yaml')], {
  cwd: ROOT,
  stdio: ['ignore', 'inherit', 'pipe'],
});
// The command line stops by itself on these; this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 0 : 1);
});

let told = false;
server.stderr.setEncoding('utf8').on('data', (text) => {
  process.stderr.write(text);
  if (told || !/\bserving\b/.test(text)) return;
  told = true;
  console.log(whereToLook());
});

function whereToLook() {
  const parts = EXAMPLES.map(([title, file]) => `${title} (from ${file}):\n\n${snippet(join(ROOT, file))}`);
  return `
The world map:   http://127.0.0.1:8080/demo/
Over FastCGI:    ${join(ROOT, 'var/fcgi-socket')}   (npx mapgate ping var/fcgi-socket /demo/)

Behind a web server, at /mapproxy:

${parts.join('\n\n')}

Ctrl-C stops.
`;
}

/** The lines between the marks, with this checkout's paths. */
function snippet(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const begin = lines.findIndex((line) => line.includes('mapgate: begin'));
  const end = lines.findIndex((line) => line.includes('mapgate: end'));
  return lines
    .slice(begin + 1, end)
    .map((line) => `    ${line.replaceAll('/srv/mapgate', ROOT)}`)
    .join('\n');
}
