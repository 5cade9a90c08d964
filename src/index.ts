export {
  type FetchEnvironment,
  type FetchHandler,
  fromFetch,
  fromNodeListener,
  type NodeListener,
} from './app/adapters/index.ts';
export {
  type MadeApplication,
  type MakeAppOptions,
  type MakeMultiAppOptions,
  makeApp,
  makeMultiApp,
} from './app/make-app.ts';
export { mountApplications } from './app/mounts.ts';
export { toFetch } from './gateway/fetch.ts';
export { toNodeListener } from './gateway/http.ts';
export type { Application, ClosableApplication, Filter } from './http/application.ts';
export { ConfigError, RequestError, SourceError } from './http/errors.ts';
export type { Forwarding } from './http/forwarding.ts';
export type { PublicUrl } from './http/public-url.ts';
export type { GatewayRequest, Request, RequestChanges, RequestTarget } from './http/request.ts';
export { Response, type ResponseBody, type ResponseHeaders, textResponse } from './http/response.ts';
export { configureLogging, type LogSettings } from './log.ts';
export { isMain } from './server/is-main.ts';
export { type RunningServer, type ServeOptions, serve, serveOptions } from './server/serve.ts';
export { StartError } from './server/start-error.ts';
export { VERSION } from './version.ts';
