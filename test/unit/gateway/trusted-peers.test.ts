import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { ajpServer } from '../../../src/gateway/ajp/server.ts';
import type { TargetRule } from '../../../src/gateway/environ.ts';
import { trustPeers, trustsEverybody } from '../../../src/gateway/forwarding.ts';
import { closeHttpServer, httpServer } from '../../../src/gateway/http.ts';
import { scgiServer } from '../../../src/gateway/scgi/server.ts';
import { listenOn } from '../../../src/gateway/sockets.ts';
import { TrustedPeers } from '../../../src/gateway/trusted-peers.ts';
import type { Application } from '../../../src/http/application.ts';
import { Request } from '../../../src/http/request.ts';
import { textResponse } from '../../../src/http/response.ts';
import { AjpClient } from '../../support/clients/ajp.ts';
import { InProcessCgiClient } from '../../support/clients/cgi-in-process.ts';
import { type ClientAddress, collect, type GatewayClient } from '../../support/clients/client.ts';
import { rawAnswer, rawConnection } from '../../support/clients/raw.ts';
import { ScgiClient } from '../../support/clients/scgi.ts';

const tells: Application = ({ publicUrl, pathInfo, clientAddress }) =>
  textResponse(200, `${publicUrl.base} ${pathInfo} ${clientAddress}`);

const OUTER = {
  Host: 'inner.example',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'maps.example',
  'X-Forwarded-For': '203.0.113.5, 10.0.0.1',
  'X-Script-Name': '/osm',
};

async function told(client: GatewayClient, headers: Readonly<Record<string, string>> = OUTER): Promise<string> {
  const { body } = await client.ask({ target: '/tms', headers });
  return (await collect(body)).toString();
}

type Start = (t: TestContext, rule: TargetRule) => Promise<GatewayClient>;

const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** Gateways of web servers, and who their test clients say asks. */
const GATEWAYS: Readonly<Record<string, { client: string; start: Start }>> = {
  SCGI: {
    client: '127.0.0.1',
    async start(t, rule) {
      const server = scgiServer(tells, rule);
      t.after(() => server.close(0));
      return new ScgiClient((await server.listen(ANY_PORT)) as ClientAddress);
    },
  },
  AJP: {
    client: '192.0.2.7',
    async start(t, rule) {
      const server = ajpServer(tells, rule);
      t.after(() => server.close(0));
      return new AjpClient((await server.listen(ANY_PORT)) as ClientAddress);
    },
  },
  CGI: { client: '127.0.0.1', start: async (_, rule) => new InProcessCgiClient(tells, rule) },
};

for (const [protocol, { client, start }] of Object.entries(GATEWAYS)) {
  describe(`trusted peers behind a web server over ${protocol}: the peer is who asks the web server`, () => {
    it('SEC-03: one that is trusted says where the maps are, and who asks', async (t) => {
      const gateway = await start(t, { forwarding: trustPeers([client, '10.0.0.0/8']) });
      assert.equal(await told(gateway), 'https://maps.example/osm /tms 203.0.113.5');
    });

    it('SEC-03: another does not', async (t) => {
      const gateway = await start(t, { forwarding: trustPeers(['10.0.0.0/8', 'unix']) });
      assert.equal(await told(gateway), `http://inner.example /tms ${client}`);
    });

    it('APP-09: with no list everybody says where the maps are, and nobody who asks', async (t) => {
      assert.equal(await told(await start(t, {})), `https://maps.example/osm /tms ${client}`);
    });
  });
}

