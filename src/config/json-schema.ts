import { z } from 'zod';
import { storeDefinitions } from '../cache/store/index.ts';
import { serviceDefinitions } from '../service/index.ts';
import { sourceDefinitions } from '../source/index.ts';
import { LATER_SERVICES, LATER_STORES } from './later.ts';
import { cacheOptions } from './options/cache.ts';
import { globalOptions } from './options/globals.ts';
import { gridOptions } from './options/grid.ts';
import { layerOptions } from './options/layer.ts';

/** A kind as the rooms define them: what its `type` is, and what it takes besides. */
interface Kind {
  readonly type: string;
  readonly options: z.ZodType;
}

/**
 * The JSON Schema (draft 2020-12) of mapproxy.yaml, for editors: made of the schemas that check it. It knows the current
 * way of writing only, and lets keys pass that it does not know, as the check does (row CFG-03).
 */
export function configurationSchema(): object {
  const schema = z.object({
    globals: globalOptions.nullish(),
    services: servicesSchema().nullish(),
    sources: z.record(z.string(), kindsSchema(sourceDefinitions, [])).nullish(),
    caches: z.record(z.string(), cacheSchema()).nullish(),
    layers: z.array(layerOptions).nullish(),
    grids: z.record(z.string(), gridOptions).nullish(),
    parts: z.unknown().optional(),
    base: z.union([z.string(), z.array(z.string())]).nullish(),
  });
  return {
    ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'ref' }),
    title: 'mapproxy.yaml',
  };
}

function servicesSchema(): z.ZodType {
  const known = serviceDefinitions.map(({ type, options }) => [type, z.nullish(options)] as const);
  const later = LATER_SERVICES.map((type) => [type, z.unknown().optional()] as const);
  return z.object(Object.fromEntries<z.ZodType>([...known, ...later]));
}

function cacheSchema(): z.ZodType {
  // What is not said to be of another kind is a file cache.
  const stores = kindsSchema(storeDefinitions, LATER_STORES, 'file');
  return z.object({ ...cacheOptions.shape, cache: stores.optional() });
}

function kindsSchema(kinds: readonly Kind[], later: readonly string[], defaultType?: string): z.ZodType {
  const known = kinds.map(({ type, options }) => {
    const literal = z.literal(type);
    return z.intersection(z.object({ type: type === defaultType ? literal.optional() : literal }), options);
  });
  return z.union(later.length === 0 ? known : [...known, z.object({ type: z.enum(later) })]);
}
