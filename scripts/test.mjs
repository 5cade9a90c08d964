// Runs the tests: all of test/**/*.test.ts, or those whose path contains one of the words given.
//   npm test                  everything
//   npm test -- unit/grid     what is about grids
// What failed is told again, a line each, at the end of the file that TEST_FAILURES names.
import { appendFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);

/** Folders whose tests start servers and browsers, or count memory: one file at a time, after the others. */
const ALONE = ['test/front/', 'test/browser/', 'test/system/', 'test/conformance/'];

/** Milliseconds for one file: far above the slowest, so that only what hangs is ended. */
const TIMEOUT = 900_000;

/** Characters of a failure's reason. */
const REASON_KEPT = 200;

const files = readdirSync(join(ROOT, 'test'), { recursive: true })
  .map((name) => join('test', String(name)))
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();

if (files.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`);
  process.exit(1);
}

/** A suite fails with its tests: only the innermost is told, with the start of its reason. */
function tellFailure({ file, name, details }) {
  if (details.error?.failureType === 'subtestsFailed') return;
  const where = file === undefined ? '' : `${relative(ROOT, file)}: `;
  const reason = String(details.error?.cause?.message ?? details.error?.message ?? '');
  const line = `${where}${name}: ${reason.replaceAll(/\s+/g, ' ').slice(0, REASON_KEPT)}`;
  console.error(`FAILED ${line}`);
  if (process.env.TEST_FAILURES !== undefined) appendFileSync(process.env.TEST_FAILURES, `${line}\n`);
}

/** @returns whether all passed */
function runFiles(selected, concurrency) {
  if (selected.length === 0) return true;
  return new Promise((resolve) => {
    let failed = false;
    run({ files: selected.map((name) => join(ROOT, name)), concurrency, timeout: TIMEOUT })
      .on('test:fail', (event) => {
        if (event.todo !== undefined && event.todo !== false) return;
        failed = true;
        tellFailure(event);
      })
      .on('end', () => resolve(!failed))
      .compose(spec)
      .pipe(process.stdout, { end: false });
  });
}

const isAlone = (name) => ALONE.some((folder) => name.startsWith(folder));
const together = await runFiles(
  files.filter((name) => !isAlone(name)),
  Math.max(1, availableParallelism()),
);
const alone = await runFiles(files.filter(isAlone), 1);
process.exitCode = together && alone ? 0 : 1;
