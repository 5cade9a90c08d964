import type { Stage } from '../stage.ts';
import { expressApp } from './express.ts';
import { fastifyApp } from './fastify.ts';
import { fetchHandler } from './fetch.ts';
import { honoApp } from './hono.ts';
import { koaApp } from './koa.ts';
import { plainListener } from './listener.ts';

/** What a module would export, by the name of the framework. */
export const apps: Readonly<Record<string, (stage: Stage) => unknown>> = {
  'Express 5': expressApp,
  'Fastify 5': fastifyApp,
  'Koa 3': koaApp,
  'Hono 4': honoApp,
  'a plain listener': plainListener,
  'a fetch handler': fetchHandler,
};
