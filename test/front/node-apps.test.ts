import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { requirePrograms } from '../support/debian.ts';
import { installInto } from '../support/node-project.ts';
import { ask, begin, type Site, sha256 } from './client.ts';
import { writeInto } from './front.ts';
import { Program } from './program.ts';
import { freePort, Sandbox } from './sandbox.ts';

const MIB = 1_048_576;

/** The same rooms in each framework: /digest and /large?MIB. */
const APPS = {
  express: `
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';

export const app = express();
app.post('/digest', async (req, res) => {
  const hash = createHash('sha256');
  for await (const chunk of req) hash.update(chunk);
  res.json({ digest: hash.digest('hex'), mount: req.baseUrl });
});
app.get('/large', (req, res) => pipeline(Readable.from(pieces(req.query.mib)), res));
app.get('/redirect', (req, res) => res.redirect(req.baseUrl + '/large'));
`,
  hono: `
import { createHash } from 'node:crypto';
import { Hono } from 'hono';

const app = new Hono();
app.post('/digest', async (c) => {
  const hash = createHash('sha256');
  for await (const chunk of c.req.raw.body) hash.update(chunk);
  return c.json({ digest: hash.digest('hex'), mount: c.env.request.publicUrl.mount });
});
app.get('/large', (c) => c.body(ReadableStream.from(pieces(c.req.query('mib')))));
app.get('/redirect', (c) => c.redirect(c.env.request.publicUrl.mount + '/large'));
export default app;
`,
};

const PIECES = `
function* pieces(mib) {
  for (let index = 0; index < mib * 16; index++) yield Buffer.alloc(65536, index);
}
`;

/** Web servers that the applications run behind. */
const WAYS = {
  'nginx over FastCGI': { programs: { nginx: 'nginx-light' }, start: startSite },
  'lighttpd as a CGI program': { programs: { lighttpd: 'lighttpd' }, start: startCgiSite },
};

for (const [framework, script] of Object.entries(APPS)) {
  for (const [way, { programs, start }] of Object.entries(WAYS)) {
    test(`${framework} behind ${way}`, async (t) => {
      if (await requirePrograms(t, programs)) await appCases(t, await start(t, framework, script));
    });
  }
}

async function appCases(t: TestContext, site: Site): Promise<void> {
  for (const chunked of [false, true]) {
    await t.test(`receives 10 MiB ${chunked ? 'in chunks' : 'of known length'}`, async () => {
      const body = Buffer.alloc(10 * MIB, 'The quick brown fox. ');
      const answer = await ask(site, '/digest', { method: 'POST', body, chunked });
      assert.equal(answer.status, 200, answer.body.toString().slice(0, 300));
      assert.deepEqual(JSON.parse(answer.body.toString()), { digest: sha256(body), mount: '/my%20app' });
    });
  }

  await t.test('sends 10 MiB', async () => {
    const { body } = await ask(site, '/large?mib=10');
    assert.deepEqual([body.length, body.at(-1)], [10 * MIB, 159]);
  });

  await t.test('redirects below its mount', async () => {
    const { response } = await begin(site, '/redirect');
    response.resume();
    assert.deepEqual([response.statusCode, response.headers.location], [302, '/my%20app/large']);
  });
}

/** nginx in front of `mapgate serve app.mjs`, at a mount that has to be escaped. */
async function startSite(t: TestContext, framework: string, script: string): Promise<Site> {
  const sandbox = new Sandbox(t);
  const [port, responderPort] = await Promise.all([freePort(), freePort()]);
  installInto(sandbox.folder, ['mapgate', framework]);
  const app = writeInto(sandbox, 'app.mjs', script + PIECES);
  const mapgate = sandbox.path('node_modules/mapgate/dist/cli/main.js');
  const listen = ['--fastcgi', `127.0.0.1:${responderPort}`, '--workers', '1'];
  const responder = new Program(sandbox, [process.execPath, mapgate, 'serve', app, ...listen]);
  await responder.accepts({ host: '127.0.0.1', port: responderPort });

  for (const name of BUFFERS) mkdirSync(sandbox.path(name));
  const configuration = writeInto(sandbox, 'nginx.conf', nginxConfiguration(sandbox, port, responderPort));
  const nginx = new Program(sandbox, ['nginx', '-p', sandbox.folder, '-e', 'stderr', '-c', configuration]);
  await nginx.accepts({ host: '127.0.0.1', port });
  return { host: '127.0.0.1', port, mount: '/my%20app' };
}

/** lighttpd, which starts `mapgate serve app.mjs` for each request. */
async function startCgiSite(t: TestContext, framework: string, script: string): Promise<Site> {
  const sandbox = new Sandbox(t);
  const port = await freePort();
  installInto(sandbox.folder, ['mapgate', framework]);
  const app = writeInto(sandbox, 'app.mjs', script + PIECES);
  const main = sandbox.path('node_modules/mapgate/dist/cli/main.js');
  const program = writeInto(sandbox, 'mapgate.cgi', `#!/bin/sh\nexec '${process.execPath}' '${main}' serve '${app}'\n`);
  chmodSync(program, 0o755);
  mkdirSync(sandbox.path('uploads'));
  const configuration = `
server.modules = ( "mod_alias", "mod_cgi" )
server.document-root = "${sandbox.folder}"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ( "${sandbox.path('uploads')}" )
alias.url = ( "/my app" => "${program}" )
cgi.assign = ( "mapgate.cgi" => "" )
`;
  const file = writeInto(sandbox, 'lighttpd.conf', configuration);
  await new Program(sandbox, ['lighttpd', '-D', '-f', file]).accepts({ host: '127.0.0.1', port });
  return { host: '127.0.0.1', port, mount: '/my%20app' };
}

/** Folders for what nginx buffers: the usual ones belong to root. */
const BUFFERS = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];

function nginxConfiguration(sandbox: Sandbox, port: number, responderPort: number): string {
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${sandbox.path('nginx.pid')};
error_log stderr info;
events {}
http {
  access_log off;
  ${BUFFERS.map((name) => `${name}_temp_path ${sandbox.path(name)};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 20m;
    # Both ways as they come, without files in between.
    fastcgi_request_buffering off;
    fastcgi_buffering off;
    location "/my app" {
      fastcgi_pass 127.0.0.1:${responderPort};
      fastcgi_split_path_info "^(/my app)(.*)$";
      fastcgi_param SCRIPT_NAME $fastcgi_script_name;
      fastcgi_param PATH_INFO $fastcgi_path_info;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param SERVER_PROTOCOL $server_protocol;
      fastcgi_param REMOTE_ADDR $remote_addr;
    }
  }
}
`;
}
