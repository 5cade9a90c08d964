import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkTarget } from '../../../src/deploy/target.ts';
import { folderOf, told } from './stage.ts';

const YAML = {
  'etc/mapproxy.yaml': '',
  'etc/osm.yaml': '',
  'etc/projects/a.yaml': '',
};

function read(t: TestContext, ini: string, files: Record<string, string> = {}, name = '') {
  const folder = folderOf(t, { ...YAML, ...files, 'etc/config.ini': ini });
  const { deployment, problems } = checkTarget(path.join(folder, `etc/config.ini${name}`));
  const at = (file: string) => path.join(folder, file);
  return { deployment, problems: told(problems, folder), at };
}

/** An application and a server without problems, where a test is about something else. */
const APP = '[app:main]\nuse = egg:MapProxy#app\nmapproxy_conf = %(here)s/mapproxy.yaml\n';
const SERVER = '[server:main]\nuse = egg:Paste#http\n';

const cores = availableParallelism();

describe('the .ini files of an existing project', () => {
  /** With the keys of the develop.ini that came with MapProxy 0.9 and 1.0. */
  const DEVELOP = `
[app:main]
use = egg:MapProxy#app
mapproxy_conf = %(here)s/mapproxy.yaml
log_conf =
reload_files = %(here)s/*.*
filter-with = translogger

[server:main]
# over TCP
use = egg:Paste#http
host = 0.0.0.0
port = 8080

[filter:translogger]
use = egg:Paste#translogger

[loggers]
keys=root
[handlers]
keys=console
[formatters]
keys=default
[logger_root]
level=DEBUG
qualname=root
handlers=console
[handler_console]
class=StreamHandler
formatter=default
args=(sys.stdout, )
[formatter_default]
format=%(asctime)s - %(levelname)s - %(message)s
`;

  it('develop.ini: HTTP, each request logged, levels as told', (t) => {
    const { deployment, problems, at } = read(t, DEVELOP);
    assert.deepEqual(deployment?.app, {
      kind: 'filtered',
      filters: [{ kind: 'builtin', type: 'access-log', options: {}, directory: at('etc') }],
      app: { kind: 'mapproxy', file: at('etc/mapproxy.yaml') },
    });
    assert.deepEqual(deployment?.listen, [{ protocol: 'http', address: { kind: 'tcp', host: '0.0.0.0', port: 8080 } }]);
    assert.equal(deployment?.log.level, 'debug');
    assert.deepEqual(problems, [
      'warning: etc/config.ini:32: formatter_default: formatters have no effect: log lines have a form of their own',
    ]);
  });

  /** With the keys of the config.ini and log_deploy.ini that came with MapProxy 0.9 and 1.0. */
  const CONFIG = `
[app:main]
use = egg:MapProxy#app
mapproxy_conf = %(here)s/mapproxy.yaml
log_conf = %(here)s/log_deploy.ini

[server:main]
use = egg:Flup#fcgi_fork
socket = %(here)s/../var/fcgi-socket
umask = 000
maxRequests = 500
minSpare = 4
maxSpare = 16
maxChildren = 64
`;
  const LOG_DEPLOY = `
[loggers]
keys=root,mapproxy,client
[handlers]
keys=console,mapproxy
[formatters]
keys=
[logger_root]
level=WARN
handlers=console
[logger_mapproxy]
level=INFO
qualname=mapproxy
handlers=mapproxy
[logger_client]
level=NOTSET
qualname=mapproxy.core.client.http
[handler_console]
class=StreamHandler
args=(sys.stdout, )
[handler_mapproxy]
class=FileHandler
args=(r"%(here)s/../var/proxy.log", "a")
`;

  it('config.ini: FastCGI on the socket that the web server knows, with the levels of log_deploy.ini', (t) => {
    const { deployment, problems, at } = read(t, CONFIG, { 'etc/log_deploy.ini': LOG_DEPLOY });
    assert.deepEqual(deployment, {
      app: { kind: 'mapproxy', file: at('etc/mapproxy.yaml') },
      mount: null,
      listen: [{ protocol: 'fastcgi', address: { kind: 'unix', path: at('var/fcgi-socket') }, mode: 0o777 }],
      workers: {
        count: Math.min(64, cores),
        recycleAfter: 500 * Math.ceil(64 / Math.min(64, cores)),
        memoryLimit: 0,
        drainTimeout: 55,
      },
      log: { level: 'warn', format: null, loggers: { mapproxy: 'info' } },
    });
    assert.deepEqual(problems, [
      "warning: etc/config.ini:12: server:main.minSpare: 'minSpare' has no effect here",
      "warning: etc/config.ini:13: server:main.maxSpare: 'maxSpare' has no effect here",
      'warning: etc/log_deploy.ini:22: handler_mapproxy.class: FileHandler has no effect: everything is logged to standard error',
    ]);
  });

  it('of MapProxy 0.8: says what to do', (t) => {
    const app = '[app:main]\nuse = egg:MapProxy#app\nservices_conf = services.yaml\nproxy_conf = proxy.yaml\n';
    assert.deepEqual(read(t, app + SERVER).problems, [
      "error: etc/config.ini:3: app:main.services_conf: 'services_conf' is of MapProxy 0.8: write a mapproxy.yaml and name it as mapproxy_conf",
    ]);
  });

  it('several projects in a directory (APP-14)', (t) => {
    const app = '[app:main]\nuse = egg:MapProxy#multiapp\nconfig_dir = %(here)s/projects\nallow_listing = true\n';
    const { deployment, problems, at } = read(t, app + SERVER);
    assert.deepEqual(problems, []);
    const projects = { kind: 'projects', directory: at('etc/projects'), limit: 100 };
    assert.deepEqual(deployment?.app, { ...projects, allowListing: true });
    const unlisted = read(t, `${app.replace('true', 'false')}${SERVER}`);
    assert.deepEqual(unlisted.deployment?.app, {
      ...projects,
      directory: unlisted.at('etc/projects'),
      allowListing: false,
    });
  });

  it('several applications by Paste urlmap', (t) => {
    const ini = `
[composite:main]
use = egg:Paste#urlmap
/proxy1 = one
/proxy1/inner/ = two
not_found_app = one

[app:one]
use = egg:MapProxy#app
mapproxy_conf = %(here)s/mapproxy.yaml
[app:two]
use = egg:MapProxy#app
mapproxy_conf = %(here)s/osm.yaml
${SERVER}`;
    const { deployment, problems, at } = read(t, ini);
    assert.deepEqual(problems, []);
    const one = { kind: 'mapproxy', file: at('etc/mapproxy.yaml') };
    assert.deepEqual(deployment?.app, {
      kind: 'mounts',
      mounts: [
        { path: '/proxy1', app: one },
        { path: '/proxy1/inner', app: { kind: 'mapproxy', file: at('etc/osm.yaml') } },
        { path: '/', app: one },
      ],
    });
  });
});

