// Provides the addon when the package is installed: a prebuilt one, else one compiled here. Never fails: without an
// addon the TypeScript transport runs, and this says so in one line.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const BUILT = join(PACKAGE, 'build', 'Release', 'fastcgi_kit.node');

const reason = provide();
if (reason !== null) {
  console.log(`@mapgate/fastcgi-kit: no native addon (${reason}); FastCGI will run on the TypeScript transport`);
}

/** @returns null when the addon is there, else why it is not */
function provide() {
  if (process.env.MAPGATE_NO_ADDON === '1') return 'MAPGATE_NO_ADDON is set';
  if (process.platform !== 'linux') return `it is for Linux, and this is ${process.platform}`;
  if (hasPrebuilt() || isFresh()) return null;
  const nodeGyp = findNodeGyp();
  if (nodeGyp === null) return 'no node-gyp to build it with; npm brings one';
  const { status, stdout, stderr } = spawnSync(process.execPath, [nodeGyp, 'rebuild', ...nodeDirectory()], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  if (status === 0 && existsSync(BUILT)) return null;
  return `building it failed: ${causeOf(`${stdout}\n${stderr}`)}`;
}

function hasPrebuilt() {
  if (!existsSync(join(PACKAGE, 'prebuilds'))) return false;
  try {
    const load = createRequire(import.meta.url)('node-gyp-build');
    return load.resolve(PACKAGE).includes('prebuilds');
  } catch {
    return false;
  }
}

/** Whether there is a build that is newer than what it is made from. */
function isFresh() {
  if (!existsSync(BUILT)) return false;
  const sources = readdirSync(join(PACKAGE, 'cc')).map((name) => join(PACKAGE, 'cc', name));
  const built = statSync(BUILT).mtimeMs;
  return [...sources, join(PACKAGE, 'binding.gyp')].every((file) => statSync(file).mtimeMs <= built);
}

/** The node-gyp that npm brings along. */
function findNodeGyp() {
  const beside = (npm) => join(dirname(npm), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const prefix = dirname(dirname(process.execPath));
  const places = [
    process.env.npm_config_node_gyp,
    process.env.npm_execpath && beside(process.env.npm_execpath),
    join(prefix, 'lib', 'node_modules', 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
  ];
  return places.find((file) => file && existsSync(file)) ?? null;
}

/** The headers that came with this Node, so that nothing is downloaded; none: node-gyp fetches them. */
function nodeDirectory() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

/** The line of node-gyp's output that says most. */
function causeOf(output) {
  const lines = output.split('\n').map((line) => line.trim());
  const telling = [/not found: make|make: not found/i, /: (fatal )?error: /, /g\+\+: .*not found|c\+\+: .*not found/i];
  const found = telling.map((pattern) => lines.find((line) => pattern.test(line))).find((line) => line !== undefined);
  const stack = lines.find((line) => line.startsWith('gyp ERR! stack'));
  return found ?? stack?.replace('gyp ERR! stack ', '') ?? 'see `npx node-gyp rebuild`';
}
