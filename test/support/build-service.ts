import { createMapProxyApp } from '../../src/app/mapproxy.ts';
import type { Application } from '../../src/http/application.ts';
import type { Request } from '../../src/http/request.ts';
import type { Response } from '../../src/http/response.ts';
import type { ServiceContext, ServiceDefinition } from '../../src/service/contract.ts';
import { type FakeRequestOptions, fakeRequest } from './fake-request.ts';
import { fakeContext } from './fake-services.ts';

/** Sends a request to an application and reads the answer's body as text. */
export type Get = (target: string, options?: FakeRequestOptions) => Promise<TextResponse>;

export interface TextResponse {
  readonly status: number;
  readonly headers: Response['headers'];
  readonly text: string;
  readonly type: string;
}

/** One service behind the router, with options as mapproxy.yaml has them. */
export function getFrom<Options>(
  definition: ServiceDefinition<Options>,
  options: unknown = {},
  context: Partial<ServiceContext> = {},
): Get {
  const service = definition.build(definition.options.parse(options), fakeContext(context));
  return getThrough(createMapProxyApp({ services: [service], accessControlAllowOrigin: undefined }));
}

export function getThrough(application: Application): Get {
  return async (target, options) => textOf(await application(fakeRequest(target, options) satisfies Request));
}

function textOf({ status, headers, body }: Response): TextResponse {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '';
  return { status, headers, text, type: String(headers['Content-Type'] ?? '') };
}
