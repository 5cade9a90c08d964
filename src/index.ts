export type { Application, ClosableApplication, Filter } from './http/application.ts';
export { ConfigError, RequestError, SourceError } from './http/errors.ts';
export type { PublicUrl } from './http/public-url.ts';
export type { GatewayRequest, Request, RequestTarget } from './http/request.ts';
export { Response, type ResponseBody, type ResponseHeaders, textResponse } from './http/response.ts';
