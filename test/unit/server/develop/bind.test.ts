import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseBind } from '../../../../src/server/develop/bind.ts';
import { exposureWarnings } from '../../../../src/server/develop/exposure.ts';

describe('UTIL-03: the address of a development server', () => {
  const cases: readonly (readonly [text: string, host: string, port: number])[] = [
    ['9000', '127.0.0.1', 9000],
    [':9000', '127.0.0.1', 9000],
    ['0.0.0.0', '0.0.0.0', 8080],
    ['maps1', 'maps1', 8080],
    ['localhost', 'localhost', 8080],
    ['localhost:9000', 'localhost', 9000],
    ['::1', '::1', 8080],
    ['[::1]:9000', '::1', 9000],
  ];
  for (const [text, host, port] of cases) it(`reads ${text}`, () => assert.deepEqual(parseBind(text), { host, port }));

  for (const text of ['host:', '70000', 'unix:/tmp/x', '/tmp/socket', '']) {
    it(`refuses '${text}'`, () => assert.throws(() => parseBind(text), RangeError));
  }

  it('is warned of where other machines reach it', () => {
    assert.deepEqual(exposureWarnings('localhost', true), []);
    assert.deepEqual(exposureWarnings('127.0.0.1', true), []);
    assert.equal(exposureWarnings('0.0.0.0', false).length, 1);
    assert.match(exposureWarnings('maps1', true)[1] ?? '', /debug mode on a non-localhost address/);
  });
});
