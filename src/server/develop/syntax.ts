import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Problem } from '../../app/debug/problem.ts';

/** What `node --check` reads. */
const CHECKED = new Set(['.js', '.mjs', '.cjs']);

/** Files checked, those changed last first: each costs a start of Node, and the culprit is nearly always among them. */
const MAX_CHECKED = 8;

/** As Node tells where a program is no JavaScript: the place, the line, marks below it. */
const PLACE = /^(?:file:\/\/)?(\/[^\n]+):(\d+)\n[^\n]*\n( *)\^+/m;

/**
 * Finds the place of a syntax error. Node keeps it from the programs that catch the error of an `import`, and only tells
 * it itself: hence the files are given to `node --check`.
 */
export async function locateSyntaxError(problem: Problem, files: readonly string[]): Promise<Problem> {
  if (problem.kind !== 'SyntaxError' || problem.line !== undefined) return problem;
  const candidates = await latest(files.filter((file) => CHECKED.has(extname(file))));
  for (const file of candidates.slice(0, MAX_CHECKED)) {
    const [, , line, indent] = PLACE.exec(await check(file)) ?? [];
    if (line === undefined) continue;
    return { ...problem, file, line: Number(line), column: (indent?.length ?? 0) + 1 };
  }
  return problem;
}

async function latest(files: readonly string[]): Promise<string[]> {
  const times = await Promise.all(
    files.map(async (file): Promise<[string, number]> => {
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
      return [file, mtimeMs];
    }),
  );
  return times.sort(([, one], [, other]) => other - one).map(([file]) => file);
}

/** What Node says of a program; '' where nothing is wrong. */
function check(file: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], (error, _, stderr) => resolve(error === null ? '' : stderr));
  });
}
