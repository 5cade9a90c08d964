import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../../http/errors.ts';
import type { SourceContext } from '../contract.ts';
import type { SourceHttp } from '../http/client.ts';
import type { WmsServerOptions } from './options.ts';
import { splitServiceUrl, type WmsParameters, type WmsTemplate } from './request.ts';

const FILE_SCHEME = 'file://';

/** A server that speaks WMS, with what is sent to it every time. */
export interface WmsServer extends WmsTemplate {
  /** URL without a query. */
  readonly address: string;
  /** The URL's own query, which stays there when all else is sent as a form (row GLB-11). */
  readonly urlParameters: WmsParameters;
  readonly http: SourceHttp;
}

/** @throws ConfigError for a style description that cannot be read */
export function wmsServer(
  url: string,
  http: SourceHttp,
  { req, wms_opts: { version } }: WmsServerOptions,
  context: SourceContext,
): WmsServer {
  const { address, parameters: urlParameters } = splitServiceUrl(url);
  const parameters = new Map(urlParameters);
  const { transparent, ...others } = req;
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) parameters.set(name.toUpperCase(), value);
  }
  if (transparent !== undefined) parameters.set('TRANSPARENT', transparent ? 'True' : 'False');
  const fixed = withStyleFile(parameters, context);
  if (!['LAYERS', 'SLD', 'SLD_BODY'].some((name) => fixed.has(name))) context.warn('req.layers is missing');
  return { address, urlParameters, http, version, fixed };
}

/** A style description in a file is sent itself, since the server cannot read it (row SRC-22). */
function withStyleFile(parameters: WmsParameters, { resolvePath }: SourceContext): WmsParameters {
  const url = parameters.get('SLD');
  if (!url?.startsWith(FILE_SCHEME)) return parameters;
  const { SLD: _, ...others } = Object.fromEntries(parameters);
  const file = fileOfUrl(url, resolvePath);
  try {
    return new Map(Object.entries({ ...others, SLD_BODY: readFileSync(file, 'utf8') }));
  } catch (cause) {
    throw new ConfigError(`cannot read '${file}' of req.sld`, undefined, { cause });
  }
}

/** The file of a `file://` URL; MapProxy takes relative names too (rows SRC-22, SRC-28). */
export function fileOfUrl(url: string, resolvePath: (path: string) => string): string {
  return url.startsWith(`${FILE_SCHEME}/`) ? fileURLToPath(url) : resolvePath(url.slice(FILE_SCHEME.length));
}
