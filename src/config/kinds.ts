import type { StoreDefinition } from '../cache/store/contract.ts';
import { storeDefinitions } from '../cache/store/index.ts';
import type { CommonStoreOptions } from '../cache/store/options.ts';
import { ConfigError } from '../http/errors.ts';
import type { ServiceDefinition } from '../service/contract.ts';
import { serviceDefinitions } from '../service/index.ts';
import type { SourceDefinition } from '../source/contract.ts';
import { sourceDefinitions } from '../source/index.ts';
import type { CommonSourceOptions } from '../source/options.ts';
import { didYouMean } from './nearest.ts';

/** What a configuration may name by `type`. Each is given what its own schema made of the options. */
export interface Kinds {
  readonly sources: readonly SourceDefinition<CommonSourceOptions>[];
  readonly stores: readonly StoreDefinition<CommonStoreOptions>[];
  readonly services: readonly ServiceDefinition<unknown>[];
}

/** Those that come along. */
export const OWN_KINDS: Kinds = {
  sources: sourceDefinitions,
  stores: storeDefinitions,
  services: serviceDefinitions,
};

/** A kind from a plugin, as `defineSource`, `defineStore` and `defineService` make it (row CFG-12). */
export type PluginDefinition =
  | (SourceDefinition<CommonSourceOptions> & { readonly kind: 'source' })
  | (StoreDefinition<CommonStoreOptions> & { readonly kind: 'store' })
  | (ServiceDefinition<unknown> & { readonly kind: 'service' });

/**
 * Our own kinds with those of plugins.
 *
 * @throws ConfigError for a definition that is not whole, or of a type that there is already
 */
export function kindsWith(plugins: readonly PluginDefinition[]): Kinds {
  if (plugins.length === 0) return OWN_KINDS;
  for (const plugin of plugins) checkShape(plugin);
  return {
    sources: joined(
      'source',
      OWN_KINDS.sources,
      plugins.filter((plugin) => plugin.kind === 'source'),
    ),
    stores: joined(
      'store',
      OWN_KINDS.stores,
      plugins.filter((plugin) => plugin.kind === 'store'),
    ),
    services: joined(
      'service',
      OWN_KINDS.services,
      plugins.filter((plugin) => plugin.kind === 'service'),
    ),
  };
}

/** @throws ConfigError for two of one type */
function joined<Definition extends { readonly type: string }>(
  word: PluginDefinition['kind'],
  own: readonly Definition[],
  added: readonly Definition[],
): readonly Definition[] {
  const types = new Set(own.map(({ type }) => type));
  for (const { type } of added) {
    if (types.has(type)) throw new ConfigError(`there is a ${word} of type '${type}' already`);
    types.add(type);
  }
  return [...own, ...added];
}

const WORDS = ['source', 'store', 'service'];

/** A plugin is a program of somebody else's: types are a promise of it, no more. */
function checkShape(definition: unknown): void {
  const { kind, type, options, build } = partsOf(definition);
  if (typeof kind !== 'string' || !WORDS.includes(kind)) {
    const hint = typeof kind === 'string' ? `'${kind}' is none${didYouMean(kind, WORDS)}` : 'its kind is missing';
    throw new ConfigError(`not made by defineSource, defineStore or defineService: ${hint}`);
  }
  if (typeof type !== 'string' || !/^\w+$/.test(type)) {
    throw new ConfigError(`the type of a ${kind} must be a word, got ${JSON.stringify(type)}`);
  }
  if (typeof partsOf(options).safeParse !== 'function') {
    throw new ConfigError(`${kind} '${type}': options must be a schema of zod`);
  }
  if (typeof build !== 'function') throw new ConfigError(`${kind} '${type}' has no function build`);
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/**
 * The definitions that a plugin's module exports, under any names; what else it exports is its own business.
 *
 * @throws ConfigError for a module without definitions
 */
export function definitionsOf(exported: Readonly<Record<string, unknown>>): readonly PluginDefinition[] {
  const found = Object.values(exported).filter((value) => 'kind' in partsOf(value) || 'build' in partsOf(value));
  if (found.length === 0) {
    const names = Object.keys(exported).join(', ');
    throw new ConfigError(
      `exports nothing made by defineSource, defineStore or defineService; found: ${names || 'nothing'}`,
    );
  }
  // The same thing may be exported by name and as default. Whether they are whole, `kindsWith` checks.
  return [...new Set(found)] as unknown as readonly PluginDefinition[];
}
