import { ConfigError } from '../../http/errors.ts';
import { encodeImage } from '../../image/encode.ts';
import { onBackground } from '../../image/merge.ts';
import { imageSettings } from '../../image/options.ts';
import type { MapRenderer, ServiceMetadata } from '../../layer/contract.ts';
import type { Authorize } from '../../service/authorization.ts';
import type { DemoPart, Service, ServiceContext, ServiceDefinition } from '../../service/contract.ts';
import type { Decorate } from '../../service/decoration.ts';
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

/** Layers of one map drawn at the same time; undefined: all (row WMS-29). */
export function layerConcurrency({ services }: Configuration): number | undefined {
  const options = services.get('wms') as { readonly concurrent_layer_renderer?: number | null } | undefined;
  return options?.concurrent_layer_renderer ?? undefined;
}

/** Title of a root layer that the configuration does not have (row CFG-14). */
export function rootTitle(configuration: Configuration): string {
  return wmsMetadata(configuration)?.title ?? DEFAULT_TITLE;
}

/** What operators hook into services. */
export interface ServiceHooks {
  readonly authorize?: Authorize | undefined;
  readonly decorate?: Decorate | undefined;
}

/** The services of a configuration, in its order (row TRAP-04). @throws ConfigError */
export function buildServices(
  configuration: Configuration,
  layers: BuiltLayers,
  renderer: MapRenderer,
  { authorize, decorate }: ServiceHooks,
): Service[] {
  const { services, globals, problems } = configuration;
  const context: ServiceContext = {
    ...layers,
    renderer,
    authorize,
    decorate,
    srs: srsByCode,
    encode: async (raster, { mimeType, transparent, background }) => {
      const picture = transparent ? raster : await onBackground(raster, background);
      return (await encodeImage(picture, imageSettings(globals.image, mimeType, { transparent }))).body;
    },
    formatNamed: (name) => globals.image.formats[name]?.format ?? name,
    stylesheet: (file) => stylesheet(configuration.resolvePath(file)),
    tileMaxAge: globals.tiles.expires_hours * SECONDS_PER_HOUR,
    defaultMetadata: wmsMetadata(configuration),
    serviceTypes: [...services.keys()],
    backgroundUrl: globals.background?.url,
    demoParts: () => demoParts(configuration, context),
    optionsOf: (type) => services.get(type),
  };
  const taken = new Map<string, string>();
  return [...services].flatMap(([type, options]) => {
    const definition = definitionOf(configuration, type);
    try {
      if (definition === undefined) return [];
      const service = definition.build(options, context);
      takePaths(service, type, taken);
      return [service];
    } catch (error) {
      throw problems.located(['services', type], error);
    }
  });
}

function definitionOf({ kinds }: Configuration, type: string): ServiceDefinition<unknown> | undefined {
  return kinds.services.find((one) => one.type === type);
}

/** The front door of OWS services, and the page at the root. */
const ROUTER_PATHS = ['service', 'ows', ''];

/** @throws ConfigError for a path that leads elsewhere already */
function takePaths({ paths }: Service, type: string, taken: Map<string, string>): void {
  for (const path of paths) {
    const other = taken.get(path) ?? (ROUTER_PATHS.includes(path) ? 'the OWS services' : undefined);
    if (other !== undefined) throw new ConfigError(`service '${type}' cannot have the path /${path} of ${other}`);
    taken.set(path, `service '${type}'`);
  }
}

function demoParts(configuration: Configuration, context: ServiceContext): DemoPart[] {
  return [...configuration.services].flatMap(
    ([type, options]) => definitionOf(configuration, type)?.demo?.(options, context) ?? [],
  );
}
