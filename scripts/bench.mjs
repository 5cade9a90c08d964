// Runs the benchmarks of test/bench: all, or those whose folder is named.
//   npm run bench -- fastcgi
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('../test/bench', import.meta.url));
const wanted = process.argv.slice(2);
const benches = readdirSync(BENCH).filter((name) => existsSync(join(BENCH, name, 'bench.ts')));
const unknown = wanted.filter((name) => !benches.includes(name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${benches.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : benches) {
  console.log(`\n# ${name}\n`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(BENCH, name, 'bench.ts')], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
