import type { Request } from '../../http/request.ts';
import type { ResponseBody } from '../../http/response.ts';

/** Header fields of a connection, which is the web server's (RFC 9110 section 7.6.1). */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether an answer has a body (RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5). */
export function bodyFollows(request: Request, status: number): boolean {
  return request.method !== 'HEAD' && status !== 204 && status !== 304;
}

/** In place of a body that does not follow: `null` would be told to be one of 0 bytes, which for HEAD is not known. */
export function noBody(request: Request, isLengthTold: boolean): ResponseBody {
  return request.method === 'HEAD' && !isLengthTold ? nothing() : null;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
