import type { LayerDimension } from './contract.ts';

/**
 * The values of a layer's dimensions for a request: what it does not say, or calls `default`, is the configured
 * default (rows LYR-11, WMS-36). Other parameters are left out: clients must not make a cache grow by names that
 * nobody configured.
 *
 * @param parameters of the request by lower-case name
 */
export function dimensionValues(
  dimensions: readonly LayerDimension[],
  parameters: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    dimensions.map((dimension) => {
      const asked = parameters?.get(dimension.name) ?? '';
      return [dimension.name, asked === '' || asked === 'default' ? dimension.default : asked];
    }),
  );
}

/** What tiles are asked for where a service has no place for dimensions; undefined: the layer has none. */
export function defaultDimensions(dimensions: readonly LayerDimension[]): ReadonlyMap<string, string> | undefined {
  return dimensions.length === 0 ? undefined : dimensionValues(dimensions, undefined);
}
