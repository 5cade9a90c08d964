/**
 * CPU time of maps behind nginx: Mapgate over FastCGI and MapProxy under uWSGI draw the same GetMap requests from the same
 * tiles, and make tiles from meta tiles of the same map server; one nginx, one run, one process each.
 *
 *     node --import tsx test/bench/map/bench.ts [ROUNDS [SECONDS [WORDS OF A TITLE]]]
 *
 * Only the CPU time of the map server's process counts, all its threads, on a processor of its own where there are two. The
 * candidates take turns in each round. What they answer is compared with the exact map: by its peak signal to noise ratio,
 * and by its size.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { type MapServer, missingPackages, startMapgate, startMapProxy } from '../map-servers.ts';
import { nginxInFront } from '../nginx.ts';
import { cpuTimeOfAll } from '../processes.ts';
import { separateProcessors } from '../processors.ts';
import { median } from '../table.ts';
import { wrk } from '../wrk.ts';
import { type MadeRow, madeRows, madeTiles, startSource } from './made.ts';
import { exactMap, type Pixels, psnr } from './reference.ts';
import { type MapRow, mapRows, SIZE } from './rows.ts';
import { layMaps, type MapSite } from './site.ts';

const DEFAULT_ROUNDS = 5;
const DEFAULT_SECONDS = 3;
const CLIENTS = 2;
/** Milliseconds. Once it was idle for some time, V8 keeps its heap small, and maps may cost more than in a fresh process. */
const IDLE = 70_000;
/** The first round is so many times as long. */
const WARM_UP = 3;
/** Maps of each row that are looked at. */
const COMPARED = 5;

/** A candidate: with palettes in PNGs, and with true colour. */
interface Candidate {
  readonly title: string;
  readonly paletted: MapServer;
  readonly trueColour: MapServer;
}

interface Figures {
  readonly ms: number[];
  dB: number;
  bytes: number;
}

const [rounds = DEFAULT_ROUNDS, seconds = DEFAULT_SECONDS] = process.argv.slice(2, 4).map(Number);
const words = process.argv.slice(4);
const isWanted = ({ title }: { readonly title: string }) => words.every((word) => title.includes(word));

