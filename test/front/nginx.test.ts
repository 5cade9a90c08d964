import { copyFileSync } from 'node:fs';
import { replaceOnce } from './example.ts';
import { type Stage, testFront, writeInto } from './front.ts';

testFront({
  name: 'nginx',
  programs: { nginx: 'nginx-light' },
  examples: [
    { file: 'nginx/mapgate.conf', mount: '/mapproxy', responder: 'unix' },
    { file: 'nginx/mapgate-if.conf', mount: '/mapproxy', responder: 'unix' },
    { file: 'nginx/mapgate-keepalive.conf', mount: '/mapproxy', responder: 'tcp' },
    { file: 'nginx/mapgate-root.conf', mount: '', responder: 'unix' },
  ],
  prepare: (stage) => {
    const { sandbox, example, port } = stage;
    // The examples include it by name, as it lies beside Debian's nginx.conf.
    copyFileSync('/etc/nginx/fastcgi_params', sandbox.path('fastcgi_params'));
    writeInto(sandbox, 'example.conf', replaceOnce(example, 'listen 80;', `listen 127.0.0.1:${port};`));
    const main = writeInto(sandbox, 'nginx.conf', outerConfiguration(stage));
    return ['nginx', '-p', sandbox.folder, '-e', sandbox.path('error.log'), '-c', main];
  },
});

/** Folders for what nginx buffers: the usual ones belong to root. */
const BUFFERS = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];

function outerConfiguration({ sandbox, isRoot }: Stage): string {
  return `
${isRoot ? 'user www-data;' : ''}
daemon off;
worker_processes 1;
pid ${sandbox.path('nginx.pid')};
error_log stderr info;
events {}
http {
  access_log off;
  ${BUFFERS.map((name) => `${name}_temp_path ${sandbox.path(name)};`).join('\n  ')}
  include ${sandbox.path('example.conf')};
}
`;
}
