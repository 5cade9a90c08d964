// npm run bundle: one folder, and a .tar.gz of it, with Node, Mapgate and all it needs. It runs on Linux without Node,
// without a network and from wherever it lies. Made for the platform this runs on.
//   npm run bundle                                  in build/bundle
//   npm run bundle -- --out FOLDER --no-archive     elsewhere, the folder only
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyPackages, isWanted } from './bundle/packages.mjs';
import { copyRuntime } from './bundle/runtime.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const PARTS = join(ROOT, 'scripts/bundle/parts');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const name = `mapgate-${version}-${process.platform}-${process.arch}`;
const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(ROOT, 'build/bundle') },
    'no-archive': { type: 'boolean', default: false },
  },
});
const folder = join(resolve(options.out), name);

if (process.platform !== 'linux') {
  console.error('npm run bundle is for Linux; README.md tells the way elsewhere');
  process.exit(1);
}
makeSampleMap();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const runtime = copyRuntime(join(folder, 'runtime'));
copyMapgate(join(folder, 'node_modules/mapgate'));
const packages = copyPackages(ROOT, folder);
copyParts();
console.log(`Node from ${runtime}; ${packages.length} packages`);
console.log(`${megabytes(sizeOf(folder))}  ${folder}`);
if (!options['no-archive']) {
  const archive = pack();
  console.log(`${megabytes(statSync(archive).size)}  ${archive}`);
}

/** The sample is what a bundle shows before it has a project of its own. */
function makeSampleMap() {
  const world = join(ROOT, 'conf-examples/world');
  if (existsSync(join(world, 'world.mbtiles'))) return;
  run(process.execPath, ['--import', 'tsx', join(world, 'make-world.ts')]);
}

/** The package as it is published, and the sample map; not the program that draws it. */
function copyMapgate(to) {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const part of ['package.json', 'LICENSE', ...files]) {
    cpSync(join(ROOT, part), join(to, part), {
      recursive: true,
      filter: (file) =>
        (!file.startsWith(join(ROOT, 'dist')) || isWanted(file)) &&
        !/world\/(?:map|cache_data|var|make-world\.ts)$/.test(file),
    });
  }
  if (!existsSync(join(to, 'dist/cli/main.js'))) throw new Error('there is no dist/cli/main.js: npm run build');
}

/** What people see when they open the folder. */
function copyParts() {
  for (const part of readdirSync(PARTS)) {
    const to = join(folder, part === 'start.mjs' ? 'runtime/start.mjs' : part);
    copyFileSync(join(PARTS, part), to);
    chmodSync(to, part.endsWith('.txt') || part.endsWith('.mjs') ? 0o644 : 0o755);
  }
}

function pack() {
  const file = `${folder}.tar.gz`;
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner'];
  run('tar', ['-czf', file, ...same, '-C', join(folder, '..'), name]);
  return file;
}

function sizeOf(place) {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`.padStart(9);
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} failed${error === undefined ? '' : `: ${error.message}`}`);
}