const missing = missingPackages();
if (missing.length > 0) {
  console.error(`missing for this benchmark: apt-get install -y ${missing.join(' ')}`);
  process.exit(1);
}
const prefix = separateProcessors();
const folder = mkdtempSync(join(tmpdir(), 'map-bench-'));
const running: { stop(): Promise<void> }[] = [];
try {
  const site = await layMaps(folder);
  const source = await startSource();
  running.push(source);
  const candidates: Candidate[] = [];
  for (const [title, start] of [['MapProxy', startMapProxy] as const, ['Mapgate', startMapgate] as const]) {
    const [paletted, trueColour] = [await open(site, title, true), await open(site, title, false)];
    candidates.push({ title, paletted, trueColour });
    async function open(site: MapSite, title: string, paletted: boolean): Promise<MapServer> {
      const name = `${title.toLowerCase()}${paletted ? '' : '-true'}`;
      const configuration = site.configuration(name, { paletted, sourcePort: source.port });
      const server = await start({ name, folder, configuration, prefix });
      running.push(server);
      return server;
    }
  }
  const nginx = await nginxInFront(
    folder,
    candidates.flatMap(({ paletted, trueColour }) => [paletted, trueColour]),
  );
  running.push(nginx);
  const url = `http://127.0.0.1:${nginx.port}`;
  await sleep(IDLE);
  console.log(
    `CPU in ms for each map of ${SIZE} x ${SIZE}, median of ${rounds} rounds of ${seconds} s, ${CLIENTS} clients\n`,
  );
  console.log('|  | MapProxy | Mapgate | ratio | lowest | highest | MapProxy | Mapgate |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const row of mapRows().filter(isWanted)) print(row.title, await measureMaps(site, url, candidates, row));
  for (const row of madeRows().filter(isWanted)) print(row.title, await measureMade(url, candidates, row));
} finally {
  for (const server of running.reverse()) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measureMaps(site: MapSite, url: string, candidates: readonly Candidate[], row: MapRow) {
  const figures = new Map<string, Figures>();
  const serverOf = (candidate: Candidate) => (row.paletted ? candidate.paletted : candidate.trueColour);
  const references = row.requests
    .slice(0, COMPARED)
    .map(({ srs, bbox, path }) => ({ path, exact: exactMap(site.decoded[row.layer], srs, bbox, SIZE) }));
  for (const candidate of candidates) {
    const answers: { dB: number; bytes: number }[] = [];
    for (const { path, exact } of references) {
      const body = await fetchPicture(`${url}/${serverOf(candidate).name}${path}`);
      answers.push({ dB: psnr(await decode(body), exact), bytes: body.length });
    }
    figures.set(candidate.title, { ms: [], dB: mean(answers, 'dB'), bytes: mean(answers, 'bytes') });
  }
  const paths = row.requests.map(({ path }) => path);
  for (let round = -1; round < rounds; round++) {
    for (const candidate of inTurn(candidates, round)) {
      const { name, pid } = serverOf(candidate);
      const before = cpuTimeOfAll(pid);
      // The first round warms up: code is compiled while it runs.
      const duration = round < 0 ? seconds * WARM_UP : seconds;
      const requests = await wrk({ url: `${url}/${name}`, paths, clients: CLIENTS, seconds: duration, folder });
      if (round >= 0) figures.get(candidate.title)?.ms.push((cpuTimeOfAll(pid) - before) / 1e6 / requests);
    }
  }
  return figures;
}

async function measureMade(url: string, candidates: readonly Candidate[], row: MadeRow) {
  const figures = new Map<string, Figures>();
  const tiles = madeTiles(row);
  for (const { title, paletted } of candidates) {
    const answers: { dB: number; bytes: number }[] = [];
    for (const { path, exact } of await tiles.first()) {
      const body = await fetchPicture(`${url}/${paletted.name}${path}`);
      answers.push({ dB: psnr(await decode(body), exact), bytes: body.length });
    }
    figures.set(title, { ms: [], dB: mean(answers, 'dB'), bytes: mean(answers, 'bytes') });
  }
  for (let round = -1; round < rounds; round++) {
    const paths = tiles.next();
    for (const { title, paletted } of inTurn(candidates, round)) {
      const before = cpuTimeOfAll(paletted.pid);
      const options = { paths, clients: CLIENTS, seconds: round < 0 ? seconds * WARM_UP : seconds, folder };
      const requests = await wrk({ ...options, url: `${url}/${paletted.name}` });
      if (requests >= paths.length) throw new Error('meta tiles were asked for twice');
      if (round >= 0) figures.get(title)?.ms.push((cpuTimeOfAll(paletted.pid) - before) / 1e6 / requests);
    }
  }
  return figures;
}

/** Nobody always comes after the other one, with the disk busy from what that wrote. */
function inTurn<Item>(candidates: readonly Item[], round: number): readonly Item[] {
  return round % 2 === 0 ? candidates : candidates.toReversed();
}

async function fetchPicture(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.headers.get('content-type')?.startsWith('image/')) throw new Error(`${url}: ${body.toString()}`);
  return body;
}

async function decode(body: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function mean<Name extends string>(values: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return values.reduce((sum, value) => sum + value[name], 0) / values.length;
}

function print(title: string, figures: ReadonlyMap<string, Figures>): void {
  const [yardstick, own] = [...figures.values()];
  if (yardstick === undefined || own === undefined) throw new Error('a candidate is missing');
  const ratios = own.ms.map((ms, round) => ms / (yardstick.ms[round] ?? Number.NaN));
  const numbers = [median(yardstick.ms), median(own.ms), median(ratios), Math.min(...ratios), Math.max(...ratios)];
  const pictures = [yardstick, own].map(({ dB, bytes }) => `${dB.toFixed(1)} dB ${Math.round(bytes / 1000)} kB`);
  console.log(`| ${[title, ...numbers.map((number) => number.toFixed(2)), ...pictures].join(' | ')} |`);
}
