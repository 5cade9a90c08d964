import type { Application } from '../http/application.ts';
import { ConfigError } from '../http/errors.ts';
import { type FetchHandler, fromFetch } from './adapters/from-fetch.ts';
import { fromNodeListener } from './adapters/from-node-listener.ts';
import type { NodeListener } from './adapters/listener-run.ts';

/** An application found in what a module exports. */
export interface FoundApplication {
  readonly application: Application;
  /** Its first path words, where it tells them (gateway/environ.ts). */
  readonly routes?: ReadonlySet<string>;
  /** Files it was read from besides the module. */
  readonly files?: readonly string[];
  readonly close?: () => Promise<void>;
}

/** Names under which frameworks' own examples export an application, after ours. The first that is there counts. */
const NAMES = ['application', 'default', 'app', 'handler', 'listener'] as const;

/**
 * Finds the application that a module exports: ours as `application`; an Express, Koa, Fastify or Hono application, an
 * object with `fetch`, or a Node listener as `application`, `default`, `app`, `handler` or `listener`; or a function
 * `fetch`. Promises of them are awaited.
 *
 * @throws ConfigError that tells what was found instead, or what the application rejects with
 */
export async function applicationOf(
  exported: Readonly<Record<string, unknown>>,
  file: string,
): Promise<FoundApplication> {
  for (const name of NAMES) {
    const value = await exported[name];
    if (value === undefined) continue;
    const found = await recognise(value, name);
    if (found !== undefined) return found;
    throw new ConfigError(`${WANTED}; found: \`${name}\`, ${describe(value)}`, { file });
  }
  if (isFunction(exported.fetch)) return { application: fromFetch(exported.fetch as FetchHandler) };
  const names = Object.keys(exported);
  const found = names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ');
  throw new ConfigError(`${WANTED}; found: ${found}`, { file });
}

const WANTED =
  'exports no function `application`, nor as `default` or `app` an application of Express, Koa, Fastify or Hono, ' +
  'an object with `fetch`, or a listener (req, res) => …';

async function recognise(value: unknown, name: string): Promise<FoundApplication | undefined> {
  if (typeof value === 'function') return recogniseFunction(value, name);
  if (typeof value !== 'object' || value === null) return undefined;
  const parts = value as Readonly<Record<string, unknown>>;
  if (isFunction(parts.ready) && isFunction(parts.routing)) return fastify(value as FastifyLike);
  if (isFunction(parts.callback) && isFunction(parts.use)) {
    return { application: fromNodeListener((value as KoaLike).callback()) };
  }
  if (isFunction(parts.fetch)) return { application: fetchOf(value as { fetch: FetchHandler }) };
  // What require() gives, or an application together with its `close`.
  if (isFunction(parts.application)) {
    const found = recogniseFunction(parts.application, 'application');
    return found === undefined || !isFunction(parts.close) ? found : { ...found, close: closeOf(parts) };
  }
  return undefined;
}

type Callable = (...values: never[]) => unknown;

/** Frameworks' applications may be functions with methods. */
function recogniseFunction(value: unknown, name: string): FoundApplication | undefined {
  const parts = value as Readonly<Record<string, unknown>> & { readonly length: number };
  if (isFunction(parts.handle) && isFunction(parts.use))
    return { application: fromNodeListener(value as NodeListener) };
  if (isFunction(parts.fetch)) return { application: fetchOf(value as { fetch: FetchHandler }) };
  if (name === 'application') return ours(value as Application & Partial<FoundApplication>);
  // One parameter could be a fetch handler's or our own: which, its name must tell.
  return parts.length >= 2 ? { application: fromNodeListener(value as NodeListener) } : undefined;
}

/** `makeApp` gives the function what a server wants to know. */
function ours(application: Application & Partial<FoundApplication>): FoundApplication {
  const { routes, files, close } = application;
  return {
    application,
    ...(routes instanceof Set ? { routes } : {}),
    ...(Array.isArray(files) ? { files } : {}),
    ...(isFunction(close) ? { close: closeOf(application) } : {}),
  };
}

interface FastifyLike {
  ready(): Promise<unknown>;
  readonly routing: NodeListener;
  close(): Promise<unknown>;
}

interface KoaLike {
  callback(): NodeListener;
}

async function fastify(instance: FastifyLike): Promise<FoundApplication> {
  await instance.ready();
  return { application: fromNodeListener(instance.routing), close: closeOf(instance) };
}

function fetchOf(handler: { readonly fetch: FetchHandler }): Application {
  return fromFetch((request, environment) => handler.fetch(request, environment));
}

function closeOf(closable: object): () => Promise<void> {
  return async () => {
    await (closable as { close(): unknown }).close();
  };
}

function isFunction(value: unknown): value is Callable {
  return typeof value === 'function';
}

function describe(value: unknown): string {
  if (typeof value === 'function') {
    const { name, length } = value;
    return `a function${name === '' ? '' : ` ${name}`} of ${length} ${length === 1 ? 'parameter' : 'parameters'}`;
  }
  if (typeof value !== 'object' || value === null) return `${value === null ? 'null' : typeof value}`;
  const maker = value.constructor?.name;
  const names = Object.keys(value).slice(0, MOST_NAMES);
  return `an object${maker === undefined || maker === 'Object' ? '' : ` of class ${maker}`} with ${names.join(', ') || 'nothing'}`;
}

/** Names of an object's parts that a message tells. */
const MOST_NAMES = 8;
