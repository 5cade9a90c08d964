import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMapProxyApp } from '../../../src/app/mapproxy.ts';
import { deriveTarget } from '../../../src/gateway/environ.ts';
import { trustsEverybody } from '../../../src/gateway/forwarding.ts';
import { Request } from '../../../src/http/request.ts';
import { type Response, textResponse } from '../../../src/http/response.ts';

/** Headers as a client may send them, to poison what a cache on the way keeps. */
const POISON: readonly Readonly<Record<string, string>>[] = [
  { HTTP_X_SCRIPT_NAME: '/"><script>alert(1)</script>' },
  { HTTP_X_SCRIPT_NAME: "/' onclick='x" },
  { HTTP_X_SCRIPT_NAME: '/%22%3E%3Cscript%3E' },
  { HTTP_X_SCRIPT_NAME: '//evil.example/' },
  { HTTP_X_SCRIPT_NAME: 'javascript:alert(1)' },
  { HTTP_X_SCRIPT_NAME: '/a\r\nSet-Cookie: x=y' },
  { HTTP_X_FORWARDED_HOST: 'evil.example"><script>' },
  { HTTP_X_FORWARDED_HOST: 'evil.example/path' },
  { HTTP_X_FORWARDED_HOST: 'user:password@evil.example' },
  { HTTP_X_FORWARDED_PROTO: 'javascript' },
  { HTTP_HOST: '"><script>' },
];

function requestWith(headers: Readonly<Record<string, string>>): Request {
  const variables = new Map(
    Object.entries({ REQUEST_METHOD: 'GET', REQUEST_URI: '/', HTTP_HOST: 'maps.example', ...headers }),
  );
  const variable = (name: string) => variables.get(name);
  const { signal } = new AbortController();
  const gateway = { variable, variables: () => variables, body: (async function* () {})(), signal };
  return new Request(deriveTarget(variable), gateway, trustsEverybody);
}

/** The page at the root, which links to the demo. */
async function welcome(headers: Readonly<Record<string, string>>): Promise<Response> {
  const demo = { paths: ['demo'], application: () => textResponse(200, '') };
  const application = createMapProxyApp({ services: [demo], accessControlAllowOrigin: undefined });
  const request = requestWith(headers);
  return application(request.pathInfo === '/' ? request : requestWith({ ...headers, PATH_INFO: '/' }));
}

function tagsOf({ body }: Response): string[] {
  return [...String(body).matchAll(/<(\w+)/g)].map(([, tag = '']) => tag);
}

describe('SEC-03: what clients say of the public URL', () => {
  for (const headers of POISON) {
    const title = JSON.stringify(headers);
    it(`${title} cannot leave the place of a URL`, () => {
      const { base } = requestWith(headers).publicUrl;
      assert.match(base, /^https?:\/\/[\w.-]+(?::\d+)?(?:\/[\w.~!$&()*+,;=:@%'-]*)*$/);
      assert.ok(URL.canParse(base));
      assert.notEqual(new URL(base).hostname, 'evil.example');
    });

    it(`${title} neither opens a tag on the page at the root nor goes without Vary`, async () => {
      const response = await welcome(headers);
      assert.equal(response.headers.Vary, 'X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto');
      assert.deepEqual(tagsOf(response), tagsOf(await welcome({})));
      assert.doesNotMatch(String(response.body), /on\w+='/);
    });
  }
});
