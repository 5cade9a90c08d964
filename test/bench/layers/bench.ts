/**
 * Whether a cached tile's cost grows with the number of layers: CPU time of Mapgate's worker for each TMS and WMTS tile
 * behind nginx with 1, 100 and 10 000 layers, each with a cache of its own, and the time that a start takes.
 *
 *     node --import tsx test/bench/layers/bench.ts [ROUNDS [SECONDS]]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory } from '../../support/processes.ts';
import { type MapServer, startMapgate } from '../map-servers.ts';
import { nginxInFront } from '../nginx.ts';
import { cpuTime } from '../processes.ts';
import { printTable } from '../table.ts';
import { layTiles, type TileSite } from '../tile/content.ts';
import { wrk } from '../wrk.ts';

const DEFAULT_ROUNDS = 5;
const DEFAULT_SECONDS = 2;
const CLIENTS = 8;
const COUNTS = [1, 100, 10_000];

const [rounds = DEFAULT_ROUNDS, seconds = DEFAULT_SECONDS] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'layers-bench-'));
const running: { stop(): Promise<void> }[] = [];
try {
  const site = await layTiles(folder);
  const fronts = COUNTS.map((count) => {
    const name = `layers-${count}`;
    return { count, name, socket: join(folder, `${name}.sock`), protocol: 'fastcgi' } as const;
  });
  const nginx = await nginxInFront(folder, fronts);
  running.push(nginx);
  const servers = new Map<number, MapServer>();
  console.log(
    '| layers | first answer after, ms | CPU of the worker, ms | memory of the worker, MB |\n|---|---|---|---|',
  );
  for (const { count, name } of fronts) {
    const configuration = configurationOf(site, count);
    const start = performance.now();
    const server = await startMapgate({ name, folder, configuration });
    running.push(server);
    servers.set(count, server);
    const [path = ''] = pathsOf(site, count).TMS;
    while (!(await fetch(`http://127.0.0.1:${nginx.port}/${name}${path}`)).ok) await sleep(100);
    const milliseconds = Math.round(performance.now() - start);
    const [cpu, memory] = [cpuTime(server.pid) / 1e6, residentMemory(server.pid) / 1e6];
    console.log(`| ${count} | ${milliseconds} | ${Math.round(cpu)} | ${Math.round(memory)} |`);
  }
  const samples = new Map<string, number[]>();
  for (let round = -1; round < rounds; round++) {
    for (const [count, server] of servers) {
      for (const [service, paths] of Object.entries(pathsOf(site, count))) {
        const before = cpuTime(server.pid);
        const url = `http://127.0.0.1:${nginx.port}/${server.name}-kept`;
        const requests = await wrk({ url, paths, clients: CLIENTS, seconds, folder });
        const name = `${service}, ${count} layers`;
        // The first round warms up.
        if (round >= 0)
          samples.set(name, [...(samples.get(name) ?? []), (cpuTime(server.pid) - before) / 1000 / requests]);
      }
    }
  }
  const title = `CPU per tile in microseconds, ${rounds} rounds of ${seconds} s, ${CLIENTS} clients`;
  printTable({ title, yardstick: 'TMS, 1 layers', samples });
} finally {
  for (const server of running.reverse()) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Tiles of up to 100 layers from all over the list. */
function pathsOf({ coordinates }: TileSite, count: number) {
  const layerOf = (index: number) => `layer${Math.floor(((index % 100) * count) / 100)}`;
  return {
    // The profile of a world-wide Mercator grid leaves its first level out (row TMS-05).
    TMS: coordinates.map(([x, y, z], index) => `/tms/1.0.0/${layerOf(index)}/webmercator/${z - 1}/${x}/${y}.png`),
    WMTS: coordinates.map(
      ([x, y, z], index) =>
        `/wmts/${layerOf(index)}/webmercator/${String(z).padStart(2, '0')}/${x}/${2 ** z - 1 - y}.png`,
    ),
  };
}

function configurationOf(site: TileSite, count: number): string {
  const names = Array.from({ length: count }, (_, index) => `layer${index}`);
  const cache = {
    grids: ['webmercator'],
    sources: [],
    format: 'image/png',
    cache: { type: 'file', directory: site.tiles, directory_layout: 'tms' },
  };
  const file = join(folder, `layers-${count}.yaml`);
  writeFileSync(
    file,
    JSON.stringify({
      services: { tms: { use_grid_names: true }, wmts: {}, wms: {} },
      layers: names.map((name) => ({ name, title: name, sources: [`${name}_cache`] })),
      caches: Object.fromEntries(names.map((name) => [`${name}_cache`, cache])),
      grids: { webmercator: { base: 'GLOBAL_MERCATOR', srs: 'EPSG:3857', origin: 'sw', num_levels: 6 } },
    }),
  );
  return file;
}
