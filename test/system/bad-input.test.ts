import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';

/** What a process gets to say what is wrong, in milliseconds. */
const DEADLINE = 60_000;

/** Debian's user without rights. */
const NOBODY = 65_534;

const MODULE = "export const application = () => ({ status: 200, headers: {}, body: 'x' });";
const MAPS = 'services: {tms: }\nlayers: [{name: a, title: A, sources: [d]}]\nsources: {d: {type: debug}}\n';

interface Bad {
  readonly title: string;
  /** Of the folder that it runs in. `app.mjs` and `maps.yaml` are there, and good. */
  readonly files?: Readonly<Record<string, string>>;
  readonly prepare?: (sandbox: Sandbox) => void | Promise<void>;
  readonly args: readonly string[];
  /** What the one line says. */
  readonly says: RegExp;
  readonly asNobody?: true;
}

const listening = (address: string, more: object = {}) => ({
  'mapgate.yaml': JSON.stringify({ app: { module: 'app.mjs' }, listen: [{ fastcgi: address, ...more }] }),
});
const settings = (more: object) => ({
  'mapgate.yaml': JSON.stringify({ app: { module: 'app.mjs' }, listen: [{ http: '127.0.0.1:0' }], ...more }),
});

const PLACES: Bad[] = [
  {
    title: 'an address that is none',
    args: ['serve', 'app.mjs', '--http', 'localhost'],
    says: /command line: "localhost" is not an address/,
  },
  { title: 'a port that is none', args: ['serve', 'app.mjs', '--http', ':70000'], says: /":70000" is not an address/ },
  {
    title: 'a descriptor that is not open',
    args: ['serve', 'app.mjs', '--http', 'fd:77'],
    says: /cannot listen on http fd:77/,
  },
  {
    title: 'the same address twice',
    args: ['serve', 'app.mjs', '--http', ':8099', '--http', ':8099'],
    says: /cannot listen on 127\.0\.0\.1:8099 for http twice/,
  },
  {
    title: 'a name that no machine has',
    args: ['serve', 'app.mjs', '--http', 'nothing.invalid:8080'],
    says: /cannot listen on http nothing\.invalid:8080: /,
  },
  {
    title: 'a path longer than a socket can have',
    args: ['serve', 'app.mjs', '--fastcgi', `unix:${'x/'.repeat(60)}s`],
    says: /cannot listen on fastcgi unix:.* has \d+ bytes; at most 107 fit/,
  },
  {
    title: 'a directory for a socket',
    prepare: (sandbox) => mkdirSync(sandbox.path('s')),
    args: ['serve', 'app.mjs', '--fastcgi', './s'],
    says: /cannot listen on fastcgi unix:.*\/s: /,
  },
  {
    title: 'a file for a socket',
    files: { s: 'mine' },
    args: ['serve', 'app.mjs', '--fastcgi', './s'],
    says: /cannot listen on fastcgi unix:.*\/s: .*not a socket/,
  },
  {
    title: 'a socket below a file',
    files: { s: '' },
    args: ['serve', 'app.mjs', '--fastcgi', './s/socket'],
    says: /cannot listen on fastcgi unix:.*\/s\/socket: /,
  },
  {
    title: 'a group that nobody has',
    files: listening('unix:s', { group: 'no-such-group' }),
    args: ['serve'],
    says: /mapgate\.yaml:1:\d+: listen\[0\]\.group: .*no-such-group/,
  },
  {
    title: 'an owner that nobody is',
    files: listening('unix:s', { owner: 'no-such-user' }),
    args: ['serve'],
    says: /mapgate\.yaml:1:\d+: listen\[0\]\.owner: .*no-such-user/,
  },
  {
    title: 'a mode that is none',
    files: listening('unix:s', { mode: '0999' }),
    args: ['serve'],
    says: /listen\[0\]\.mode: /,
  },
  {
    title: 'a pid file below a file',
    files: settings({ pid_file: 'app.mjs/pid' }),
    args: ['serve'],
    says: /cannot write pid_file .*app\.mjs/,
  },
  {
    title: 'a pid file that is a directory',
    files: settings({ pid_file: '.' }),
    args: ['serve'],
    says: /cannot write pid_file .*: it is a directory/,
  },
  {
    title: 'a log below a file',
    files: settings({ log: { file: 'app.mjs/log' } }),
    args: ['serve'],
    says: /cannot open the log .*app\.mjs\/log: /,
  },
  {
    title: 'a log that is a directory',
    files: settings({ log: { file: '.' } }),
    args: ['serve'],
    says: /cannot open the log .*: EISDIR/,
  },
  {
    title: 'a socket in a place that may not be written',
    args: ['serve', 'app.mjs', '--fastcgi', './closed/s'],
    prepare: (sandbox) => mkdirSync(sandbox.path('closed'), 0o555),
    says: /cannot listen on fastcgi unix:.*EACCES/,
    asNobody: true,
  },
  {
    title: 'an admin address below a file',
    files: settings({ admin: 'unix:app.mjs/s' }),
    args: ['serve'],
    says: /cannot listen on admin unix:.*app\.mjs\/s: /,
  },
];

