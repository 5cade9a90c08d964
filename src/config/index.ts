export { buildMapApp, type MapAppParts } from './build/map-app.ts';
export { checkConfiguration } from './check.ts';
export type { Configuration } from './configuration.ts';
export { configurationSchema } from './json-schema.ts';
export { definitionsOf, type Kinds, kindsWith, type PluginDefinition } from './kinds.ts';
export { loadConfiguration } from './load.ts';
export type { Problem } from './problems.ts';
