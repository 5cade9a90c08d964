import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import cors from '../../../../src/app/filters/cors.ts';
import type { Response } from '../../../../src/http/response.ts';
import { textResponse } from '../../../../src/http/response.ts';
import { fakeRequest } from '../../../support/fake-request.ts';
import { open } from './support.ts';

const PAGE = 'https://page.example';

async function ask(options: object, method: string, headers: Record<string, string>): Promise<Response> {
  const { filter } = await open(cors, options);
  const own = { 'Access-Control-Allow-Origin': 'https://own.example', Vary: 'X-Script-Name' };
  return filter(() => textResponse(200, 'map', own))(fakeRequest('/', { method, headers }));
}

describe('cors', () => {
  it('allows every origin by default, whatever the application says', async () => {
    const { headers } = await ask({}, 'GET', { Origin: PAGE });
    assert.equal(headers['Access-Control-Allow-Origin'], '*');
    assert.equal(headers.Vary, 'X-Script-Name');
  });

  it('names one of the allowed origins and says that the answer depends on it', async () => {
    const { headers } = await ask({ origins: [PAGE, 'https://b.example'] }, 'GET', { Origin: PAGE });
    assert.equal(headers['Access-Control-Allow-Origin'], PAGE);
    assert.equal(headers.Vary, 'X-Script-Name, Origin');
  });

  it('lets an origin that is not allowed have no permission, not even the application own', async () => {
    const { headers, body } = await ask({ origins: PAGE }, 'GET', { Origin: 'https://evil.example' });
    assert.equal('Access-Control-Allow-Origin' in headers, false);
    assert.equal(headers.Vary, 'X-Script-Name, Origin');
    assert.equal(body, 'map');
  });

  it('never combines credentials with *', async () => {
    const { headers } = await ask({ credentials: true }, 'GET', { Origin: PAGE });
    assert.equal(headers['Access-Control-Allow-Origin'], PAGE);
    assert.equal(headers['Access-Control-Allow-Credentials'], 'true');
  });

  it('answers a preflight itself', async () => {
    const asked = { Origin: PAGE, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'x-map' };
    const { status, headers, body } = await ask({ max_age: 60 }, 'OPTIONS', asked);
    assert.equal(status, 204);
    assert.equal(body, null);
    assert.deepEqual(headers, {
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
      'Access-Control-Allow-Headers': 'x-map',
      'Access-Control-Max-Age': '60',
      Vary: 'Access-Control-Request-Headers',
      'Access-Control-Allow-Origin': '*',
    });
  });

  it('does not send back what cannot be a list of header names', async () => {
    const asked = { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'a\r\nSet-Cookie: b' };
    assert.equal((await ask({}, 'OPTIONS', asked)).headers['Access-Control-Allow-Headers'], '');
  });

  it('leaves an OPTIONS request that is no preflight to the application', async () => {
    assert.equal((await ask({}, 'OPTIONS', { Origin: PAGE })).body, 'map');
  });

  it('tells which headers a page may read', async () => {
    const { headers } = await ask({ expose: ['ETag', 'X-Tile'] }, 'GET', {});
    assert.equal(headers['Access-Control-Expose-Headers'], 'ETag, X-Tile');
  });
});
