// Node itself, as it runs on machines that have nothing but glibc.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What comes with glibc, and so is on every machine the bundle is for. */
const GLIBC = /^(?:linux-vdso|ld-linux|libc|libm|libdl|libpthread|librt|libresolv|libutil)[-.]/;

/** GCC's run-time libraries: carried along, for machines without them. */
const COMPILERS = /^lib(?:stdc\+\+|gcc_s|atomic)\./;

/** Puts Node into a folder, and beside it in lib/ what it is linked with. @returns where it is from */
export function copyRuntime(folder) {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  const node = join(folder, 'node');
  const own = librariesOf(process.execPath);
  // A distribution's Node is a small program on large libraries of that distribution: the official one stands alone.
  const standsAlone = own.every(({ name }) => GLIBC.test(name) || COMPILERS.test(name));
  if (standsAlone) copyFileSync(realpathSync(process.execPath), node);
  else fetchOfficial(folder);
  copyLicences(folder);
  chmodSync(node, 0o755);
  // Without its table of symbols it is smaller by a sixth; without `strip` it stays as it is.
  spawnSync('strip', ['--strip-unneeded', node]);
  for (const { name, file } of librariesOf(node)) {
    if (!COMPILERS.test(name)) continue;
    copyFileSync(realpathSync(file), join(folder, 'lib', name));
    chmodSync(join(folder, 'lib', name), 0o644);
  }
  return standsAlone ? process.execPath : `the package node-${process.platform}-${process.arch}`;
}

function librariesOf(program) {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/^\s*(\S+)(?: => (\S+))?/gm)].map(([, name, file = name]) => ({
    name: basename(name),
    file,
  }));
}

/** Where the licences of what is passed on here are found; each comes from one of its places, by its new name. */
const LICENCES = {
  'LICENSE-node': [join(dirname(process.execPath), '../LICENSE'), '/usr/share/doc/nodejs/copyright'],
  'LICENSE-gcc-libraries': ['/usr/share/doc/libstdc++6/copyright', '/usr/share/doc/libgcc-s1/copyright'],
};

function copyLicences(folder) {
  for (const [name, places] of Object.entries(LICENCES)) {
    const to = join(folder, name);
    const from = places.find((place) => existsSync(place));
    if (existsSync(to)) continue;
    if (from === undefined)
      console.warn(`${name} is in none of ${places.join(', ')}: put it beside before passing it on`);
    else copyFileSync(from, to);
  }
}

/** The official program of the version that runs this, out of the registry, with its licence. */
function fetchOfficial(to) {
  const name = `node-${process.platform}-${process.arch}@${process.versions.node}`;
  const folder = mkdtempSync(join(tmpdir(), 'mapgate-bundle-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder, name]);
    const [archive] = readdirSync(folder);
    run('tar', ['-xzf', join(folder, archive), '-C', folder, 'package/bin/node', 'package/LICENSE']);
    copyFileSync(join(folder, 'package/bin/node'), join(to, 'node'));
    copyFileSync(join(folder, 'package/LICENSE'), join(to, 'LICENSE-node'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
