// Node itself, as it runs on machines that have nothing but glibc.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

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
  else fetchOfficial(node);
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

/** The official program of the version that runs this, out of the registry. */
function fetchOfficial(node) {
  const name = `node-${process.platform}-${process.arch}@${process.versions.node}`;
  const folder = mkdtempSync(join(tmpdir(), 'mapgate-bundle-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder, name]);
    const [archive] = readdirSync(folder);
    run('tar', ['-xzf', join(folder, archive), '-C', folder, 'package/bin/node']);
    copyFileSync(join(folder, 'package/bin/node'), node);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
