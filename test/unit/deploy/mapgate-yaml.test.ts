import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkDeployment, readTarget } from '../../../src/deploy/target.ts';
import type { Deployment } from '../../../src/server/deployment.ts';
import { folderOf, told } from './stage.ts';

const FILES = {
  'mapproxy.yaml': 'layers: []\n',
  'osm.yaml': 'layers: []\n',
  'server.mjs': '',
  'auth.mjs': '',
  'projects/a.yaml': '',
};

function read(t: TestContext, yaml: string): { deployment: Deployment; folder: string } {
  const folder = folderOf(t, { ...FILES, 'mapgate.yaml': yaml });
  return { deployment: readTarget(path.join(folder, 'mapgate.yaml'), { listen: [] }), folder };
}

describe('mapgate.yaml: what is served', () => {
  it('a mapproxy.yaml, on var/fcgi-socket beside the file, with a worker for each core', (t) => {
    const { deployment, folder } = read(t, 'app: {mapproxy: mapproxy.yaml}\n');
    assert.deepEqual(deployment, {
      app: { kind: 'mapproxy', file: path.join(folder, 'mapproxy.yaml') },
      mount: null,
      listen: [
        { protocol: 'fastcgi', address: { kind: 'unix', path: path.join(folder, 'var/fcgi-socket') }, isDefault: true },
      ],
      workers: { count: availableParallelism(), recycleAfter: 0, memoryLimit: 0, drainTimeout: 55 },
      log: { level: 'info', format: null, loggers: {} },
    });
  });

  it('a directory of projects, not listed unless that is allowed', (t) => {
    const { deployment, folder } = read(t, 'app: {projects: ./projects, limit: 7}\n');
    const directory = path.join(folder, 'projects');
    assert.deepEqual(deployment.app, { kind: 'projects', directory, allowListing: false, limit: 7 });
  });

  it('several applications under their paths, with filters within and around', (t) => {
    const { deployment, folder } = read(
      t,
      `
mounts:
  /osm:
    mapproxy: osm.yaml
    filters:
      - use: compress
  /all: {projects: ./projects, allow_listing: yes}
filters:
  - { use: ./auth.mjs, realm: maps }
  - { use: cors, origins: [https://page.example] }
`,
    );
    const inner = { kind: 'builtin', type: 'compress', options: {}, directory: folder };
    const osm = { kind: 'mapproxy', file: path.join(folder, 'osm.yaml') };
    const all = { kind: 'projects', directory: path.join(folder, 'projects'), allowListing: true, limit: 100 };
    assert.deepEqual(deployment.app, {
      kind: 'filtered',
      filters: [
        { kind: 'module', file: path.join(folder, 'auth.mjs'), options: { realm: 'maps' } },
        { kind: 'builtin', type: 'cors', options: { origins: ['https://page.example'] }, directory: folder },
      ],
      app: {
        kind: 'mounts',
        mounts: [
          { path: '/osm', app: { kind: 'filtered', filters: [inner], app: osm } },
          { path: '/all', app: all },
        ],
      },
    });
  });

  it('AUTH-09, CFG-12: modules with hooks and plugins, with the places where they are named', (t) => {
    const { deployment, folder } = read(
      t,
      `
plugins: [./server.mjs]
mounts:
  /osm: {mapproxy: osm.yaml, authorize: ./auth.mjs, decorate: auth.mjs}
  /all: {projects: ./projects, intercept: ./auth.mjs}
  /own: {module: server.mjs}
`,
    );
    const at = (name: string, line: number, column: number, path: string) => ({
      file: `${folder}/${name}`,
      place: { file: `${folder}/mapgate.yaml`, line, column, path },
    });
    const plugins = [at('server.mjs', 2, 11, 'plugins[0]')];
    assert.ok(deployment.app.kind === 'mounts');
    const [osm, all, own] = deployment.app.mounts.map(({ app }) => app);
    assert.deepEqual(osm, {
      kind: 'mapproxy',
      file: `${folder}/osm.yaml`,
      hooks: {
        authorize: at('auth.mjs', 4, 30, 'mounts./osm.authorize'),
        decorate: at('auth.mjs', 4, 53, 'mounts./osm.decorate'),
      },
      plugins,
    });
    assert.deepEqual(all, {
      kind: 'projects',
      directory: `${folder}/projects`,
      allowListing: false,
      limit: 100,
      hooks: { intercept: at('auth.mjs', 5, 32, 'mounts./all.intercept') },
      plugins,
    });
    assert.deepEqual(own, { kind: 'module', file: `${folder}/server.mjs` });
  });

  it('is plain data that can be sent to a worker', (t) => {
    const { deployment } = read(t, 'app: {mapproxy: osm.yaml, filters: [{use: limits}]}\nworkers: 2\n');
    assert.deepEqual(JSON.parse(JSON.stringify(deployment)), deployment);
  });
});

