import type { TestContext } from 'node:test';
import { createResponder, type ListenAddress } from '@mapgate/fastcgi-kit';
import { ajpServer } from '../../../src/gateway/ajp/server.ts';
import { fastcgiHandler } from '../../../src/gateway/fastcgi.ts';
import { closeHttpServer, httpServer } from '../../../src/gateway/http.ts';
import { scgiServer } from '../../../src/gateway/scgi/server.ts';
import { listenOn } from '../../../src/gateway/sockets.ts';
import type { Application } from '../../../src/http/application.ts';
import { AjpClient } from '../../support/clients/ajp.ts';
import { InProcessCgiClient } from '../../support/clients/cgi-in-process.ts';
import type { ClientAddress, GatewayClient } from '../../support/clients/client.ts';
import { DirectClient } from '../../support/clients/direct.ts';
import { FastcgiClient } from '../../support/clients/fastcgi.ts';
import { HttpClient } from '../../support/clients/http.ts';
import { ScgiClient } from '../../support/clients/scgi.ts';

type Host = (t: TestContext, application: Application) => Promise<GatewayClient>;

/** The ways by which a request reaches an application under test; all in this process. */
export const hosts: Readonly<Record<string, Host>> = {
  'in process': async (_, application) => new DirectClient(application),
  'over FastCGI, native': (t, application) => overFastcgi(t, application, 'native'),
  'over FastCGI, TypeScript': (t, application) => overFastcgi(t, application, 'typescript'),
  'over HTTP': async (t, application) => {
    const server = httpServer(application);
    t.after(() => closeHttpServer(server, 0));
    return new HttpClient(tcp(await listenOn(server, ANY_PORT)));
  },
  'over SCGI': async (t, application) => {
    const server = scgiServer(application);
    t.after(() => server.close(0));
    return new ScgiClient(tcp(await server.listen(ANY_PORT)));
  },
  'over AJP': async (t, application) => {
    const server = ajpServer(application);
    t.after(() => server.close(0));
    return new AjpClient(tcp(await server.listen(ANY_PORT)));
  },
  // Programs that are processes are in test/system/node-apps.test.ts.
  'over CGI': async (_, application) => new InProcessCgiClient(application),
};

const ANY_PORT: ListenAddress = { host: '127.0.0.1', port: 0 };

async function overFastcgi(t: TestContext, application: Application, transport: 'native' | 'typescript') {
  const responder = createResponder({ transport, onRequest: fastcgiHandler(application) });
  t.after(() => responder.close({ deadline: 0 }));
  return new FastcgiClient(tcp(await responder.listen(ANY_PORT)));
}

function tcp(address: object): ClientAddress {
  if ('host' in address && 'port' in address) return address as ClientAddress;
  throw new TypeError('no TCP address');
}
