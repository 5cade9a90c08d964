export { type FetchEnvironment, type FetchHandler, fromFetch } from './from-fetch.ts';
export { fromNodeListener } from './from-node-listener.ts';
export type { NodeListener } from './listener-run.ts';
