import { buildMapApp, kindsWith, loadConfiguration } from '../config/index.ts';
import type { ClosableApplication } from '../http/application.ts';
import { ConfigError } from '../http/errors.ts';
import type { Maintenance } from '../http/maintenance.ts';
import { getLogger } from '../log.ts';
import type { MapProxyExtensions } from './hooks/contract.ts';
import { createMapProxyApp } from './mapproxy.ts';

const log = getLogger('mapproxy.config');

/** A map proxy ready to answer. */
export interface MapProxyApplication extends ClosableApplication {
  /** First path words it answers. */
  readonly routes: ReadonlySet<string>;
  /** The files it was read from, to tell when to read them again (row CFG-08). */
  readonly files: readonly string[];
  readonly maintenance: Maintenance;
}

/**
 * Opens a mapproxy.yaml. What deserves attention in it is logged.
 *
 * @throws ConfigError when it cannot be used
 */
export async function openMapProxy(
  file: string,
  { plugins = [], intercept, ...hooks }: MapProxyExtensions = {},
): Promise<MapProxyApplication> {
  const configuration = await loadConfiguration(file, kindsWith(plugins));
  const { services, accessControlAllowOrigin, files, maintenance, close } = buildMapApp(configuration, hooks);
  for (const { message, place } of configuration.problems.list) log.warn(new ConfigError(message, place).message);
  if (configuration.services.has('demo')) {
    log.warn('the demo page is enabled: disable it in production');
  }
  return {
    application: createMapProxyApp({ services, accessControlAllowOrigin, intercept }),
    routes: new Set(['service', 'ows', ...services.flatMap(({ paths }) => paths)]),
    files: files.map((loaded) => loaded.file),
    maintenance,
    close,
  };
}