describe('how sections of an .ini lead to each other', () => {
  const appOf = (t: TestContext, ini: string, files?: Record<string, string>, name?: string) => {
    const { deployment, problems, at } = read(t, ini + SERVER, files, name);
    assert.deepEqual(problems, []);
    assert.ok(deployment !== undefined);
    return { app: deployment.app, at };
  };

  it('the application is named after # on the command line', (t) => {
    const ini = `${APP}[app:osm]\nuse = egg:MapProxy#app\nmapproxy_conf = %(here)s/osm.yaml\n`;
    const { app, at } = appOf(t, ini, {}, '#osm');
    assert.deepEqual(app, { kind: 'mapproxy', file: at('etc/osm.yaml') });
  });

  it('use of another section, with an option of its own', (t) => {
    const ini = `[app:main]\nuse = base\nmapproxy_conf = %(here)s/osm.yaml\n${APP.replace('main', 'base')}`;
    const { app, at } = appOf(t, ini);
    assert.deepEqual(app, { kind: 'mapproxy', file: at('etc/osm.yaml') });
  });

  it('use of another file, where %(here)s is another folder', (t) => {
    const other = '[app:deep]\nuse = egg:MapProxy#app\nmapproxy_conf = %(here)s/deep.yaml\n';
    const { app, at } = appOf(t, '[app:main]\nuse = config:more/other.ini#deep\n', {
      'etc/more/other.ini': other,
      'etc/more/deep.yaml': '',
    });
    assert.deepEqual(app, { kind: 'mapproxy', file: at('etc/more/deep.yaml') });
  });

  it('references within references, from [DEFAULT] too', (t) => {
    const ini = `[DEFAULT]\nname = osm\nfile = %(here)s/%(name)s.yaml\n[app:main]\nuse = egg:MapProxy#app\nmapproxy_conf = %(file)s\n`;
    const { app, at } = appOf(t, ini);
    assert.deepEqual(app, { kind: 'mapproxy', file: at('etc/osm.yaml') });
  });

  it('set and get of global options', (t) => {
    const ini = `[DEFAULT]\nconf = %(here)s/osm.yaml\n[app:main]\nuse = egg:MapProxy#app\nget mapproxy_conf = conf\n`;
    assert.deepEqual(appOf(t, ini).app.kind, 'mapproxy');
  });

  it('a function instead of an egg, and [application:...]', (t) => {
    const ini = `[application:main]\npaste.app_factory = mapproxy.wsgiapp:app_factory\nmapproxy_conf = %(here)s/osm.yaml\n`;
    assert.deepEqual(appOf(t, ini).app.kind, 'mapproxy');
  });

  const GZIP = '[filter:zip]\nuse = egg:Paste#gzip\ncompress_level = 9\n';
  const LOG = '[filter:log]\nuse = egg:Paste#translogger\n';

  it('a pipeline: the first filter is the outermost', (t) => {
    const ini = `[pipeline:main]\npipeline = log zip\n  osm\n${APP.replace('main', 'osm')}${GZIP}${LOG}`;
    const { app, at } = appOf(t, ini);
    const directory = at('etc');
    assert.deepEqual(app, {
      kind: 'filtered',
      filters: [
        { kind: 'builtin', type: 'access-log', options: {}, directory },
        { kind: 'builtin', type: 'compress', options: { gzip_level: 9 }, directory },
      ],
      app: { kind: 'mapproxy', file: at('etc/mapproxy.yaml') },
    });
  });

  it('a filter-app around the next, and filter-with on a filter', (t) => {
    const ini = `[filter-app:main]\nuse = egg:Paste#gzip\nnext = osm\nfilter-with = log\n${APP.replace('main', 'osm')}${LOG}`;
    const { app } = appOf(t, ini);
    const types: string[] = [];
    let inner = app;
    while (inner.kind === 'filtered') {
      types.push(...inner.filters.map((filter) => (filter.kind === 'builtin' ? filter.type : filter.kind)));
      inner = inner.app;
    }
    assert.deepEqual(types, ['access-log', 'compress']);
    assert.equal(inner.kind, 'mapproxy');
  });

  const wrong: [title: string, ini: string, problem: string][] = [
    [
      'no such application',
      '[app:mian]\nuse = egg:MapProxy#app\n',
      "etc/config.ini: there is no section [app:main]; did you mean 'mian'?",
    ],
    [
      'two of one name',
      `${APP}[pipeline:main]\npipeline = osm\n`,
      "etc/config.ini: 'main' may be any of [app:main], [pipeline:main]",
    ],
    [
      'a circle of uses',
      '[app:main]\nuse = other\n[app:other]\nuse = main\n',
      'etc/config.ini:4: app:other.use: [app:main] leads back to itself',
    ],
    [
      'a pipeline of itself',
      '[pipeline:main]\npipeline = main\n',
      "etc/config.ini:2: pipeline:main.pipeline: 'main' contains itself",
    ],
    [
      'a reference to nothing',
      '[app:main]\nuse = egg:MapProxy#app\nmapproxy_conf = %(hear)s/a\n',
      'etc/config.ini:3: app:main.mapproxy_conf: %(hear)s refers to nothing',
    ],
    [
      'a reference to itself',
      '[app:main]\nuse = egg:MapProxy#app\nmapproxy_conf = %(mapproxy_conf)s\n',
      'etc/config.ini:3: app:main.mapproxy_conf: refers to itself',
    ],
    [
      'a lone percent sign',
      '[app:main]\nuse = egg:MapProxy#app\nmapproxy_conf = 100%\n',
      'etc/config.ini:3: app:main.mapproxy_conf: expected %(name)s or %% in "100%"',
    ],
    [
      'a file that is not there',
      '[app:main]\nuse = egg:MapProxy#app\nmapproxy_conf = %(here)s/none.yaml\n',
      'etc/config.ini:3: app:main.mapproxy_conf: there is no file etc/none.yaml',
    ],
    ['no file named', '[app:main]\nuse = egg:MapProxy#app\n', "etc/config.ini:1: app:main: 'mapproxy_conf' is missing"],
    ['no use', '[app:main]\nmapproxy_conf = a\n', "etc/config.ini:1: app:main: 'use' is missing"],
    [
      'Python',
      '[app:main]\nuse = egg:Paste#static\n',
      'etc/config.ini:2: app:main.use: egg:Paste#static is Python, which cannot be run here',
    ],
    [
      'another file that is not there',
      '[app:main]\nuse = config:other.ini\n',
      "etc/other.ini: cannot be read: ENOENT: no such file or directory, open 'etc/other.ini'",
    ],
    [
      'a filter that may be what keeps strangers out',
      `${APP}filter-with = auth\n[filter:auth]\npaste.filter_app_factory = mymodule:AuthFilter\n`,
      'etc/config.ini:6: filter:auth.paste.filter_app_factory: filter mymodule:AuthFilter is Python, which cannot be run here; write it as a module and name it under `filters` of a mapgate.yaml',
    ],
  ];
  for (const [title, ini, problem] of wrong) {
    it(`is told: ${title}`, (t) => {
      const { deployment, problems } = read(t, ini + SERVER);
      assert.equal(deployment, undefined);
      assert.equal(problems[0], `error: ${problem}`);
    });
  }

  it('leaves out what cannot be run beside what can, with a warning', (t) => {
    const ini = `[composite:main]\nuse = egg:Paste#urlmap\n/maps = osm\n/static = files\n${APP.replace('main', 'osm')}[app:files]\nuse = egg:Paste#static\n`;
    const { deployment, problems } = read(t, ini + SERVER);
    assert.deepEqual(problems, [
      'warning: etc/config.ini:9: app:files.use: egg:Paste#static is Python, which cannot be run here: it is left out',
    ]);
    assert.ok(deployment?.app.kind === 'mounts');
    assert.deepEqual(
      deployment.app.mounts.map((mount) => mount.path),
      ['/maps'],
    );
  });

  it('leaves out filters that help to develop in Python, with a warning; takes the mount of the prefix filter', (t) => {
    const ini = `[pipeline:main]\npipeline = prefix errors osm\n${APP.replace('main', 'osm')}[filter:errors]\nuse = egg:WebError#evalerror\n[filter:prefix]\nuse = egg:PasteDeploy#prefix\nprefix = /maps\n`;
    const { deployment, problems } = read(t, ini + SERVER);
    assert.deepEqual(problems, [
      'warning: etc/config.ini:7: filter:errors.use: filter egg:WebError#evalerror is left out: it is there to develop in Python',
    ]);
    assert.equal(deployment?.app.kind, 'mapproxy');
    assert.equal(deployment?.mount, '/maps');
  });

  it('warns of options that it does not know', (t) => {
    const { problems } = read(t, `${APP}mapproxy_cnof = a\n${SERVER}`);
    assert.deepEqual(problems, [
      "warning: etc/config.ini:4: app:main.mapproxy_cnof: unknown 'mapproxy_cnof'; did you mean 'mapproxy_conf'?",
    ]);
  });
});

