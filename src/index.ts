/** The zod that schemas of plugins are made with. */
export { z } from 'zod';
export {
  type FetchEnvironment,
  type FetchHandler,
  fromFetch,
  fromNodeListener,
  type NodeListener,
} from './app/adapters/index.ts';
export type {
  Hooks,
  Intercept,
  Interception,
  MapProxyExtensions,
  PlainResponse,
} from './app/hooks/contract.ts';
export {
  type MadeApplication,
  type MakeAppOptions,
  type MakeMultiAppOptions,
  makeApp,
  makeMultiApp,
} from './app/make-app.ts';
export { mountApplications } from './app/mounts.ts';
export {
  defineStore,
  type StoreContext,
  type StoreDefinition,
  type StoredTile,
  type TileStore,
} from './cache/store/contract.ts';
export { commonStoreOptions } from './cache/store/options.ts';
export type { PluginDefinition } from './config/kinds.ts';
export { toFetch } from './gateway/fetch.ts';
export { toNodeListener } from './gateway/http.ts';
export type { Application, ClosableApplication, Filter } from './http/application.ts';
export { ConfigError, RequestError, SourceError } from './http/errors.ts';
export type { Forwarding } from './http/forwarding.ts';
export type { PublicUrl } from './http/public-url.ts';
export type { GatewayRequest, Request, RequestChanges, RequestTarget } from './http/request.ts';
export { Response, type ResponseBody, type ResponseHeaders, textResponse } from './http/response.ts';
export type { Raster } from './image/raster.ts';
export { configureLogging, type LogSettings } from './log.ts';
export { isMain } from './server/is-main.ts';
export { type RunningServer, type ServeOptions, serve, serveOptions } from './server/serve.ts';
export { StartError } from './server/start-error.ts';
export type {
  AuthorizationResult,
  Authorize,
  AuthorizedService,
  LayerPermissions,
  LimitedTo,
} from './service/authorization.ts';
export {
  type DemoLink,
  type DemoPart,
  defineService,
  type Service,
  type ServiceContext,
  type ServiceDefinition,
} from './service/contract.ts';
export type { Decorate, DecoratedService } from './service/decoration.ts';
export {
  defineSource,
  type MapSource,
  type Source,
  type SourceContext,
  type SourceDefinition,
  type SourceImage,
  type SourceQuery,
  type TiledSource,
} from './source/contract.ts';
export { commonSourceOptions } from './source/options.ts';
export { VERSION } from './version.ts';
