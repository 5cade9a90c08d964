// Imports between the rooms of src/ run downwards only; this fails with file and line where one does not.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** From the top down. A room may import those below it, except as FORBIDDEN says. */
const ROOMS = [
  ...['cli', 'deploy', 'server', 'gateway', 'app', 'config', 'service', 'seed'],
  ...['layer', 'cache', 'source', 'image', 'coverage', 'grid', 'srs', 'lock'],
];
/** What every room may use: the contract, the log and the counters, and how options are described. */
const COMMON = new Set(['http', 'log.ts', 'log-sink.ts', 'metrics.ts', 'options.ts', 'version.ts', 'waiting.ts']);
/** Protocols know nothing of what they carry. */
const FORBIDDEN = { gateway: new Set(ROOMS.slice(ROOMS.indexOf('app'))) };

const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function problemOf(room, target) {
  if (target.startsWith('..')) return `reaches out of its package (${target})`;
  const other = target.split(sep)[0];
  if (other === room || COMMON.has(other) || room === 'index.ts') return null;
  if (COMMON.has(room)) return `${room} must not depend on a room (${other})`;
  if (!ROOMS.includes(other)) return `${other} is not a room`;
  if (FORBIDDEN[room]?.has(other)) return `${room} must not know ${other}`;
  return ROOMS.indexOf(other) > ROOMS.indexOf(room) ? null : `${room} must not import upwards from ${other}`;
}

const problems = [];
for (const [base, single] of [
  ['src', null],
  ['native/fastcgi-kit/src', 'kit'],
]) {
  const top = join(ROOT, base);
  for (const file of filesOf(top)) {
    const room = single ?? relative(top, file).split(sep)[0];
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(IMPORT)) {
      const target = relative(top, resolve(dirname(file), match[1]));
      const problem = single !== null && !target.startsWith('..') ? null : problemOf(room, target);
      if (problem === null) continue;
      const line = text.slice(0, match.index).split('\n').length;
      problems.push(`${relative(ROOT, file)}:${line}: ${problem}`);
    }
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log('imports run downwards');