describe('servers of an .ini', () => {
  const tcp = (host: string, port: number) => ({ kind: 'tcp', host, port });
  const servers: [section: string, listen: object[], ...problems: string[]][] = [
    ['use = egg:Paste#http', [{ protocol: 'http', address: tcp('127.0.0.1', 8080) }]],
    ['use = egg:Paste#http\nhost = 0.0.0.0:9090', [{ protocol: 'http', address: tcp('0.0.0.0', 9090) }]],
    ['use = egg:Flup#fcgi\nhost = ::1\nport = 5050', [{ protocol: 'fastcgi', address: tcp('::1', 5050) }]],
    [
      'use = egg:Flup#fcgi_thread\nhost = localhost\nport = 5050',
      [{ protocol: 'fastcgi', address: tcp('localhost', 5050) }],
    ],
    ['use = egg:Flup#scgi', [{ protocol: 'scgi', address: tcp('127.0.0.1', 4000) }]],
    ['use = egg:Flup#scgi_fork\nport = 4001', [{ protocol: 'scgi', address: tcp('127.0.0.1', 4001) }]],
    ['use = egg:Flup#ajp_thread', [{ protocol: 'ajp', address: tcp('127.0.0.1', 8009) }]],
    ['use = egg:PasteScript#flup_ajp_fork', [{ protocol: 'ajp', address: tcp('127.0.0.1', 8009) }]],
    [
      'use = egg:Flup#fcgi\nsocket = /run/m\numask = 002',
      [{ protocol: 'fastcgi', address: { kind: 'unix', path: '/run/m' }, mode: 0o775 }],
    ],
    [
      'use = egg:Flup#scgi\nhost = 0.0.0.0',
      [{ protocol: 'scgi', address: tcp('0.0.0.0', 4000) }],
      'warning: etc/config.ini:6: server:main.host: scgi on 0.0.0.0 is open to whoever reaches it: allowedServers is not enforced',
    ],
    [
      'use = egg:Flup#fcgi',
      [{ protocol: 'fastcgi', address: { kind: 'unix', path: path.resolve('var/fcgi-socket') }, isDefault: true }],
      'warning: etc/config.ini:4: server:main: names neither socket nor host: what a web server starts is served, else var/fcgi-socket',
    ],
  ];
  for (const [section, listen, ...problems] of servers) {
    it(section.replaceAll('\n', ', '), (t) => {
      const read_ = read(t, `${APP}[server:main]\n${section}\n`);
      assert.deepEqual(read_.problems, problems);
      assert.deepEqual(read_.deployment?.listen, listen);
    });
  }

  it('starts no more workers than cores, each in the place of several children', (t) => {
    const pool = (options: string) =>
      read(t, `${APP}[server:main]\nuse = egg:Flup#scgi_fork\n${options}`).deployment?.workers;
    assert.deepEqual(pool('maxChildren = 1\nmaxRequests = 10')?.count, 1);
    assert.deepEqual(pool('maxChildren = 1\nmaxRequests = 10')?.recycleAfter, 10);
    assert.deepEqual(pool('')?.recycleAfter, 0);
    assert.deepEqual(pool('')?.count, Math.min(50, cores));
  });

  it('takes scriptName for the mount', (t) => {
    const { deployment } = read(t, `${APP}[server:main]\nuse = egg:Flup#ajp\nscriptName = /maps\n`);
    assert.equal(deployment?.mount, '/maps');
  });

  const wrong: [section: string, problem: string][] = [
    [
      'use = egg:gunicorn#main',
      '5: server:main.use: there is no server egg:gunicorn#main here; there are egg:Flup#fcgi, #scgi, #ajp (also _fork, _thread) and egg:Paste#http',
    ],
    ['use = egg:Flup#fcgi\nsocket = /a\nport = 1', "6: server:main.socket: needs either 'socket' or 'host' and 'port'"],
    ['use = egg:Flup#fcgi\nhost = localhost', "6: server:main.host: 'port' is missing"],
    ['use = egg:Flup#fcgi\nport = 80', "6: server:main.port: 'port' needs 'host'"],
    [
      'use = egg:Paste#http\nport = many',
      '6: server:main.port: "127.0.0.1:many" is not an address: unix:PATH or a path with a slash, HOST:PORT, :PORT, [IPv6]:PORT or fd:N',
    ],
    [
      'use = egg:Flup#fcgi\nsocket = /a\numask = rwx',
      '7: server:main.umask: expected an octal umask as 002, got "rwx"',
    ],
    ['use = egg:Flup#scgi_fork\nmaxChildren = some', '6: server:main.maxChildren: expected a whole number, got "some"'],
    [
      'use = egg:Paste#http\nssl_pem = key.pem',
      "6: server:main.ssl_pem: 'ssl_pem': this server does not speak TLS; let the web server do it",
    ],
  ];
  for (const [section, problem] of wrong) {
    it(`is told: ${section.replaceAll('\n', ', ')}`, (t) => {
      const { deployment, problems } = read(t, `${APP}[server:main]\n${section}\n`);
      assert.equal(deployment, undefined);
      assert.deepEqual(problems, [`error: etc/config.ini:${problem}`]);
    });
  }

  it('says that there is none, and serves var/fcgi-socket', (t) => {
    const { deployment, problems } = read(t, APP);
    assert.deepEqual(problems, [
      'warning: etc/config.ini: has no [server:main]; without an address on the command line var/fcgi-socket is served',
    ]);
    assert.equal(deployment?.listen[0]?.protocol, 'fastcgi');
  });
});
