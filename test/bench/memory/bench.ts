/**
 * Resident memory of a worker over many requests of mixed kinds: tiles at hand and new, maps in two systems, documents,
 * and what is refused. It should rise at first, and then no more.
 *
 *     node --import tsx test/bench/memory/bench.ts [REQUESTS]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, residentMemory } from '../../support/processes.ts';

const [requests = 100_000] = process.argv.slice(2).map(Number);
const CLIENTS = 8;
const LOOKS = 10;

const MAIN = new URL('../../../dist/cli/main.js', import.meta.url).pathname;
const CONFIGURATION = {
  services: { tms: {}, wmts: {}, demo: {}, wms: { srs: ['EPSG:3857', 'EPSG:4326'] } },
  layers: [{ name: 'map', title: 'Map', sources: ['tiles'] }],
  caches: { tiles: { sources: ['drawn'], grids: ['GLOBAL_WEBMERCATOR'] } },
  sources: { drawn: { type: 'debug' } },
};
const GET_MAP =
  '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=map&STYLES=&FORMAT=image/png&WIDTH=200&HEIGHT=200';

/** Mostly tiles, as clients ask; every fiftieth request has something to draw. */
function target(index: number): string {
  const at = (index * 7919) % 64;
  switch (index % 50) {
    case 0:
      return `${GET_MAP}&SRS=EPSG:4326&BBOX=${at},0,${at + 20},20`;
    case 1:
      return `${GET_MAP}&SRS=EPSG:3857&BBOX=${at}00000,0,${at + 1}00000,100000`;
    case 2:
      return '/service?SERVICE=WMS&REQUEST=GetCapabilities';
    case 3:
      return `/tms/1.0.0/map/EPSG3857/9/${index % 512}/${at}.png`;
    case 4:
      return `/unknown/${index}`;
    case 5:
      return `${GET_MAP}&SRS=EPSG:${index}&BBOX=0,0,1,1`;
    case 6:
      return '/demo/';
    case 7:
      return '/wmts/1.0.0/WMTSCapabilities.xml';
    default:
      return `/tms/1.0.0/map/EPSG3857/5/${at % 32}/${at >> 1}.png`;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'memory-bench-'));
writeFileSync(join(folder, 'map.yaml'), JSON.stringify(CONFIGURATION));
const socketPath = join(folder, 'http');
const args = ['serve', 'map.yaml', '--http', `unix:${socketPath}`, '--workers', '1'];
const server = spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
try {
  while ((await ask('/').catch(() => 0)) !== 200) await sleep(100);
  const [worker = 0] = childrenOf(server.pid ?? 0);
  let next = 0;
  const statuses = new Map<number, number>();
  for (let look = 1; look <= LOOKS; look++) {
    const end = Math.round((requests * look) / LOOKS);
    const client = async () => {
      while (next < end) {
        const status = await ask(target(next++));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    console.log(`${String(end).padStart(8)} requests: ${(residentMemory(worker) / 2 ** 20).toFixed(1)} MiB`);
  }
  console.log([...statuses].map(([status, count]) => `${status}: ${count}`).join(', '));
} finally {
  agent.destroy();
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}

function ask(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path, agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
  });
}