describe('mapgate.yaml: addresses, workers, log', () => {
  const APP = 'app: {module: server.mjs}\n';

  it('reads every protocol with what belongs to it', (t) => {
    const { deployment, folder } = read(
      t,
      `${APP}listen:
  - { fastcgi: unix:run/one, mode: "0660", group: 0 }
  - { http: 8080, backlog: 99 }
  - scgi: "[::1]:4000"
  - { ajp: 127.0.0.1:8009, secret: open, packet_size: 16384 }
`,
    );
    assert.deepEqual(deployment.listen, [
      { protocol: 'fastcgi', address: { kind: 'unix', path: path.join(folder, 'run/one') }, mode: 0o660, group: 0 },
      { protocol: 'http', address: { kind: 'tcp', host: '127.0.0.1', port: 8080 }, backlog: 99 },
      { protocol: 'scgi', address: { kind: 'tcp', host: '::1', port: 4000 } },
      { protocol: 'ajp', address: { kind: 'tcp', host: '127.0.0.1', port: 8009 }, secret: 'open', packetSize: 16_384 },
    ]);
  });

  it('reads who may connect, and limits in bytes and milliseconds', (t) => {
    const { deployment } = read(
      t,
      `${APP}listen:
  - fastcgi: 0.0.0.0:9000
    allow: [192.0.2.7, 10.0.0.0/8, "2001:db8::/32"]
    limits: {params_bytes: 64K, params_pairs: 200, requests_per_connection: 1, stdin_bytes: 1G, stdin_window: 128K,
      output_window: 1M, connections: 0, header_timeout: 5, idle_timeout: 2m, write_timeout: 0, body_timeout: 500ms}
  - { http: 8080, limits: {} }
`,
    );
    const [fastcgi, http] = deployment.listen;
    assert.deepEqual(fastcgi?.allow, ['192.0.2.7', '10.0.0.0/8', '2001:db8::/32']);
    assert.deepEqual(fastcgi?.limits, {
      ...{ paramsBytes: 65_536, paramsPairs: 200, requestsPerConnection: 1, stdinBytes: 2 ** 30 },
      ...{ stdinWindow: 131_072, outputWindow: 1_048_576, connections: 0 },
      ...{ headerTimeout: 5_000, idleTimeout: 120_000, writeTimeout: 0, bodyTimeout: 500 },
    });
    assert.deepEqual(http?.limits, {});
  });

  it("SEC-03: reads whose X-Forwarded-* count; nothing said, everybody's", (t) => {
    assert.deepEqual(read(t, `${APP}trusted_peers: [127.0.0.1, 10.0.0.0/8, unix]\n`).deployment.trustedPeers, [
      ...['127.0.0.1', '10.0.0.0/8', 'unix'],
    ]);
    assert.equal(read(t, APP).deployment.trustedPeers, undefined);
  });

  it('reads the workers in short and in full', (t) => {
    assert.equal(read(t, `${APP}workers: 3\n`).deployment.workers.count, 3);
    const yaml = `${APP}workers: {count: auto, recycle_after: 1000, memory_limit: 800M, drain_timeout: 5}\n`;
    assert.deepEqual(read(t, yaml).deployment.workers, {
      count: availableParallelism(),
      recycleAfter: 1_000,
      memoryLimit: 800 * 2 ** 20,
      drainTimeout: 5,
    });
  });

  it('reads the log and the mount', (t) => {
    const log = 'log: {level: warn, format: json, loggers: {mapproxy.source.request: debug}}\n';
    const { deployment } = read(t, `${APP}${log}mount: /maps\n`);
    assert.deepEqual(deployment.log, {
      level: 'warn',
      format: 'json',
      loggers: { 'mapproxy.source.request': 'debug' },
    });
    assert.equal(deployment.mount, '/maps');
  });

  it('gives way to the command line', (t) => {
    const folder = folderOf(t, { ...FILES, 'mapgate.yaml': `${APP}workers: 3\nmount: /a\nlisten: [{http: 8080}]\n` });
    const options = { listen: [{ protocol: 'scgi', address: ':4000' }] as const, workers: 1, mount: '/b' };
    const deployment = readTarget(path.join(folder, 'mapgate.yaml'), options);
    assert.deepEqual(deployment.listen, [
      { protocol: 'scgi', address: { kind: 'tcp', host: '127.0.0.1', port: 4000 } },
    ]);
    assert.equal(deployment.workers.count, 1);
    assert.equal(deployment.mount, '/b');
  });
});

