import { testFront, writeInto } from './front.ts';

/** lighttpd collects a whole answer before it sends it (server.stream-response-body = 0). */
const traits = { collects: 'all' } as const;

testFront({
  name: 'lighttpd',
  programs: { lighttpd: 'lighttpd' },
  examples: [
    { file: 'lighttpd/mapgate.conf', mount: '/mapproxy', responder: 'unix', traits },
    { file: 'lighttpd/mapgate-tcp.conf', mount: '/mapproxy', responder: 'tcp', traits },
    { file: 'lighttpd/mapgate-root.conf', mount: '', responder: 'unix', traits },
    {
      file: 'lighttpd/mapgate-spawn.conf',
      mount: '/mapproxy',
      responder: 'spawned',
      traits: { ...traits, spreads: true },
    },
  ],
  prepare: ({ sandbox, example, port, isRoot }) => {
    const outer = `
server.document-root = "${sandbox.folder}"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ( "${sandbox.path('project')}" )
${isRoot ? 'server.username = "www-data"\nserver.groupname = "www-data"' : ''}
`;
    return ['lighttpd', '-D', '-f', writeInto(sandbox, 'lighttpd.conf', outer + example)];
  },
});
