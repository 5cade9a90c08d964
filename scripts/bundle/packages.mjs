// The packages that Mapgate runs with, copied into a folder, without what only builds, types, documents or tests them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

/** Needed to install, or by parts of a package that Mapgate does not use. */
const NOT_AT_RUN_TIME = new Set(['prebuild-install', 'cmake-js', 'yargs', 'node-addon-api', 'geotiff', 'zarrita']);

/** Files of no use at run time, but for licences. */
const DROPPED = /\.(?:map|d\.[cm]?ts|md|markdown|flow|gyp|gypi|mk|o|a|c|cc|cpp|h|hpp|tsbuildinfo)$|^Makefile$|^\./;
const LICENCE = /^(?:licen[cs]e|copying|notice)/i;

/** Folders at the top of a package; further down they may be anything (yaml has a dist/doc that it needs). */
const DROPPED_FOLDERS = new Set(['test', 'tests', 'docs', 'doc', 'example', 'examples', 'benchmark', 'benchmarks']);

/** What is large and not used, package by package. */
const DROPPED_PARTS = {
  '@mapgate/fastcgi-kit': ['src', 'cc', 'scripts', 'build/Release/obj.target', 'build/Release/.deps'],
  '@mapgate/pixels': ['src', 'cc', 'scripts', 'build/Release/obj.target', 'build/Release/.deps'],
  'better-sqlite3': [
    'deps',
    'src',
    'build/deps',
    'build/Release/obj',
    'build/Release/obj.target',
    'build/Release/test_extension.node',
  ],
  'epsg-index': ['all.json'],
  jsts: ['dist', 'types'],
  zod: ['src'],
};

/** Copies what the package in `root` depends on into `out`/node_modules. @returns the names copied */
export function copyPackages(root, out) {
  const places = new Map();
  const visit = (folder, place) => {
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(read(join(folder, 'package.json')));
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (NOT_AT_RUN_TIME.has(name) || name.startsWith('@types/') || name.includes('musl')) continue;
      const found = find(name, folder, root);
      // Of packages for one platform only this machine's is installed.
      if (found === undefined) {
        if (name in optionalDependencies) continue;
        throw new Error(`${name}, which ${folder} needs, is not installed: npm ci`);
      }
      const isShared = found === join(root, 'node_modules', name);
      const to = join(isShared ? out : place, 'node_modules', name);
      if (places.has(to)) continue;
      places.set(to, name);
      copyPackage(name, realpathSync(found), to);
      visit(realpathSync(found), to);
    }
  };
  visit(root, out);
  return [...new Set(places.values())].sort();
}

function find(name, from, root) {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
  }
  return undefined;
}

function copyPackage(name, from, to) {
  const parts = new Set([...(DROPPED_PARTS[name] ?? []), ...otherPlatforms(from)]);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter(file) {
      const path = relative(from, file).split(sep).join('/');
      if (path === '') return true;
      if (path === 'node_modules' || parts.has(path)) return false;
      if (statSync(file).isDirectory()) return !DROPPED_FOLDERS.has(path);
      return isWanted(file);
    },
  });
}

/** Folders of a package's prebuilt binaries that are not for this machine: `prebuilds/jpeg-turbo-win32-x64`. */
function otherPlatforms(from) {
  const folder = join(from, 'prebuilds');
  if (!existsSync(folder)) return [];
  const own = `${process.platform}-${process.arch}`;
  return readdirSync(folder)
    .filter((name) => !name.endsWith(own))
    .map((name) => `prebuilds/${name}`);
}

/** Whether a file is wanted at run time, by its name. */
export function isWanted(file) {
  const name = basename(file);
  return LICENCE.test(name) || !DROPPED.test(name);
}

function read(file) {
  return readFileSync(file, 'utf8');
}