const OTHERS: Bad[] = [
  {
    title: 'nothing to serve',
    args: ['serve'],
    says: /mapgate\.yaml: no such file; name what to serve, .*: mapgate create -t base-config maps/,
  },
  { title: 'an unknown command', args: ['sevre'], says: /unknown command 'sevre'/ },
  { title: 'no worker', args: ['serve', '--workers', '0'], says: /must be a whole number from 1, or auto/ },
  { title: 'ping of an address that is none', args: ['ping', 'nowhere'], says: /"nowhere" is not an address/ },
  { title: 'ping with a time that is none', args: ['ping', './s', '--timeout', 'soon'], says: /--timeout/ },
  { title: 'create without a template', args: ['create', 'x'], says: /create needs a template: -t NAME/ },
  { title: 'create with an unknown template', args: ['create', '-t', 'nginxx', 'x'], says: /nginxx/ },
  { title: 'create below a file', args: ['create', '-t', 'base-config', 'app.mjs/x'], says: /app\.mjs\/x/ },
  { title: 'a schema of nothing', args: ['schema', 'x.yaml'], says: /mapgate\.yaml, mapproxy\.yaml/ },
  { title: 'development of nothing', args: ['serve-develop', 'none.yaml'], says: /none\.yaml: no such file/ },
  { title: 'development at an address that is none', args: ['serve-develop', 'maps.yaml', '-b', 'x:y'], says: /x:y/ },
  {
    title: 'projects for development that are no directory',
    args: ['serve-multiapp-develop', 'app.mjs'],
    says: /app\.mjs/,
  },
];

/** Runs it. @returns its exit code, what it said, and what it left in the folder */
async function run(t: TestContext, bad: Bad) {
  const sandbox = new Sandbox(t);
  // Others than its owner must reach the folder, and may not write there.
  chmodSync(sandbox.folder, 0o755);
  writeFileSync(sandbox.path('app.mjs'), MODULE);
  writeFileSync(sandbox.path('maps.yaml'), MAPS);
  for (const [name, content] of Object.entries(bad.files ?? {})) writeFileSync(sandbox.path(name), content);
  await bad.prepare?.(sandbox);
  const before = readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' });
  const options = bad.asNobody === true && process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const mapgate = new Mapgate(t, bad.args, { cwd: sandbox.folder, ...options });
  const timer = setTimeout(() => mapgate.signal('SIGKILL'), DEADLINE);
  const code = await mapgate.exited;
  clearTimeout(timer);
  const left = readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !before.includes(name),
  );
  return { code, said: mapgate.log + mapgate.output, left };
}

for (const [name, table] of Object.entries({ 'bad places': PLACES, 'bad commands': OTHERS })) {
  describe(`${name} are told in one line, with exit code 2, and nothing is left behind:`, { concurrency: 2 }, () => {
    for (const bad of table) {
      it(bad.title, async (t) => {
        const { code, said, left } = await run(t, bad);
        assert.match(said, bad.says);
        assert.equal(code, 2, said);
        assert.deepEqual(left, []);
        // `check` adds up what it found; commander points to the help.
        const lines = said
          .trim()
          .split('\n')
          .filter((line) => !/^\d+ errors, |^$|--help tells|Did you mean/.test(line));
        assert.equal(lines.length, 1, said);
      });
    }
  });
}

describe('an address in use', () => {
  it('is told with the address, and nothing else is left bound', async (t) => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const args = ['serve', 'app.mjs', '--fastcgi', './s', '--http', `127.0.0.1:${port}`];
    const { code, said, left } = await run(t, { title: '', args, says: /./ });
    assert.match(said, new RegExp(`^mapgate: cannot listen on http 127\\.0\\.0\\.1:${port}: .* is in use\\n$`));
    assert.deepEqual([code, left], [2, []]);
  });
});

describe('a reader that has enough', () => {
  it('ends the command without a word', () => {
    const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
    const script = '{ "$0" "$1" schema mapproxy.yaml; echo $? >&2; } | head -c 10';
    const { stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, main], { encoding: 'utf8' });
    assert.equal(stdout.length, 10);
    assert.equal(stderr, '0\n');
  });
});

/** Whether ports below 1024 are kept for those with rights here. */
const low = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));

describe('a port for which rights are needed', { skip: low <= 81 && 'every account may take any port here' }, () => {
  it('is told with the address', async (t) => {
    const args = ['serve', 'app.mjs', '--http', '127.0.0.1:81'];
    const { code, said, left } = await run(t, { title: '', args, says: /./, asNobody: true });
    assert.match(said, /^mapgate: cannot listen on http 127\.0\.0\.1:81: .*EACCES.*\n$/);
    assert.deepEqual([code, left], [2, []]);
  });
});
