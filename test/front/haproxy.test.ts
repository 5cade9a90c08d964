import { replaceOnce } from './example.ts';
import { testFront, writeInto } from './front.ts';

const OUTER = `
global
  nbthread 1
  maxconn 400
defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s
`;

/** HAProxy 2.6 answers 400 itself to a body in chunks that does not fit its buffer (16 kB). */
const traits = { chunkedBody: 15_000 };

testFront({
  name: 'HAProxy',
  programs: { haproxy: 'haproxy' },
  examples: [
    { file: 'haproxy/mapgate.cfg', mount: '/mapproxy', responder: 'unix', traits },
    { file: 'haproxy/mapgate-tcp.cfg', mount: '/mapproxy', responder: 'tcp', traits },
  ],
  prepare: ({ sandbox, example, port }) => {
    const outer = writeInto(sandbox, 'haproxy.cfg', OUTER);
    const file = writeInto(sandbox, 'example.cfg', replaceOnce(example, 'bind :80', `bind 127.0.0.1:${port}`));
    return ['haproxy', '-db', '-f', outer, '-f', file];
  },
});
