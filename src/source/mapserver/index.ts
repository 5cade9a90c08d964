import { statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../http/errors.ts';
import { anyText } from '../../options.ts';
import { defineSource, type SourceContext } from '../contract.ts';
import { buildInfoSource, buildLegendSource, buildMapSource, type ServerPlace, selectLayers } from '../wms/build.ts';
import { requestParameters, serverOptions } from '../wms/options.ts';
import { CgiClient } from './cgi.ts';
import { mapserverOptions } from './options.ts';

const options = z.object({
  ...serverOptions,
  req: requestParameters.extend({ map: anyText }),
  mapserver: mapserverOptions.optional(),
});

type MapserverSourceOptions = z.infer<typeof options>;

/** Row GLB-10. */
const DEFAULT_TIMEOUT_SECONDS = 60;

/** MapServer on this machine, started for each request (row SRC-61). */
export default defineSource<MapserverSourceOptions>({
  type: 'mapserver',
  options,
  drawsMaps: (own) => own.wms_opts.map,
  selectLayers,
  build: (own, context) => buildMapSource(withMapFile(own, context), placeOf(own, context), context),
  buildInfo: (own, context) => buildInfoSource(withMapFile(own, context), placeOf(own, context), context),
  buildLegend: (own, context) =>
    buildLegendSource(withMapFile(own, context), (url) => placeOf(own, context, url), context),
});

function withMapFile(own: MapserverSourceOptions, { resolvePath }: SourceContext): MapserverSourceOptions {
  return { ...own, req: Object.assign({}, own.req, { map: resolvePath(own.req.map) }) };
}

/** @throws ConfigError where MapServer is not to be found */
function placeOf(own: MapserverSourceOptions, context: SourceContext, url?: string): ServerPlace {
  if (url !== undefined) return { url, http: context.http([url], own.http) };
  const { resolvePath } = context;
  const settings = { ...context.mapserver, ...own.mapserver };
  const program = settings.binary === undefined ? findInPath('mapserv') : resolvePath(settings.binary);
  if (program === undefined || !isFile(program)) {
    throw new ConfigError(`could not find mapserver binary (${program ?? 'mapserv in PATH'})`);
  }
  const workingDirectory = settings.working_dir === undefined ? dirname(program) : resolvePath(settings.working_dir);
  if (!isDirectory(workingDirectory)) {
    throw new ConfigError(`could not find mapserver working_dir (${workingDirectory})`);
  }
  const http = new CgiClient({
    program,
    workingDirectory,
    timeout: own.http?.client_timeout ?? DEFAULT_TIMEOUT_SECONDS,
    concurrency: own.concurrent_requests ?? 0,
    hideDetails: own.http?.hide_error_details ?? true,
  });
  // Requests are told apart by program, as those to servers are by host (row SRC-34).
  return { url: `mapserver://${program}`, http };
}

function findInPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isFile);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
