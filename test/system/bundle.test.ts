import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TILE = '/tms/1.0.0/world/webmercator/0/0/0.png';
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const DEADLINE = 60_000;

const skip = process.platform === 'linux' ? false : 'the bundle is for Linux';

/** Holds one bundle, made for all tests. */
const stage = mkdtempSync(path.join(tmpdir(), 'mapgate bundle-'));
let bundle = '';

before(() => {
  if (skip !== false) return;
  execFileSync(process.execPath, ['scripts/bundle.mjs', '--no-archive', '--out', stage], { cwd: ROOT });
  const [name = ''] = readdirSync(stage);
  bundle = path.join(stage, name);
});

after(() => rmSync(stage, { recursive: true, force: true }));

/** Starts a program with nothing in its environment; resolves when it says where it serves. */
async function start(t: TestContext, command: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let output = '';
  const url = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`does not serve:\n${output}`)), DEADLINE);
    const hear = (text: string) => {
      output += text;
      const told = /^(http:\/\/127\.0\.0\.1:\d+)\//m.exec(output)?.[1];
      if (told !== undefined) resolve(told);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`ended:\n${output}`)));
    const clear = () => clearTimeout(late);
    child.on('exit', clear);
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  });
  return { url: await url, output: () => output };
}

async function assertTile(url: string): Promise<void> {
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200, body.toString().slice(0, 300));
  assert.deepEqual(body.subarray(0, 8), PNG);
}

test('a bundle shows the sample map with an empty environment', { skip }, async (t) => {
  const { url } = await start(t, [path.join(bundle, 'start'), '--no-browser']);
  await assertTile(`${url}${TILE}`);
  const page = await fetch(`${url}/demo/`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /World \(Natural Earth\)/);
  assert.equal((await fetch(`${url}/demo/static/ol.js`)).status, 200);
});

