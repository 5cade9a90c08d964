/** The responder under test, in a process of its own: `responder.ts TRANSPORT SOCKET`. */
import { createResponder } from '@mapgate/fastcgi-kit';

const BODY = Buffer.alloc(8192, 'x');

const NAMES = [
  'REQUEST_METHOD',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'REQUEST_URI',
  'SERVER_NAME',
  'SERVER_PORT',
  'REMOTE_ADDR',
  'HTTP_HOST',
  'HTTP_ACCEPT',
];

const [transport, path = ''] = process.argv.slice(2);

const responder = createResponder({
  transport: transport === 'typescript' ? 'typescript' : 'native',
  // Thousands of idle connections are one of the measurements.
  limits: { connections: 0 },
  onRequest: (request) => {
    let length = 0;
    for (const name of NAMES) length += request.params.get(name)?.length ?? 0;
    request.respond(`Content-Type: image/png\r\nX-Read: ${length}\r\n\r\n`, BODY);
  },
  onError: (error) => console.error(error),
});
await responder.listen({ path });