/** Each problem with the file that has it: line and column are part of what is promised. */
const WRONG: [yaml: string, ...problems: string[]][] = [
  ['app: {mapproxi: osm.yaml}\n', "1:7: app.mapproxi: unknown 'mapproxi'; did you mean 'mapproxy'?"],
  ['app: {mapproxy: osm.yaml, authorize: ./gone.mjs}\n', '1:27: app.authorize: there is no file gone.mjs'],
  [
    'app: {mapproxy: osm.yaml, authorise: ./auth.mjs}\n',
    "1:27: app.authorise: unknown 'authorise'; did you mean 'authorize'?",
  ],
  ['app: {mapproxy: osm.yaml, decorate: 5}\n', '1:27: app.decorate: expected text, got 5'],
  [
    'app: {module: server.mjs, authorize: ./auth.mjs}\n',
    "1:27: app.authorize: 'authorize' is for maps, not for a module",
  ],
  ['app: {mapproxy: osm.yaml}\nplugins: [./gone.mjs]\n', '2:11: plugins[0]: there is no file gone.mjs'],
  ['app: {mapproxy: osm.yaml}\nplugins: ./auth.mjs\n', '2:1: plugins: expected a list, got "./auth.mjs"'],
  ['lisen: []\napp: {mapproxy: osm.yaml}\n', "1:1: lisen: unknown 'lisen'; did you mean 'listen'?"],
  ['listen: []\n', 'needs exactly one of app, mounts', '1:1: listen: names no address'],
  ['app: {}\n', '1:1: app: needs exactly one of mapproxy, projects, module'],
  [
    'app: {mapproxy: osm.yaml, module: server.mjs}\n',
    '1:1: app: needs exactly one of mapproxy, projects, module, not mapproxy and module',
  ],
  ['app: osm.yaml\n', '1:1: app: expected a mapping, got "osm.yaml"'],
  ['app:\n  mapproxy: none.yaml\n', '2:3: app.mapproxy: there is no file none.yaml'],
  ['app: {projects: osm.yaml}\n', '1:7: app.projects: osm.yaml is not a directory'],
  ['app: {projects: projects, limit: 0}\n', '1:27: app.limit: expected more than 0, got 0'],
  [
    'app: {mapproxy: osm.yaml, allow_listing: true}\n',
    "1:27: app.allow_listing: 'allow_listing' is for projects, not for a mapproxy",
  ],
  ['mounts: {}\n', '1:1: mounts: names no application'],
  [
    'mounts: {osm: {mapproxy: osm.yaml}, /osm/: {mapproxy: osm.yaml}}\n',
    "1:10: mounts.osm: 'osm' must begin with a slash",
    "1:37: mounts./osm/: '/osm/' is the same path as 'osm'",
  ],
  [
    'app: {module: server.mjs}\nfilters: [{use: kors}, {use: cors, orgins: []}, {use: limits, body_bytes: many}]\n',
    "2:12: filters[0].use: there is no filter 'kors'; did you mean 'cors'?",
    "2:36: filters[1].orgins: unknown 'orgins'; did you mean 'origins'?",
    '2:63: filters[2].body_bytes: expected a number, got "many"',
  ],
  [
    'app: {module: server.mjs}\nfilters: [{use: ./none.mjs}, {realm: maps}, {use: weird}]\n',
    '2:12: filters[0].use: there is no file none.mjs',
    "2:30: filters[1]: 'use' is missing",
    "2:46: filters[2].use: there is no filter 'weird'; there are access-log, basic-auth, compress, cors, limits, and modules as ./filter.mjs",
  ],
  [
    'app: {module: server.mjs}\nlisten:\n  - {fastcgi: a/b, http: 80}\n  - {http: nowhere}\n  - {http: 80, mode: "0600"}\n  - {scgi: a/b, mode: 0660, secret: x, group: nobody-here}\n',
    '3:5: listen[0]: needs exactly one of fastcgi, http, scgi, ajp',
    '4:6: listen[1].http: "nowhere" is not an address: unix:PATH or a path with a slash, HOST:PORT, :PORT, [IPv6]:PORT or fd:N',
    "5:16: listen[2].mode: 'mode' is for unix sockets",
    '6:17: listen[3].mode: expected an octal mode in quotes, as "0660", got 432',
    '6:40: listen[3].group: this machine has no group "nobody-here"',
    "6:29: listen[3].secret: 'secret' is for ajp",
  ],
  [
    'app: {module: server.mjs}\nlisten:\n  - {scgi: 80, limits: {idle_timeout: 5, params_byts: 3}}\n  - {ajp: 81, limits: {params_bytes: 5}}\n  - {http: 82, limits: {stdin_window: 5}}\n',
    "3:42: listen[0].limits.params_byts: unknown 'params_byts'; did you mean 'params_bytes'?",
    "4:24: listen[1].limits.params_bytes: 'params_bytes' is no limit of ajp; its limits are stdin_bytes, stdin_window, output_window, connections, header_timeout, idle_timeout, write_timeout, body_timeout",
    "5:25: listen[2].limits.stdin_window: 'stdin_window' is no limit of http; its limits are params_bytes, params_pairs, stdin_bytes, connections, header_timeout, idle_timeout, write_timeout, body_timeout",
  ],
  [
    'app: {module: server.mjs}\nlisten:\n  - {fastcgi: 80, limits: {params_bytes: 3G, requests_per_connection: 70000, params_pairs: 0, header_timeout: 900h}}\n  - {fastcgi: 80, limits: {params_bytes: 3G, requests_per_connection: 70000, idle_timeout: 90000m}}\n',
    '3:78: listen[0].limits.params_pairs: expected more than 0, got 0',
    '3:95: listen[0].limits.header_timeout: expected seconds, or a number with ms, s or m, got "900h"',
    '4:28: listen[1].limits.params_bytes: expected 1 to 2147483647, got "3G"',
    '4:46: listen[1].limits.requests_per_connection: expected 1 to 65535, got 70000',
    '4:78: listen[1].limits.idle_timeout: expected 0 to 2147483647 ms, got "90000m"',
  ],
  [
    'app: {module: server.mjs}\nlisten:\n  - {ajp: 80, allow: [localhost]}\n  - {scgi: a/b, allow: [127.0.0.1]}\ntrusted_peers: [unix, 10.0.0.0/33]\n',
    '5:23: trusted_peers[1]: "10.0.0.0/33" is no address, no CIDR block as 10.0.0.0/8, and not unix',
    "3:15: listen[0].allow: 'localhost' in the list of allowed peers is neither an IP address nor a CIDR block",
    "4:17: listen[1].allow: 'allow' is for TCP addresses; a unix socket has mode, owner and group",
  ],
  ['app: {module: server.mjs}\nworkers: 0\n', '2:1: workers: expected auto or a whole number from 1, got 0'],
  [
    'app: {module: server.mjs}\nworkers: {count: many, recyle_after: 5, memory_limit: big}\n',
    "2:24: workers.recyle_after: unknown 'recyle_after'; did you mean 'recycle_after'?",
    '2:11: workers.count: expected auto or a whole number from 1, got "many"',
  ],
  [
    'app: {module: server.mjs}\nworkers: {memory_limit: big}\n',
    '2:11: workers.memory_limit: "big" is not a size such as 800M',
  ],
  [
    'app: {module: server.mjs}\nlog: {level: loud, loggers: {a: debgu}}\n',
    '2:7: log.level: "loud" is not one of trace, debug, info, warn, error, fatal, silent',
    '2:30: log.loggers.a: "debgu" is not one of trace, debug, info, warn, error, fatal, silent; did you mean \'debug\'?',
  ],
  ['app: {module: server.mjs}\nlisten: 80\n', '2:1: listen: expected a list, got 80'],
];

