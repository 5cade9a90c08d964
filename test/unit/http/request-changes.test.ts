import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fakeRequest } from '../../support/fake-request.ts';

describe('Request.with', () => {
  const request = fakeRequest('/osm/tms?x=1', { method: 'POST', mount: '/maps', headers: { Authorization: 'secret' } });

  it('sets, replaces and takes away variables, and leaves the original alone', () => {
    const changed = request.with({ variables: { REMOTE_USER: 'anna', HTTP_AUTHORIZATION: undefined } });
    assert.equal(changed.variable('REMOTE_USER'), 'anna');
    assert.equal(changed.header('Authorization'), undefined);
    assert.deepEqual([...changed.variables()], [['REMOTE_USER', 'anna']]);
    assert.equal(request.header('Authorization'), 'secret');
  });

  it('keeps target, signal and URL, also when mounted deeper', () => {
    const changed = request.with({ variables: { REMOTE_USER: 'anna' } }).mountedAt('/osm');
    assert.deepEqual(
      [changed.method, changed.scriptName, changed.pathInfo, changed.queryString],
      ['POST', '/maps/osm', '/tms', 'x=1'],
    );
    assert.equal(changed.variable('REMOTE_USER'), 'anna');
    assert.equal(changed.signal, request.signal);
  });

  it('gives another body', async () => {
    async function* body() {
      yield Buffer.from('other');
    }
    const parts: string[] = [];
    for await (const part of request.with({ body: body() }).body) parts.push(Buffer.from(part).toString());
    assert.deepEqual(parts, ['other']);
  });
});
