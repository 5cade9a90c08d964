import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeProblem, problemOf } from '../../../../src/app/debug/problem.ts';
import { ConfigError } from '../../../../src/http/errors.ts';

function thrown(name: string, stack: string): Error {
  return Object.assign(new Error('it fails'), { name, stack });
}

describe('what keeps an application from being opened', () => {
  it('is told of a configuration with its place, and without it in the message', () => {
    const place = { file: '/maps/mapproxy.yaml', line: 3, column: 5, path: 'layers[0]' };
    const problem = problemOf(new ConfigError('no such source', place));
    assert.deepEqual(problem, { kind: 'Configuration', message: 'no such source', ...place });
    assert.equal(describeProblem(problem), '/maps/mapproxy.yaml:3:5: layers[0]: no such source');
  });

  it('is found in the stack of what a module threw', () => {
    const cause = thrown(
      'TypeError',
      'TypeError: it fails\n    at node:fs:1:2\n    at draw (file:///maps/lib.mjs:7:9)',
    );
    const problem = problemOf(new ConfigError(String(cause.stack), { file: '/maps/app.mjs' }, { cause }));
    assert.deepEqual([problem.file, problem.line, problem.column], ['/maps/lib.mjs', 7, 9]);
    assert.equal(describeProblem(problem), '/maps/lib.mjs:7:9: TypeError: it fails');
  });

  it('is found before the stack where a module does not link', () => {
    const cause = thrown(
      'SyntaxError',
      "file:///maps/a%20b.mjs:4\nimport { x } from './y.mjs';\n\nSyntaxError: it fails",
    );
    const problem = problemOf(new ConfigError(String(cause.stack), { file: '/maps/app.mjs' }, { cause }));
    assert.deepEqual([problem.file, problem.line], ['/maps/a b.mjs', 4]);
  });

  it('is the configuration that names a file, not the system that cannot read it', () => {
    const place = { file: '/maps/base.yaml' };
    const cause = thrown('Error', 'Error: ENOENT\n    at open (node:fs:1:2)');
    const problem = problemOf(new ConfigError('cannot be read: ENOENT', place, { cause }));
    assert.deepEqual(problem, { kind: 'Configuration', message: 'cannot be read: ENOENT', ...place });
  });

  it('is the module itself where the stack tells no place', () => {
    const cause = thrown('SyntaxError', 'SyntaxError: it fails\n    at compile (node:internal/modules:1:2)');
    const problem = problemOf(new ConfigError(String(cause.stack), { file: '/maps/app.mjs' }, { cause }));
    assert.deepEqual([problem.file, problem.line], ['/maps/app.mjs', undefined]);
  });
});
