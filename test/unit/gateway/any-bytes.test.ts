import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { ajpServer } from '../../../src/gateway/ajp/server.ts';
import { closeHttpServer, httpServer } from '../../../src/gateway/http.ts';
import { scgiServer } from '../../../src/gateway/scgi/server.ts';
import { listenOn } from '../../../src/gateway/sockets.ts';
import type { Application } from '../../../src/http/application.ts';
import { textResponse } from '../../../src/http/response.ts';
import { configureLogging } from '../../../src/log.ts';
import { AjpClient } from '../../support/clients/ajp.ts';
import { bodyPacket, CPING, forwardRequest } from '../../support/clients/ajp-packets.ts';
import { type ClientAddress, collect, type GatewayClient } from '../../support/clients/client.ts';
import { HttpClient } from '../../support/clients/http.ts';
import { rawConnection } from '../../support/clients/raw.ts';
import { ScgiClient, scgiHead } from '../../support/clients/scgi.ts';
import { mutationsOf, piecesOf } from '../../support/mutations.ts';

configureLogging({ level: 'silent' });

const readsBody: Application = async ({ body }) =>
  textResponse(200, `${(await collect(body as AsyncIterable<Buffer>)).length}`);

interface Listening {
  readonly address: ClientAddress;
  close(): Promise<void>;
}

const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** Soon enough for a test; nothing of it may be left open by then. */
const limits = { headerTimeout: 200, bodyTimeout: 200, idleTimeout: 200, writeTimeout: 200 };

interface Gateway {
  readonly valid: Buffer;
  clientOf(address: ClientAddress): GatewayClient;
  start(): Promise<Listening>;
}

const GATEWAYS: Readonly<Record<string, Gateway>> = {
  SCGI: {
    valid: Buffer.concat([scgiHead({ REQUEST_METHOD: 'POST', REQUEST_URI: '/' }, 3), Buffer.from('abc')]),
    clientOf: (address) => new ScgiClient(address),
    async start() {
      const server = scgiServer(readsBody, {}, { limits });
      return { address: (await server.listen(ANY_PORT)) as ClientAddress, close: () => server.close(5_000) };
    },
  },
  AJP: {
    valid: Buffer.concat([
      CPING,
      forwardRequest({ method: 'POST', headers: { 'content-length': '3' } }),
      bodyPacket(Buffer.from('abc')),
      CPING,
      forwardRequest({}),
      bodyPacket(Buffer.alloc(0)),
    ]),
    clientOf: (address) => new AjpClient(address),
    async start() {
      const server = ajpServer(readsBody, {}, { limits });
      return { address: (await server.listen(ANY_PORT)) as ClientAddress, close: () => server.close(5_000) };
    },
  },
  HTTP: {
    valid: Buffer.from(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
    ),
    clientOf: (address) => new HttpClient(address),
    async start() {
      const server = httpServer(readsBody, {}, { limits });
      return {
        address: (await listenOn(server, ANY_PORT)) as ClientAddress,
        close: () => closeHttpServer(server, 5_000),
      };
    },
  },
};

for (const [protocol, { valid, clientOf, start }] of Object.entries(GATEWAYS)) {
  test(`${protocol}: whatever comes over connections, the server goes on and closes each in time`, async (t) => {
    const { address, close } = await start();
    await fc.assert(
      fc.asyncProperty(
        mutationsOf(valid),
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.boolean(),
        async (bytes, cuts, ends) => {
          const socket = await rawConnection(t, address);
          const closed = once(socket, 'close').catch(() => {});
          socket.resume();
          for (const piece of piecesOf(bytes, cuts)) {
            socket.write(piece);
            await new Promise(setImmediate);
          }
          if (ends) socket.end();
          await closed;
        },
      ),
      { numRuns: 40 },
    );
    const { status } = await clientOf(address).ask({ target: '/' });
    assert.equal(status, 200);
    const begun = performance.now();
    await close();
    assert.ok(performance.now() - begun < 4_000);
  });
}
