import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress, parseAddress } from '../../../src/server/address.ts';

describe('parseAddress', () => {
  const cases: [string, ReturnType<typeof parseAddress>, string][] = [
    ['unix:var/fcgi-socket', { kind: 'unix', path: 'var/fcgi-socket' }, 'unix:var/fcgi-socket'],
    ['/run/mapgate.sock', { kind: 'unix', path: '/run/mapgate.sock' }, 'unix:/run/mapgate.sock'],
    ['./socket:1', { kind: 'unix', path: './socket:1' }, 'unix:./socket:1'],
    ['127.0.0.1:9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, '127.0.0.1:9000'],
    ['maps.example:9000', { kind: 'tcp', host: 'maps.example', port: 9000 }, 'maps.example:9000'],
    [':9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, '127.0.0.1:9000'],
    ['9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, '127.0.0.1:9000'],
    ['[::1]:9000', { kind: 'tcp', host: '::1', port: 9000 }, '[::1]:9000'],
    ['fd:3', { kind: 'fd', fd: 3 }, 'fd:3'],
  ];
  for (const [text, address, formatted] of cases) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseAddress(text), address);
      assert.equal(formatAddress(parseAddress(text)), formatted);
    });
  }
  for (const text of ['', 'unix:', 'host', 'host:port', ':70000', '[host]:80', 'fd:x', 'a:b:80']) {
    it(`refuses ${JSON.stringify(text)} and names it`, () => {
      assert.throws(
        () => parseAddress(text),
        (error) => error instanceof RangeError && error.message.includes(JSON.stringify(text)),
      );
    });
  }
});
