import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCgiHead } from '@mapgate/fastcgi-kit';

describe('parseCgiHead', () => {
  test('Status is taken out of the fields, the rest keeps its order', () => {
    const head = parseCgiHead(Buffer.from('X-A: 1\r\nStatus: 404 Not Found\r\nX-A:  two \r\n\r\nbody\r\n'));
    assert.deepEqual([head.status, head.reason], [404, 'Not Found']);
    assert.deepEqual(head.headers, [
      ['X-A', '1'],
      ['X-A', 'two'],
    ]);
    assert.equal(head.body.toString(), 'body\r\n');
  });

  test('lines may end in LF alone', () => {
    assert.equal(parseCgiHead(Buffer.from('status: 204\nA: b\n\n')).status, 204);
  });

  test('Location without Status is a redirect', () => {
    assert.equal(parseCgiHead(Buffer.from('Location: /there\r\n\r\n')).status, 302);
  });

  test('without Status it is 200, even without any field', () => {
    assert.equal(parseCgiHead(Buffer.from('\r\n')).status, 200);
  });

  for (const wrong of ['', 'A: b\r\n', 'no field\r\n\r\n', 'Status: fine\r\n\r\n', ' A: b\r\n\r\n']) {
    test(`${JSON.stringify(wrong)} is malformed`, () => {
      assert.throws(() => parseCgiHead(Buffer.from(wrong)), { name: 'ProtocolError', code: 'malformed' });
    });
  }
});