describe('mapgate.yaml: all that is wrong is told, with its place', () => {
  for (const [yaml, ...problems] of WRONG) {
    it(problems[0] ?? '', (t) => {
      const folder = folderOf(t, { ...FILES, 'mapgate.yaml': yaml });
      const file = path.join(folder, 'mapgate.yaml');
      const expected = problems.map((problem) => {
        const isPlaced = /^\d/.test(problem);
        return `error: mapgate.yaml:${isPlaced ? '' : ' '}${problem}`;
      });
      assert.deepEqual(told(checkDeployment(file), folder), expected);
      assert.throws(
        () => readTarget(file, { listen: [] }),
        (error) => {
          assert.ok(error instanceof Error);
          assert.equal(`error: ${error.message.replaceAll(`${folder}${path.sep}`, '')}`, expected[0]);
          return true;
        },
      );
    });
  }

  it('tells where the YAML itself is broken', (t) => {
    const folder = folderOf(t, { 'mapgate.yaml': 'app:\n  module: [\n' });
    const [problem] = checkDeployment(path.join(folder, 'mapgate.yaml'));
    assert.deepEqual([problem?.place.line, problem?.severity], [3, 'error']);
  });
});

describe('TARGET', () => {
  it("a directory: its projects, listed as by MapProxy's own command", (t) => {
    const folder = folderOf(t, FILES);
    const directory = path.join(folder, 'projects');
    const { app } = readTarget(directory, { listen: [] });
    assert.deepEqual(app, { kind: 'projects', directory, allowListing: true, limit: 100 });
  });

  it('a module and a mapproxy.yaml, on var/fcgi-socket here', (t) => {
    const folder = folderOf(t, FILES);
    const module = readTarget(path.join(folder, 'server.mjs'), { listen: [] });
    assert.deepEqual(module.app, { kind: 'module', file: path.join(folder, 'server.mjs') });
    assert.deepEqual(module.listen, [
      { protocol: 'fastcgi', address: { kind: 'unix', path: path.resolve('var/fcgi-socket') }, isDefault: true },
    ]);
    const osm = readTarget(path.join(folder, 'osm.yaml'), { listen: [] });
    assert.deepEqual(osm.app, { kind: 'mapproxy', file: path.join(folder, 'osm.yaml') });
  });

  it('nothing that is not there', () => {
    assert.throws(
      () => readTarget('/none/mapgate.yaml', { listen: [] }),
      /^ConfigError: \/none\/mapgate\.yaml: no such file$/,
    );
    assert.throws(
      () => readTarget('/none/etc.ini#main', { listen: [] }),
      /^ConfigError: \/none\/etc\.ini: no such file$/,
    );
  });
});
