import { encodeImage } from '../../image/encode.ts';
import { onBackground } from '../../image/merge.ts';
import { imageSettings } from '../../image/options.ts';
import type { MapRenderer, ServiceMetadata } from '../../layer/contract.ts';
import type { Service, ServiceContext, ServiceDefinition } from '../../service/contract.ts';
import { serviceDefinitions } from '../../service/index.ts';
import { stylesheet } from '../../source/stylesheet.ts';
import { srsByCode } from '../../srs/srs.ts';
import type { Configuration } from '../configuration.ts';
import type { BuiltLayers } from './layers.ts';

const SECONDS_PER_HOUR = 3600;

/** Row WMS-05. */
const DEFAULT_TITLE = 'MapProxy WMS';

/** The `md` block of services.wms, which others fall back to (row TMS-10). */
export function wmsMetadata({ services }: Configuration): ServiceMetadata | undefined {
  const options = services.get('wms') as { readonly md?: ServiceMetadata | null } | undefined;
  return options?.md ?? undefined;
}

/** Title of a root layer that the configuration does not have (row CFG-14). */
export function rootTitle(configuration: Configuration): string {
  return wmsMetadata(configuration)?.title ?? DEFAULT_TITLE;
}

/** The services of a configuration, in its order (row TRAP-04). @throws ConfigError */
export function buildServices(configuration: Configuration, layers: BuiltLayers, renderer: MapRenderer): Service[] {
  const { services, globals, problems } = configuration;
  const context: ServiceContext = {
    ...layers,
    renderer,
    srs: srsByCode,
    encode: async (raster, { mimeType, transparent, background }) => {
      const picture = transparent ? raster : await onBackground(raster, background);
      return (await encodeImage(picture, imageSettings(globals.image, mimeType, { transparent }))).body;
    },
    stylesheet: (file) => stylesheet(configuration.resolvePath(file)),
    tileMaxAge: globals.tiles.expires_hours * SECONDS_PER_HOUR,
    defaultMetadata: wmsMetadata(configuration),
    serviceTypes: [...services.keys()],
    optionsOf: (type) => services.get(type),
  };
  // Each is given what its own schema made of the options.
  const definitions: readonly ServiceDefinition<unknown>[] = serviceDefinitions;
  return [...services].flatMap(([type, options]) => {
    const definition = definitions.find((one) => one.type === type);
    try {
      return definition === undefined ? [] : [definition.build(options, context)];
    } catch (error) {
      throw problems.located(['services', type], error);
    }
  });
}
