// Serves FastCGI at the path and on the transport named by its arguments; collects garbage and answers when told so.
import { createResponder } from '@mapgate/fastcgi-kit';

const [transport, path] = process.argv.slice(2);
const ANSWER = Buffer.alloc(1000, 'x');

const responder = createResponder({
  transport,
  onRequest: async (request) => {
    // Some are read, some are not, some are watched for their end: each takes another way through the transport.
    if (request.params.get('READ') === '1') for await (const _ of request.body);
    else request.signal.addEventListener('abort', () => {});
    request.respond('Content-Type: text/plain\r\n\r\n', ANSWER);
  },
});
await responder.listen({ path });
process.on('message', () => {
  globalThis.gc();
  process.send({ rss: process.memoryUsage.rss(), stats: responder.stats });
});
process.send('ready');