describe('trusted peers over HTTP', () => {
  async function overHttp(t: TestContext, peers: readonly string[], address: { path: string } | typeof ANY_PORT) {
    const server = httpServer(tells, { forwarding: trustPeers(peers) });
    t.after(() => closeHttpServer(server, 0));
    return listenOn(server, address);
  }

  const fields = Object.entries({ ...OUTER, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET /tms HTTP/1.1\r\n${fields.join('')}\r\n`;

  it('SEC-03: the peer is who has connected', async (t) => {
    const trusting = (await overHttp(t, ['127.0.0.1', '10.0.0.0/8'], ANY_PORT)) as ClientAddress;
    assert.match(await rawAnswer(t, trusting, request), /https:\/\/maps.example\/osm \/tms 203.0.113.5$/);
    const wary = (await overHttp(t, ['unix', '10.0.0.0/8'], ANY_PORT)) as ClientAddress;
    assert.match(await rawAnswer(t, wary, request), /http:\/\/inner.example \/tms 127.0.0.1$/);
  });

  for (const [peers, expected] of [
    [['unix', '10.0.0.0/8'], /https:\/\/maps.example\/osm \/tms 203.0.113.5$/],
    [['127.0.0.1'], /http:\/\/inner.example \/tms undefined$/],
  ] as const) {
    it(`SEC-03: who comes by a unix socket is known as unix: ${peers}`, async (t) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'mapgate-peers-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const address = { path: path.join(folder, 'socket') };
      await overHttp(t, peers, address);
      const socket = await rawConnection(t, address);
      socket.write(request);
      assert.match((await collect(socket)).toString(), expected);
    });
  }
});

/** What a request of a trusted peer, 10.0.0.1, is taken for. */
function requestWith(variables: Readonly<Record<string, string>>, peers: readonly string[] = ['10.0.0.0/8']): Request {
  const all = new Map(Object.entries({ REMOTE_ADDR: '10.0.0.1', HTTP_HOST: 'inner.example', ...variables }));
  const forwarding = trustPeers(peers)(all.get('REMOTE_ADDR'));
  const gateway = {
    variable: (name: string) => all.get(name),
    variables: () => all,
    body: (async function* () {})(),
    signal: new AbortController().signal,
  };
  return new Request({ method: 'GET', scriptName: '', pathInfo: '/', queryString: '' }, gateway, forwarding);
}

describe('what a trusted peer tells', () => {
  const urls: [variables: Record<string, string>, base: string][] = [
    [{ HTTP_FORWARDED: 'for=203.0.113.5;proto=https;host=maps.example' }, 'https://maps.example'],
    [{ HTTP_FORWARDED: 'proto=HTTPS;host="maps.example:8443"' }, 'https://maps.example:8443'],
    [{ HTTP_FORWARDED: 'host=first.example, host=second.example' }, 'http://first.example'],
    [{ HTTP_FORWARDED: 'host="[2001:db8::1]:443";proto=https' }, 'https://[2001:db8::1]'],
    [{ HTTP_FORWARDED: 'host="maps.example/\\"><script>";proto=https' }, 'https://inner.example'],
    [{ HTTP_FORWARDED: 'host=maps.example;proto=gopher' }, 'http://maps.example'],
    [{ HTTP_FORWARDED: 'host=maps.example;proto=https, broken' }, 'http://inner.example'],
    [{ HTTP_FORWARDED: 'host=one.example', HTTP_X_FORWARDED_HOST: 'two.example' }, 'http://two.example'],
    [{ HTTP_FORWARDED: 'host=one.example', HTTP_X_FORWARDED_PROTO: 'https' }, 'https://one.example'],
  ];
  for (const [variables, base] of urls) {
    it(`SEC-03: ${JSON.stringify(variables)} is ${base}`, () => {
      assert.equal(requestWith(variables).publicUrl.base, base);
    });
  }

  const clients: [variables: Record<string, string>, client: string][] = [
    [{}, '10.0.0.1'],
    [{ HTTP_X_FORWARDED_FOR: '203.0.113.5' }, '203.0.113.5'],
    // Whoever asked the outermost trusted proxy may have written what stands before.
    [{ HTTP_X_FORWARDED_FOR: '192.0.2.1, 203.0.113.5, 10.9.9.9' }, '203.0.113.5'],
    [{ HTTP_X_FORWARDED_FOR: '203.0.113.5:4711' }, '203.0.113.5'],
    [{ HTTP_X_FORWARDED_FOR: '2001:db8::1' }, '2001:db8::1'],
    [{ HTTP_X_FORWARDED_FOR: 'evil"\n, 10.0.0.9' }, '10.0.0.9'],
    [{ HTTP_X_FORWARDED_FOR: ','.repeat(5_000) }, '10.0.0.1'],
    [{ HTTP_FORWARDED: 'for=203.0.113.5' }, '203.0.113.5'],
    [{ HTTP_FORWARDED: 'for=192.0.2.1, for="[2001:db8::1]:4711", for=10.1.1.1' }, '2001:db8::1'],
    [{ HTTP_FORWARDED: 'for=_hidden' }, '10.0.0.1'],
    [{ HTTP_FORWARDED: 'for=unknown, for=10.2.2.2' }, '10.2.2.2'],
  ];
  for (const [variables, client] of clients) {
    it(`SEC-03: ${JSON.stringify(variables).slice(0, 70)} comes from ${client}`, () => {
      assert.equal(requestWith(variables).clientAddress, client);
    });
  }

  it('SEC-03: Vary names Forwarded where it may count, for every peer', () => {
    assert.equal(trustsEverybody.vary, 'X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto');
    for (const REMOTE_ADDR of ['10.0.0.1', '203.0.113.5']) {
      assert.match(requestWith({ REMOTE_ADDR }).vary, /, X-Forwarded-Proto, Forwarded$/);
    }
  });

  it('SEC-03: whatever it holds, nothing of Forwarded but a host and a scheme reaches the public URL', () => {
    const headers = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `host="${text.replaceAll(/["\\]/g, '\\$&')}";proto="${text}"`),
    );
    fc.assert(
      fc.property(headers, (HTTP_FORWARDED) => {
        assert.match(requestWith({ HTTP_FORWARDED }).publicUrl.base, /^https?:\/\/[\w.:[\]-]+$/);
      }),
    );
  });
});

describe('the list of trusted peers', () => {
  const peers = new TrustedPeers(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32', 'unix']);
  const cases: [peer: string | undefined, isTrusted: boolean][] = [
    ['192.0.2.7', true],
    ['::ffff:192.0.2.7', true],
    ['192.0.2.8', false],
    ['10.255.0.1', true],
    ['2001:db8::9', true],
    ['unix:', true],
    ['unix', true],
    ['', false],
    ['nonsense', false],
    [undefined, false],
  ];
  for (const [peer, isTrusted] of cases) {
    it(`${isTrusted ? 'has' : 'has not'} ${peer}`, () => assert.equal(peers.has(peer), isTrusted));
  }

  it('takes no name for an address', () => {
    assert.throws(() => new TrustedPeers(['localhost']), /"localhost" is no address, no CIDR block/);
  });
});
