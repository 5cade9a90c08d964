// What `start` does: finds the maps that lie beside the bundle, serves them over HTTP, and shows them.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BUNDLE = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const MAPGATE = join(BUNDLE, 'node_modules/mapgate');
const SAMPLE = join(MAPGATE, 'conf-examples/world/mapproxy.yaml');
const FIRST_PORT = 8080;
const PORTS_TRIED = 50;

/** What is written beside a project, and so is not of it. */
const OWN = new Set(['cache_data', 'var']);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-browser': { type: 'boolean', default: false } },
});
const found = positionals[0] === undefined ? findProject() : resolve(positionals[0]);
if (!existsSync(found)) {
  console.error(`there is no ${found}`);
  process.exit(2);
}
const target = isWritable(dirname(found)) ? found : overlay(found);
serve(target);

function findProject() {
  const folders = [BUNDLE, dirname(BUNDLE)];
  const candidates = folders.flatMap((folder) =>
    ['mapgate.yaml', 'mapproxy.yaml', 'projects'].map((name) => join(folder, name)),
  );
  return candidates.find((name) => existsSync(name)) ?? SAMPLE;
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A project that cannot be written to, seen from a folder that can: links to its files, and in place of each
 * mapproxy.yaml one that is based on it and keeps its tiles here.
 */
function overlay(project) {
  const isFolder = statSync(project).isDirectory();
  const from = isFolder ? project : dirname(project);
  const key = createHash('sha256').update(from).digest('hex').slice(0, 12);
  const to = join(cacheFolder(), 'mapgate', `${basename(from)}-${key}`);
  mirror(from, to, join(to, 'cache_data'));
  if (!isFolder && existsSync(join(from, 'projects'))) {
    rmSync(join(to, 'projects'), { recursive: true, force: true });
    mirror(join(from, 'projects'), join(to, 'projects'), join(to, 'projects/cache_data'));
  }
  return isFolder ? to : join(to, basename(project));
}

function mirror(from, to, tiles) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) if (!OWN.has(name)) rmSync(join(to, name), { recursive: true });
  for (const name of readdirSync(from)) {
    if (OWN.has(name)) continue;
    const file = join(from, name);
    if (isMapConfiguration(file)) {
      writeFileSync(join(to, name), `${JSON.stringify(basedOn(file, tiles))}\n`);
    } else {
      symlinkSync(file, join(to, name));
    }
  }
}

function basedOn(file, tiles) {
  const text = readFileSync(file, 'utf8');
  // Folders for locks are the tiles' where nothing else is said.
  const named = ['lock_dir', 'tile_lock_dir'].filter((key) => new RegExp(`\\b${key}\\s*:`).test(text));
  const locks = Object.fromEntries(named.map((key) => [key, join(tiles, 'locks')]));
  return { base: [file], globals: { cache: { base_dir: tiles, ...locks } } };
}

function isMapConfiguration(file) {
  return (
    /\.ya?ml$/.test(file) && statSync(file).isFile() && /^(?:services|layers|caches):/m.test(readFileSync(file, 'utf8'))
  );
}

/** Where a user's caches belong; where there is no such place, the folder for temporary files. */
function cacheFolder() {
  const { XDG_CACHE_HOME: named, HOME: home } = process.env;
  const folder = named?.startsWith('/') ? named : home === undefined ? tmpdir() : join(home, '.cache');
  try {
    mkdirSync(folder, { recursive: true });
    return isWritable(folder) ? folder : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function serve(target) {
  const args = [join(MAPGATE, 'dist/cli/main.js'), 'serve', target];
  let url;
  if (basename(target) !== 'mapgate.yaml') {
    const port = await freePort();
    args.push('--http', `127.0.0.1:${port}`);
    url = `http://127.0.0.1:${port}/${statSync(target).isDirectory() ? '' : 'demo/'}`;
  }
  const server = spawn(process.execPath, args, { cwd: dirname(target), stdio: ['ignore', 'inherit', 'pipe'] });
  // It stops by itself on these; this process waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
  server.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
  });
  let told = false;
  server.stderr.setEncoding('utf8').on('data', (text) => {
    process.stderr.write(text);
    if (told || !/\bserving\b/.test(text)) return;
    told = true;
    console.log(`\n${found}\n${url ?? 'is served where it says'}\n\nCtrl-C stops.\n`);
    if (url !== undefined && !values['no-browser']) openBrowser(url);
  });
}

/** Where there is a desktop; where it cannot, the address above is enough. */
function openBrowser(url) {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (DISPLAY === undefined && WAYLAND_DISPLAY === undefined) return;
  const browser = spawn('xdg-open', [url], { stdio: 'ignore', detached: true });
  browser.on('error', () => {});
  browser.unref();
}

async function freePort() {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) {
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST_PORT} on is free`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
