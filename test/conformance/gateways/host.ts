/**
 * Serves the suite's application by one protocol, as a process of its own, so that its log can be read and it can be
 * stopped while it works: `host.ts scgi`. It sends its port, drains when told, and exits with 0 when nothing is open.
 */
import { type BoundAddress, createResponder, type ListenAddress } from '@mapgate/fastcgi-kit';
import { ajpServer } from '../../../src/gateway/ajp/server.ts';
import { answerCgi } from '../../../src/gateway/cgi/answer.ts';
import { fastcgiHandler } from '../../../src/gateway/fastcgi.ts';
import { closeHttpServer, httpServer } from '../../../src/gateway/http.ts';
import { scgiServer } from '../../../src/gateway/scgi/server.ts';
import { listenOn } from '../../../src/gateway/sockets.ts';
import { application } from './application.ts';

interface Server {
  listen(address: ListenAddress): Promise<BoundAddress>;
  close(deadline: number): Promise<void>;
}

const SERVERS: Readonly<Record<string, () => Server>> = {
  scgi: () => scgiServer(application),
  ajp: () => ajpServer(application),
  http: () => {
    const server = httpServer(application);
    return { listen: (address) => listenOn(server, address), close: (deadline) => closeHttpServer(server, deadline) };
  },
  'fastcgi-native': () => fastcgi('native'),
  'fastcgi-typescript': () => fastcgi('typescript'),
};

function fastcgi(transport: 'native' | 'typescript'): Server {
  const responder = createResponder({ transport, onRequest: fastcgiHandler(application) });
  return { listen: (address) => responder.listen(address), close: (deadline) => responder.close({ deadline }) };
}

const DRAIN_DEADLINE = 10_000;

async function main(protocol: string): Promise<void> {
  if (protocol === 'cgi') {
    const { env: environ, stdin, stdout } = process;
    process.exit((await answerCgi(application, {}, { environ, stdin, stdout })) ? 0 : 1);
  }
  const server = SERVERS[protocol]?.();
  if (server === undefined) throw new Error(`no protocol ${protocol}`);
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  process.once('message', async () => {
    await server.close(DRAIN_DEADLINE);
    process.disconnect?.();
  });
  process.send?.(address);
}

await main(process.argv[2] ?? '');
