/**
 * CPU time per request of a FastCGI responder behind nginx, 8 kB answers, ten parameters read: the native transport and
 * the TypeScript one against a C program on libfcgi; then what an idle connection costs.
 *
 *     node --import tsx test/bench/fastcgi/bench.ts [ROUNDS [SECONDS]]
 *
 * Only the responder's CPU time counts, so the numbers hardly depend on how fast nginx and wrk are. The candidates take
 * turns in each round, so what else the machine does hits all of them; compare ratios, not numbers of different runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idleConnectionBytes } from './idle.ts';
import { assertInstalled, type Candidate, candidates, cpuTime, load, startNginx, startResponder } from './rig.ts';

const DEFAULT_ROUNDS = 5;
const DEFAULT_SECONDS = 2;
const CLIENTS = 16;
const WARM_UP_SECONDS = 1;
const IDLE_CONNECTIONS = 10_000;

const [rounds = DEFAULT_ROUNDS, seconds = DEFAULT_SECONDS] = process.argv.slice(2).map(Number);

const folder = mkdtempSync(join(tmpdir(), 'fastcgi-bench-'));
try {
  assertInstalled();
  const all = candidates(folder);
  await measureRequests(all);
  console.log(`\nMemory per connection, ${IDLE_CONNECTIONS} idle ones (growth of RSS):\n`);
  for (const candidate of all.filter(({ name }) => name !== 'libfcgi')) {
    const bytes = await idleConnectionBytes(candidate, folder, IDLE_CONNECTIONS);
    console.log(`    ${candidate.name.padEnd(12)} ${Math.round(bytes)} bytes`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureRequests(all: readonly Candidate[]): Promise<void> {
  const running = [];
  try {
    for (const candidate of all) running.push({ name: candidate.name, ...(await startResponder(candidate, folder)) });
    const nginx = await startNginx(running, folder);
    try {
      for (const [suffix, title] of [
        ['', 'A connection per request'],
        ['-kept', 'Connections kept open'],
      ] as const) {
        const samples = new Map<string, number[]>(running.map(({ name }) => [name, []]));
        for (const { name } of running) await load(nginx.port, name + suffix, CLIENTS, WARM_UP_SECONDS);
        for (let round = 0; round < rounds; round++) {
          for (const { name, pid } of running) {
            const before = cpuTime(pid);
            const requests = await load(nginx.port, name + suffix, CLIENTS, seconds);
            samples.get(name)?.push((cpuTime(pid) - before) / 1000 / requests);
          }
        }
        print(title, samples);
      }
    } finally {
      await nginx.stop();
    }
  } finally {
    for (const responder of running) await responder.stop();
  }
}

function print(title: string, samples: ReadonlyMap<string, readonly number[]>): void {
  const yardstick = samples.get('libfcgi') ?? [];
  console.log(`\n${title}: CPU per request in microseconds, ${rounds} rounds of ${seconds} s, ${CLIENTS} clients\n`);
  console.log('    responder       median  / libfcgi      best  / libfcgi     worst');
  for (const [name, values] of samples) {
    const best = Math.min(...values);
    const columns = [
      median(values).toFixed(2),
      (median(values) / median(yardstick)).toFixed(2),
      best.toFixed(2),
      (best / Math.min(...yardstick)).toFixed(2),
      Math.max(...values).toFixed(2),
    ];
    console.log(`    ${name.padEnd(12)}${columns.map((column) => column.padStart(10)).join('')}`);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
