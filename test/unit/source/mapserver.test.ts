import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ConfigError, SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import type { MapSource, SourceQuery } from '../../../src/source/contract.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import { CgiClient } from '../../../src/source/mapserver/cgi.ts';
import { cgiEnvironment } from '../../../src/source/mapserver/environment.ts';
import mapserver from '../../../src/source/mapserver/index.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { sourceContext } from './build.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const QUERY: SourceQuery = {
  bbox: [8, 50, 9, 51],
  size: [100, 80],
  srs: srsByCode('EPSG:4326'),
  format: 'image/png',
  signal,
};

/** A program of this language that stands in for MapServer. */
async function program(test: TestContext, code: string): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder(test);
  const file = join(folder, 'map serv');
  await writeFile(file, `#!${process.execPath}\n${code}`);
  await chmod(file, 0o755);
  return { folder, file };
}

function client(file: string, workingDirectory: string, more: { timeout?: number; concurrency?: number } = {}) {
  return new CgiClient({ program: file, workingDirectory, timeout: 20, concurrency: 0, hideDetails: true, ...more });
}

async function failureOf(test: TestContext, code: string, more: { timeout?: number } = {}): Promise<string> {
  const { folder, file } = await program(test, code);
  const error = await client(file, folder, more)
    .fetch('mapserver://x?a=1', signal)
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof SourceError, String(error));
  return error.message;
}

const ECHO = `
  const { QUERY_STRING, REQUEST_METHOD, GATEWAY_INTERFACE, SERVER_PROTOCOL, HTTP_COOKIE } = process.env;
  const seen = { QUERY_STRING, REQUEST_METHOD, GATEWAY_INTERFACE, SERVER_PROTOCOL, HTTP_COOKIE, cwd: process.cwd() };
  process.stdout.write('Content-Type: image/png; x=1\\n\\n' + JSON.stringify(seen));
`;

describe('mapserver sources', () => {
  it('SRC-61: a program gets the request as CGI says', async (test) => {
    const { folder, file } = await program(test, ECHO);
    const answer = await client(file, folder).fetch('mapserver://x?a=1&b=2', signal);
    assert.equal(answer.contentType, 'image/png');
    assert.deepEqual(JSON.parse(answer.body.toString()), {
      QUERY_STRING: 'a=1&b=2',
      REQUEST_METHOD: 'GET',
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_PROTOCOL: 'HTTP/1.0',
      cwd: folder,
    });
  });

  it('SRC-61: it does not see the request that this process may be answering itself', () => {
    const own = {
      PATH: '/bin',
      PROJ_LIB: '/proj',
      HTTP_COOKIE: 'a',
      CONTENT_LENGTH: '5',
      SCRIPT_NAME: '/',
      HTTPS: 'on',
    };
    const { PATH, PROJ_LIB, HTTP_COOKIE, CONTENT_LENGTH, SCRIPT_NAME, HTTPS } = cgiEnvironment('q', own, 'm');
    assert.deepEqual([PATH, PROJ_LIB], ['/bin', '/proj']);
    assert.deepEqual([HTTP_COOKIE, CONTENT_LENGTH, SCRIPT_NAME, HTTPS], [undefined, undefined, undefined, undefined]);
  });

  const FAILURES: readonly [what: string, code: string, message: string][] = [
    ['that fails', 'process.exitCode = 3;', 'Error during CGI call (exit code: 3)'],
    [
      'that is killed',
      'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);',
      'Error during CGI call (exit code: SIGTERM)',
    ],
    ['that says nothing', '', 'CGI call did not answer'],
    ['with a status', 'console.log("Status: 404 Gone\\n\\n")', 'CGI Error: 404'],
  ];
  for (const [what, code, message] of FAILURES) {
    it(`SRC-61: a program ${what} is an error`, async (test) => {
      assert.equal(await failureOf(test, code), message);
    });
  }

  it('one that does not end is ended', async (test) => {
    assert.equal(await failureOf(test, 'setInterval(() => {}, 1000);', { timeout: 0.3 }), 'CGI call timed out');
  });

  it('one that writes without end is ended', async (test) => {
    const code = 'const more = () => process.stdout.write(Buffer.alloc(1 << 20), more); more();';
    assert.equal(await failureOf(test, code), 'CGI call wrote too much');
  });

  it('one whose client goes away is ended', async (test) => {
    const { folder, file } = await program(test, 'setInterval(() => {}, 1000);');
    const client_ = client(file, folder);
    const controller = new AbortController();
    const asked = client_.fetch('mapserver://x?', controller.signal);
    controller.abort(new Error('client gone'));
    await assert.rejects(asked, /client gone/);
  });

  it('SRC-61: one that may not be started', async (test) => {
    const { folder, file } = await program(test, '');
    await chmod(file, 0o644);
    await assert.rejects(client(file, folder).fetch('mapserver://x?', signal), /No permission for CGI script$/);
    await assert.rejects(client(`${file}2`, folder).fetch('mapserver://x?', signal), /CGI script not found$/);
  });

  it('no shell reads what a request holds', async (test) => {
    const { folder, file } = await program(test, ECHO);
    const answer = await client(file, folder).fetch('mapserver://x?a=$(id);`id`|id', signal);
    assert.equal(JSON.parse(answer.body.toString()).QUERY_STRING, 'a=$(id);`id`|id');
  });

  function build(own: object, folder: string): MapSource {
    const options = mapserver.options.parse({ type: 'mapserver', ...own });
    const resolvePath = (path: string) => join(folder, path);
    const source = mapserver.build(options, sourceContext(new HttpPool(), [], { resolvePath }));
    assert.ok(source.kind === 'map');
    return source;
  }

  it('SRC-61, GLB-44: the map file is relative to the configuration, as is the binary', async (test) => {
    const { folder } = await program(
      test,
      `const map = new URLSearchParams(process.env.QUERY_STRING).get('MAP');
       console.error(map);
       process.exitCode = map.endsWith('/a.map') && map.startsWith('/') ? 7 : 8;`,
    );
    const source = build({ req: { map: 'a.map', layers: 'l' }, mapserver: { binary: 'map serv' } }, folder);
    await assert.rejects(source.getMap(QUERY), /exit code: 7/);
  });

  it('GLB-44: a binary or folder that is not there is told at the start', async (test) => {
    const { folder } = await program(test, '');
    const req = { map: 'a.map', layers: 'l' };
    assert.throws(() => build({ req, mapserver: { binary: 'nowhere' } }, folder), ConfigError);
    const elsewhere = { binary: 'map serv', working_dir: 'nowhere' };
    assert.throws(() => build({ req, mapserver: elsewhere }, folder), /could not find mapserver working_dir/);
  });

  it('SRC-07: tagged layers', () => {
    const own = mapserver.options.parse({ type: 'mapserver', req: { map: 'a', layers: 'a,b' } });
    assert.equal(mapserver.selectLayers?.(own, ['b']).req.layers, 'b');
  });
});
