import { replaceOnce } from './example.ts';
import { type Stage, testFront, writeInto } from './front.ts';

testFront({
  name: 'H2O',
  programs: { h2o: 'h2o' },
  examples: [{ file: 'h2o/h2o.conf', mount: '/mapproxy', responder: 'unix' }],
  prepare: (stage) => {
    const { sandbox, example, port } = stage;
    const local = replaceOnce(example, 'listen: 80', `listen: { host: 127.0.0.1, port: ${port} }`);
    return ['h2o', '-c', writeInto(sandbox, 'h2o.conf', outerConfiguration(stage) + local)];
  },
});

function outerConfiguration({ sandbox, isRoot }: Stage): string {
  return `
${isRoot ? 'user: www-data' : ''}
pid-file: ${sandbox.path('project/h2o.pid')}
error-log: /dev/stderr
num-threads: 1
`;
}
