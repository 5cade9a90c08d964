// Does the main job as a new user would: `npm start`, the page and a tile over HTTP, the same tile over FastCGI, stop.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { fcgiRequest } from '@mapgate/fastcgi-kit';

const DEADLINE = 240_000;
const SOCKET = 'var/fcgi-socket';
const TILE = '/tms/1.0.0/world/webmercator/0/0/0.png';
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

const server = spawn('npm', ['start'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
const exited = once(server, 'exit');
const overdue = setTimeout(() => {
  console.error(`not done within ${DEADLINE / 1000} s`);
  process.kill(-server.pid, 'SIGKILL');
  process.exit(1);
}, DEADLINE);

try {
  let told = '';
  for await (const text of server.stdout.setEncoding('utf8')) {
    told += text;
    if (told.includes('Ctrl-C stops')) break;
  }
  assert.match(told, /The world map: +http:\/\/127\.0\.0\.1:8080\/demo\//);
  for (const [server_, word] of [
    ['nginx', 'fastcgi_pass unix:'],
    ['lighttpd', 'fastcgi.server'],
    ['Apache', 'ProxyPass'],
  ]) {
    assert.ok(told.includes(server_) && told.includes(word), `lines for ${server_} are printed`);
  }
  assert.equal(statSync(SOCKET).mode & 0o777, 0o666, 'a web server may connect, whatever its account');
  const page = await (await fetch('http://127.0.0.1:8080/demo/')).text();
  assert.match(page, /World \(Natural Earth\)/);
  const tile = Buffer.from(await (await fetch(`http://127.0.0.1:8080${TILE}`)).arrayBuffer());
  assert.deepEqual(tile.subarray(0, 8), PNG);
  const params = { REQUEST_METHOD: 'GET', REQUEST_URI: TILE, SCRIPT_NAME: '', PATH_INFO: TILE, QUERY_STRING: '' };
  const answer = await fcgiRequest({ path: SOCKET }, { params });
  assert.deepEqual(answer.parse().body, tile);
} finally {
  process.kill(-server.pid, 'SIGINT');
}
await exited;
clearTimeout(overdue);
assert.equal(existsSync(SOCKET), false, 'the socket is removed at the end');
console.log('the world map was served over HTTP and FastCGI, and stopped');
