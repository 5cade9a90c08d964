import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { trustPeers } from '../../../src/gateway/forwarding.ts';
import { Request } from '../../../src/http/request.ts';
import { Response, textResponse } from '../../../src/http/response.ts';
import type { Service } from '../../../src/service/contract.ts';
import { fakeRequest } from '../../support/fake-request.ts';

/** Answers with its name and the path. */
function named(name: string) {
  return (request: Request) => textResponse(200, `${name} ${request.pathInfo}`);
}

const SERVICES: Service[] = [
  { paths: ['tms', 'tiles'], application: named('tms') },
  { paths: ['wms'], application: named('wms'), ows: { service: 'WMS', application: named('ows-wms') } },
  { paths: [], application: named('none'), ows: { service: 'WMTS', application: named('ows-wmts') } },
  { paths: ['demo'], application: named('demo') },
  { paths: ['image'], application: () => new Response(200, { 'Content-Type': 'image/png' }, Buffer.from('x')) },
  { paths: ['later'], application: async () => textResponse(200, 'later') },
];

function app(options: { services?: Service[]; cors?: string | undefined } = {}) {
  const accessControlAllowOrigin = 'cors' in options ? options.cors : '*';
  return createMapProxyApp({ services: options.services ?? SERVICES, accessControlAllowOrigin });
}

async function get(target: string, options: Parameters<typeof fakeRequest>[1] = {}) {
  return app()(fakeRequest(target, options));
}

describe('dispatch', () => {
  const cases = [
    ['APP-01: by the first word of the path', '/tms/1.0.0', 200, 'tms /tms/1.0.0'],
    ['APP-01: the word ends where letters, digits and underscores end', '/tiles-x', 200, 'tms /tiles-x'],
    ['APP-01: /wms is the WMS, whatever SERVICE says', '/wms?SERVICE=WMTS', 200, 'wms /wms'],
    ['APP-03: an unknown word', '/nothing/x', 404, 'not found'],
    ['APP-03: no word', '//x', 404, 'not found'],
    ['APP-03: a service that has no path of its own', '/wmts/x', 404, 'not found'],
    ['APP-01: an answer that takes time', '/later', 200, 'later'],
    ['OWS-02: SERVICE at /service, in any case', '/service?service=wms', 200, 'ows-wms /service'],
    ['OWS-02: SERVICE at /ows', '/ows?SERVICE=WMTS', 200, 'ows-wmts /ows'],
    ['OWS-01: WMTVER=1.0.0 means WMS', '/service?WMTVER=1.0.0', 200, 'ows-wms /service'],
    ['OWS-01: REQUEST=GetMap means WMS', '/service?request=GetMap', 200, 'ows-wms /service'],
  ] as const;
  for (const [title, target, status, body] of cases) {
    it(title, async () => {
      const response = await get(target);
      assert.deepEqual([response.status, response.body], [status, body]);
    });
  }

  it('lets unexpected errors through to the gateway', () => {
    const broken: Service = {
      paths: ['tms'],
      application: () => {
        throw new TypeError('broken');
      },
    };
    assert.throws(() => app({ services: [broken] })(fakeRequest('/tms')), TypeError);
  });
});

describe('the OWS front door', () => {
  const cases = [
    ['OWS-01: no SERVICE', '/service', 'MissingParameterValue', 'The service parameter is missing'],
    [
      'OWS-01: REQUEST=getmap is not enough',
      '/service?REQUEST=getmap',
      'MissingParameterValue',
      'The service parameter is missing',
    ],
    [
      'OWS-02: an unknown SERVICE',
      '/service?SERVICE=x',
      'InvalidParameterValue',
      'The value of the service parameter &quot;x&quot; is invalid',
    ],
    [
      'OWS-02: an empty SERVICE',
      '/ows?SERVICE=',
      'InvalidParameterValue',
      'The value of the service parameter &quot;&quot; is invalid',
    ],
  ] as const;
  for (const [title, target, code, text] of cases) {
    it(`${title} is answered with 400 and an exception report`, async () => {
      const { status, headers, body } = await get(target);
      assert.equal(status, 400);
      assert.equal(headers['Content-Type'], 'text/xml; charset=utf-8');
      assert.match(String(body), new RegExp(`<ows:Exception exceptionCode="${code}" locator="service">`));
      assert.ok(String(body).includes(`<ows:ExceptionText>${text}</ows:ExceptionText>`));
    });
  }

  it('answers without any OWS service too', async () => {
    const response = await app({ services: [] })(fakeRequest('/service?REQUEST=GetMap'));
    assert.equal(response.status, 400);
  });
});

