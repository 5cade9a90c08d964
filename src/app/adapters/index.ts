export { type FetchEnvironment, type FetchHandler, fromFetch } from './from-fetch.ts';
export { fromNodeListener, type NodeListener } from './from-node-listener.ts';
