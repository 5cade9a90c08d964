// A worker: serves FastCGI on descriptor 3 with the transport named by its argument, answers with its process id, and
// on SIGTERM stops as a worker does.
import { createResponder } from '@mapgate/fastcgi-kit';

const responder = createResponder({
  transport: process.argv[2],
  onRequest: (request) => request.respond('Content-Type: text/plain\r\n\r\n', String(process.pid)),
});
await responder.listen({ fd: 3 });
process.on('SIGTERM', () => responder.close());
console.log('ready');
