/**
 * CPU time of a cached TMS tile behind nginx: Mapgate and MapCache over FastCGI, MapProxy under uWSGI; the same tiles from
 * the same folder, one nginx, one run, one process each. Mapgate from its MBTiles cache besides, and without the memory for tiles asked for lately.
 *
 *     node --import tsx test/bench/tile/bench.ts [ROUNDS [SECONDS]]
 *
 * Only the CPU time of the map server's process counts. The candidates take turns in each round.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nginxInFront } from '../nginx.ts';
import { cpuTime } from '../processes.ts';
import { printTable } from '../table.ts';
import { wrk } from '../wrk.ts';
import { layTiles, type TileSite } from './content.ts';
import { mapcache, mapgate, mapgateWithoutMemory, mapproxy, missingPackages, type TileServer } from './servers.ts';

const DEFAULT_ROUNDS = 5;
const DEFAULT_SECONDS = 2;
const CLIENTS = 8;
const WARM_UP_SECONDS = 1;

const [rounds = DEFAULT_ROUNDS, seconds = DEFAULT_SECONDS] = process.argv.slice(2).map(Number);

const missing = missingPackages();
if (missing.length > 0) {
  console.error(`missing for this benchmark: apt-get install -y ${missing.join(' ')}`);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'tile-bench-'));
const running: TileServer[] = [];
try {
  const site = await layTiles(folder);
  for (const start of [mapcache, mapproxy, mapgate, mapgateWithoutMemory]) running.push(await start(site));
  const nginx = await nginxInFront(folder, running);
  try {
    for (const kept of [false, true]) await measure(site, nginx.port, kept);
  } finally {
    await nginx.stop();
  }
} finally {
  for (const server of running) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(site: TileSite, port: number, kept: boolean): Promise<void> {
  const rows = running
    .flatMap(({ name, pid, paths }) =>
      paths.map(({ title, path, canKeep }) => ({
        name: title,
        pid,
        url: `http://127.0.0.1:${port}/${name}${kept ? '-kept' : ''}`,
        path,
        canKeep,
      })),
    )
    .filter(({ canKeep }) => canKeep || !kept);
  const samples = new Map<string, number[]>(rows.map(({ name }) => [name, []]));
  const ask = (row: (typeof rows)[number], duration: number) =>
    wrk({
      url: row.url,
      paths: site.coordinates.map((coordinate) => row.path(coordinate)),
      clients: CLIENTS,
      seconds: duration,
      folder,
    });
  for (const row of rows) await ask(row, WARM_UP_SECONDS);
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const before = cpuTime(row.pid);
      const requests = await ask(row, seconds);
      samples.get(row.name)?.push((cpuTime(row.pid) - before) / 1000 / requests);
    }
  }
  printTable({
    title: `${kept ? 'Connections kept open' : 'A connection per request'}: CPU per tile in microseconds, ${rounds} rounds of ${seconds} s, ${CLIENTS} clients`,
    yardstick: 'MapCache',
    samples,
  });
}