describe('the root', () => {
  for (const path of ['/', '']) {
    it(`APP-02: '${path}' welcomes with a link to the demo under the public URL`, async () => {
      const { status, headers, body } = await get(path, { mount: '/maps' });
      assert.equal(status, 200);
      assert.equal(headers['Content-Type'], 'text/html; charset=utf-8');
      assert.match(String(body), /Welcome to .* \d+\.\d+\.\d+/);
      assert.match(String(body), /href="http:\/\/maps\.example\/maps\/demo\/"/);
    });
  }

  it('APP-02: has no link where there is no demo', async () => {
    const { body } = await app({ services: [] })(fakeRequest('/'));
    assert.doesNotMatch(String(body), /<a /);
  });
});

describe('headers', () => {
  it('GLB-18: allows every origin on 404 too', async () => {
    assert.equal((await get('/nothing')).headers['Access-Control-Allow-Origin'], '*');
  });

  it('GLB-18: says nothing of origins when disabled', async () => {
    const response = await app({ cors: undefined })(fakeRequest('/image'));
    assert.deepEqual(response.headers, { 'Content-Type': 'image/png' });
  });

  const vary = 'X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto';
  for (const path of ['/', '/tms', '/nothing', '/service', '/later']) {
    it(`APP-05, SEC-03: ${path} varies by what its URLs are made of`, async () => {
      assert.equal((await get(path)).headers.Vary, vary);
    });
  }

  it('SEC-03: where Forwarded counts, Vary names it too', async () => {
    const forwarding = trustPeers(['127.0.0.1'])('127.0.0.1');
    const plain = fakeRequest('/tms');
    const gateway = { variable: () => undefined, variables: () => [], body: plain.body, signal: plain.signal };
    const response = await app()(new Request(plain, gateway, forwarding));
    assert.equal(response.headers.Vary, `${vary}, Forwarded`);
  });

  it('APP-05: images do not vary', async () => {
    assert.equal((await get('/image')).headers.Vary, undefined);
  });
});

describe('methods', () => {
  for (const method of ['GET', 'HEAD', 'POST']) {
    it(`APP-12: ${method} is answered by the query string`, async () => {
      const response = await get('/service?SERVICE=WMS', { method });
      assert.deepEqual([response.status, response.body], [200, 'ows-wms /service']);
    });
  }

  it('APP-12: OPTIONS allows requests from other origins', async () => {
    const { status, headers, body } = await get('/service', { method: 'OPTIONS' });
    assert.deepEqual([status, body], [204, null]);
    assert.equal(headers['Access-Control-Allow-Methods'], 'GET, HEAD, POST, OPTIONS');
    assert.equal(headers['Access-Control-Allow-Origin'], '*');
  });

  it('APP-12: OPTIONS says nothing of origins when disabled', async () => {
    const { headers } = await app({ cors: undefined })(fakeRequest('/', { method: 'OPTIONS' }));
    assert.deepEqual(headers, { Allow: 'GET, HEAD, POST, OPTIONS' });
  });

  it('APP-12: other methods are refused', async () => {
    const { status, headers } = await get('/tms', { method: 'DELETE' });
    assert.deepEqual([status, headers.Allow], [405, 'GET, HEAD, POST, OPTIONS']);
  });
});
