// Provides the addon when the package is installed: a prebuilt one, else one compiled here. Never fails: without an
// addon the TypeScript kernels run, and this says so in one line.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const prefix = dirname(dirname(process.execPath));
const reason = process.env.MAPGATE_NO_ADDON === '1' ? 'MAPGATE_NO_ADDON is set' : isCurrent() ? null : build();
if (reason !== null) console.log(`@mapgate/pixels: no native addon (${reason}); pixels are computed in TypeScript`);

/** Whether what would be loaded is there: a prebuilt addon, or one that is newer than its sources. */
function isCurrent() {
  try {
    const addon = createRequire(import.meta.url)('node-gyp-build').resolve(folder);
    if (addon.includes('prebuilds')) return true;
    const sources = readdirSync(join(folder, 'cc'), { recursive: true }).map((name) => join(folder, 'cc', name));
    return [...sources, join(folder, 'binding.gyp')].every((file) => statSync(file).mtimeMs <= statSync(addon).mtimeMs);
  } catch {
    return false;
  }
}

/** @returns null when the addon was built, else why not */
function build() {
  const besideNode = join(prefix, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js');
  const nodeGyp = [process.env.npm_config_node_gyp, besideNode].find((file) => file && existsSync(file));
  if (nodeGyp === undefined) return 'no node-gyp to build it with; npm brings one';
  // The headers that came with this Node, so that nothing is downloaded; none: node-gyp fetches them.
  const headers = existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const made = spawnSync(process.execPath, [nodeGyp, 'rebuild', ...headers], { cwd: folder, encoding: 'utf8' });
  if (made.status === 0) return null;
  const lines = `${made.stdout}\n${made.stderr}`.split('\n').map((line) => line.trim());
  const telling =
    lines.find((line) => /: (fatal )?error: |not found/.test(line)) ?? lines.find((line) => /stack/.test(line));
  return `building it failed: ${telling ?? 'see `npx node-gyp rebuild`'}`;
}
