import type { Forwarding } from '../../src/http/forwarding.ts';
import type { PublicUrl } from '../../src/http/public-url.ts';
import { Request } from '../../src/http/request.ts';

export interface FakeRequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly mount?: string;
}

/** A request in memory for `http://maps.example` + mount: `fakeRequest('/tms/1.0.0?x=1')`. The path is as decoded. */
export function fakeRequest(target: string, options: FakeRequestOptions = {}): Request {
  const [pathInfo = '', ...query] = target.split('?');
  const scriptName = options.mount ?? '';
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    variables.set(`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value);
  }
  const publicUrl: PublicUrl = {
    scheme: 'http',
    host: 'maps.example',
    mount: scriptName,
    base: `http://maps.example${scriptName}`,
  };
  return new Request(
    { method: options.method ?? 'GET', scriptName, pathInfo, queryString: query.join('?') },
    {
      variable: (name) => variables.get(name),
      variables: () => variables,
      body: emptyBody(),
      signal: new AbortController().signal,
    },
    fakeForwarding(publicUrl),
  );
}

/** Whatever the headers say, this is the URL. */
export function fakeForwarding(publicUrl: PublicUrl): Forwarding {
  return {
    trusts: true,
    vary: 'X-Script-Name, X-Forwarded-Host, X-Forwarded-Proto',
    publicUrl: () => publicUrl,
    clientAddress: (request) => request.variable('REMOTE_ADDR'),
  };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
