import type { Maintenance } from '../../http/maintenance.ts';
import { LayerRenderer } from '../../layer/renderer.ts';
import { getLogger } from '../../log.ts';
import type { Service } from '../../service/contract.ts';
import type { Configuration } from '../configuration.ts';
import type { LoadedFile } from '../read.ts';
import { fontDirectory, warnOfMissingFonts } from './fonts.ts';
import { Graph } from './graph.ts';
import { buildLayers } from './layers.ts';
import { tileMaintenance } from './maintenance.ts';
import { buildServices, layerConcurrency, rootTitle, type ServiceHooks } from './services.ts';

const log = getLogger('mapproxy.config');

/** What a router needs to answer for a configuration. */
export interface MapAppParts {
  readonly services: readonly Service[];
  /** Undefined: the header is not sent (row GLB-18). */
  readonly accessControlAllowOrigin: string | undefined;
  readonly files: readonly LoadedFile[];
  /** Work on stored tiles. */
  readonly maintenance: Maintenance;
  /** Closes databases and connections. */
  close(): Promise<void>;
}

/** Builds layers, services and everything below them. @throws ConfigError */
export function buildMapApp(configuration: Configuration, hooks: ServiceHooks = {}): MapAppParts {
  const { globals, problems } = configuration;
  warnOfMissingFonts(configuration);
  const graph = new Graph(configuration);
  try {
    const layers = buildLayers(configuration, graph, rootTitle(configuration));
    const renderer = new LayerRenderer({
      image: globals.image,
      fontDirectory: fontDirectory(configuration),
      maxTiles: globals.cache.max_tile_limit,
      preferredSrs: graph.preferredSrs,
      concurrency: layerConcurrency(configuration),
    });
    const services = buildServices(configuration, layers, renderer, hooks);
    return {
      services,
      accessControlAllowOrigin: globals.http.access_control_allow_origin || undefined,
      files: configuration.files,
      maintenance: tileMaintenance(configuration, graph),
      close: () => graph.close(),
    };
  } catch (error) {
    graph.close().catch((err: unknown) => log.error({ err }, 'closing after a failed start'));
    throw problems.located([], error);
  }
}
