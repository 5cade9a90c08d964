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

/** Files of servers that may fail once: when more of them do, it is not the machine. */
const MOST_UNSTEADY = 3;

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

/** Adds a line to what is told at the end. */
function note(line) {
  if (process.env.TEST_FAILURES !== undefined) appendFileSync(process.env.TEST_FAILURES, `${line}\n`);
}

/** A suite fails with its tests: only the innermost is told, with the start of its reason. */
function tellFailure({ file = '', name, details }) {
  if (details.error?.failureType === 'subtestsFailed') return;
  const reason = String(details.error?.cause?.message ?? details.error?.message ?? '');
  const line = `${relative(ROOT, file)}: ${name}: ${reason.replaceAll(/\s+/g, ' ').slice(0, REASON_KEPT)}`;
  console.error(`FAILED ${line}`);
  note(line);
}

/** @returns the files with failures */
function runFiles(selected, concurrency) {
  if (selected.length === 0) return [];
  return new Promise((resolve) => {
    const failed = new Set();
    run({ files: selected.map((name) => join(ROOT, name)), concurrency, timeout: TIMEOUT })
      .on('test:fail', (event) => {
        if (event.todo !== undefined && event.todo !== false) return;
        failed.add(relative(ROOT, event.file ?? event.name));
        tellFailure(event);
      })
      .on('end', () => resolve([...failed]))
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
process.exitCode = together.length > 0 || !(await passAgain(alone)) ? 1 : 0;

/**
 * Tests of whole servers depend on a machine that others use too. A few of their files may fail once: they run again, and
 * what passes then is named as unsteady.
 */
async function passAgain(failed) {
  if (failed.length === 0) return true;
  if (failed.length > MOST_UNSTEADY || failed.some((name) => !files.includes(name))) return false;
  console.error(`once more: ${failed.join(' ')}`);
  const again = await runFiles(failed, 1);
  for (const name of failed.filter((name) => !again.includes(name))) {
    console.error(`UNSTEADY ${name}: failed, and passed the second time`);
    note(`${name}: unsteady, passed the second time`);
  }
  return again.length === 0;
}
