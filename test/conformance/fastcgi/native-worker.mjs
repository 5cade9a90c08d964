// A worker thread with two native responders; one begins an answer that nobody takes.
import { parentPort, workerData } from 'node:worker_threads';
import { createResponder } from '@mapgate/fastcgi-kit';

const LARGE = Buffer.alloc(8 * 1024 * 1024);
const first = createResponder({
  transport: 'native',
  onRequest: (request) => {
    request.write(LARGE);
    parentPort.postMessage('answering');
  },
});
createResponder({ transport: 'native', onRequest: () => {} });
await first.listen({ path: workerData });
parentPort.postMessage('ready');