test('the command line of a bundle runs through a symbolic link', { skip }, () => {
  const link = path.join(stage, 'linked');
  symlinkSync(path.join(path.basename(bundle), 'mapgate'), link);
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const said = execFileSync(link, ['--version'], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  assert.equal(said, `mapgate ${version}\n`);
  rmSync(link);
});

test('what a bundle writes for web servers names its own command', { skip }, () => {
  // Web servers take no blanks in paths, so this one lies elsewhere.
  const plain = mkdtempSync(path.join(tmpdir(), 'mapgate-bundle-'));
  try {
    for (const name of readdirSync(bundle)) symlinkSync(path.join(bundle, name), path.join(plain, name));
    rmSync(path.join(plain, 'mapgate'));
    copyFileSync(path.join(bundle, 'mapgate'), path.join(plain, 'mapgate'));
    execFileSync(path.join(plain, 'mapgate'), ['create', '-t', 'systemd', 'units'], { cwd: plain, env: {} });
    const unit = readFileSync(path.join(plain, 'units/mapgate.service'), 'utf8');
    assert.match(unit, new RegExp(`^ExecStart=${plain}/mapgate serve ${plain}/mapgate\\.yaml `, 'm'));
  } finally {
    rmSync(plain, { recursive: true });
  }
});

const GLIBC = ['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'libresolv.so.2', 'librt.so.1'];

/** A root folder with a shell and glibc, and nothing else. */
function bareRoot(t: TestContext): string {
  const root = mkdtempSync(path.join(tmpdir(), 'mapgate-root-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['bin', 'tmp', 'proc', 'dev', 'medium', 'medium/mapgate'])
    mkdirSync(path.join(root, folder), { recursive: true });
  const shell = existsSync('/bin/dash') ? '/bin/dash' : '/bin/sh';
  copyFileSync(shell, path.join(root, 'bin/sh'));
  const known = execFileSync('ldconfig', ['-p'], { encoding: 'utf8', env: { PATH: '/sbin:/usr/sbin:/bin:/usr/bin' } });
  const files = GLIBC.map((name) => {
    const file = known
      .split('\n')
      .find((line) => line.includes(` ${name} `) || line.trim().startsWith(`${name} (libc6,`));
    return file?.split(' => ')[1] ?? '';
  });
  const loader = /(\/lib\S*ld-linux\S*)/.exec(execFileSync('ldd', [process.execPath], { encoding: 'utf8' }))?.[1] ?? '';
  for (const file of [...files, loader]) {
    const to = path.join(root, file);
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(file, to);
  }
  return root;
}

/** Runs in a root of its own, in which `medium` cannot be written to. */
const IN_ROOT = `
root=$1 bundle=$2
shift 2
for folder in proc dev; do mount --rbind "/$folder" "$root/$folder" || exit 1; done
mount --bind "$root/medium" "$root/medium" && mount -o remount,bind,ro "$root/medium" || exit 1
mount --bind "$bundle" "$root/medium/mapgate" && mount -o remount,bind,ro "$root/medium/mapgate" || exit 1
exec chroot "$root" "$@"
`;

function inRoot(root: string, command: readonly string[]): string[] {
  return ['unshare', '-m', '/bin/sh', '-c', IN_ROOT, 'sh', root, bundle, ...command];
}

function mayUnshare(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '--bind', '/tmp', '/tmp'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const skipRoot = skip === false && (process.getuid?.() !== 0 || !mayUnshare()) ? 'needs root that may mount' : skip;
const TOOLS = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

test('a bundle on a medium that cannot be written to, on a machine with nothing but glibc', {
  skip: skipRoot,
}, async (t) => {
  const root = bareRoot(t);

  await t.test('shows the sample map', async (t) => {
    const { url } = await start(t, inRoot(root, ['/medium/mapgate/start', '--no-browser']), TOOLS);
    await assertTile(`${url}${TILE}`);
    assert.match(await (await fetch(`${url}/demo/`)).text(), /World \(Natural Earth\)/);
  });

  await t.test('shows the map that lies beside it, and keeps its tiles where it may write', async (t) => {
    const project = readFileSync(path.join(ROOT, 'conf-examples/project/mapproxy.yaml'), 'utf8');
    writeFileSync(path.join(root, 'medium/mapproxy.yaml'), project.replace(/^ *disable_storage: true\n/m, ''));
    const env = { ...TOOLS, XDG_CACHE_HOME: '/tmp/caches' };
    const { url } = await start(t, inRoot(root, ['/medium/mapgate/start', '--no-browser']), env);
    await assertTile(`${url}/tiles/example/webmercator/1/0/0.png`);
    const kept = readdirSync(path.join(root, 'tmp/caches/mapgate'), { recursive: true }).map(String);
    assert.ok(
      kept.some((name) => name.includes('cache_data') && name.endsWith('.png')),
      kept.join('\n'),
    );
    rmSync(path.join(root, 'medium/mapproxy.yaml'));
  });

  await t.test('shows a folder of maps', async (t) => {
    mkdirSync(path.join(root, 'medium/projects'));
    const from = path.join(ROOT, 'conf-examples/project/mapproxy.yaml');
    copyFileSync(from, path.join(root, 'medium/projects/first.yaml'));
    const { url } = await start(t, inRoot(root, ['/medium/mapgate/start', '--no-browser']), TOOLS);
    await assertTile(`${url}/first/tiles/example/webmercator/1/0/0.png`);
    rmSync(path.join(root, 'medium/projects'), { recursive: true });
  });

  await t.test('serves FastCGI by its native addon', async (t) => {
    const sample = '/medium/mapgate/node_modules/mapgate/conf-examples/world/mapproxy.yaml';
    const serve = ['/medium/mapgate/mapgate', 'serve', sample, '--workers', '1', '--fastcgi', '/tmp/fcgi-socket'];
    const child = spawn('unshare', inRoot(root, serve).slice(1), { env: TOOLS, stdio: ['ignore', 'ignore', 'pipe'] });
    const exited = once(child, 'exit');
    t.after(async () => {
      child.kill('SIGTERM');
      await exited;
    });
    let log = '';
    for await (const text of child.stderr.setEncoding('utf8')) {
      log += text;
      if (log.includes('"msg":"serving"')) break;
    }
    assert.match(log, /"transport":"native"/);
  });
});
