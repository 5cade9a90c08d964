import { z } from 'zod';
import { type Kinds, OWN_KINDS } from './kinds.ts';
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
 *
 * @param kinds that may be named, with those of plugins
 */
export function configurationSchema(kinds: Kinds = OWN_KINDS): object {
  const schema = z.object({
    globals: globalOptions.nullish(),
    services: servicesSchema(kinds).nullish(),
    sources: z.record(z.string(), kindsSchema(kinds.sources, [])).nullish(),
    caches: z.record(z.string(), cacheSchema(kinds)).nullish(),
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

function servicesSchema({ services }: Kinds): z.ZodType {
  const known = services.map(({ type, options }) => [type, z.nullish(options)] as const);
  const later = LATER_SERVICES.map((type) => [type, z.unknown().optional()] as const);
  return z.object(Object.fromEntries<z.ZodType>([...later, ...known]));
}

function cacheSchema(kinds: Kinds): z.ZodType {
  // What is not said to be of another kind is a file cache.
  const stores = kindsSchema(kinds.stores, LATER_STORES, 'file');
  return z.object({ ...cacheOptions.shape, cache: stores.optional() });
}

function kindsSchema(kinds: readonly Kind[], later: readonly string[], defaultType?: string): z.ZodType {
  const known = kinds.map(({ type, options }) => {
    const literal = z.literal(type);
    return z.intersection(z.object({ type: type === defaultType ? literal.optional() : literal }), options);
  });
  return z.union(later.length === 0 ? known : [...known, z.object({ type: z.enum(later) })]);
}
