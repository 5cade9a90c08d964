import { ConfigError } from '../../http/errors.ts';
import { srsByCode } from '../../srs/srs.ts';
import type { LegendSource, SourceContext } from '../contract.ts';
import type { SourceHttp } from '../http/client.ts';
import { transparentColorOf } from '../options.ts';
import { WmsInfoSource } from './info-source.ts';
import { StaticLegendSource, WmsLegendSource } from './legend-source.ts';
import { WmsMapSource } from './map-source.ts';
import type { WmsServerOptions } from './options.ts';
import { fileOfUrl, type WmsServer, wmsServer } from './server.ts';

/** Where a server is, and the way to it. */
export interface ServerPlace {
  readonly url: string;
  readonly http: SourceHttp;
}

/** The options with only some of the layers (row SRC-07). @throws ConfigError for layers that are not there */
export function selectLayers<Options extends WmsServerOptions>(own: Options, layers: readonly string[]): Options {
  const known = own.req.layers?.split(',');
  const unknown = layers.filter((layer) => known !== undefined && !known.includes(layer));
  if (unknown.length === 0) return { ...own, req: Object.assign({}, own.req, { layers: layers.join(',') }) };
  throw new ConfigError(`layers (${unknown.join(', ')}) not supported by source (${known?.join(', ')})`);
}

export function buildMapSource(
  own: WmsServerOptions,
  { url, http }: ServerPlace,
  context: SourceContext,
): WmsMapSource {
  const { transparent } = own.req;
  const transparentColor = transparentColorOf(own, context);
  const image = context.image(own.image?.format ?? own.req.format ?? '', {
    ...own.image,
    transparent: transparentColor !== undefined ? true : (own.image?.transparent ?? transparent),
  });
  return new WmsMapSource({
    name: context.name,
    server: wmsServer(url, http, own, context),
    srs: own.supported_srs?.map(srsByCode),
    preferredSrs: context.preferredSrs,
    formats: own.supported_formats,
    forwarded: own.forward_req_params.map((name) => name.toUpperCase()),
    coverage: context.coverage,
    image,
    transparentColor,
  });
}

/** @throws ConfigError where a stylesheet is named and there is no processor */
export function buildInfoSource(
  own: WmsServerOptions,
  { url, http }: ServerPlace,
  context: SourceContext,
): WmsInfoSource | undefined {
  const { featureinfo, featureinfo_xslt: stylesheet, ...wmsOptions } = own.wms_opts;
  if (!featureinfo) return undefined;
  if (stylesheet !== undefined && context.stylesheet === undefined) {
    throw new ConfigError('featureinfo_xslt needs an XSLT processor, and there is none');
  }
  return new WmsInfoSource({
    name: context.name,
    server: wmsServer(url, http, own, context),
    srs: own.supported_srs?.map(srsByCode),
    preferredSrs: context.preferredSrs,
    format: own.req.format,
    infoFormat: wmsOptions.featureinfo_format,
    transform: stylesheet === undefined ? undefined : context.stylesheet?.(context.resolvePath(stylesheet)),
    transformedFormat: wmsOptions.featureinfo_out_format,
  });
}

/** @param place the way to a server by the URL given, for legends that are elsewhere */
export function buildLegendSource(
  own: WmsServerOptions,
  place: (url?: string) => ServerPlace,
  context: SourceContext,
): LegendSource | undefined {
  const { legendurl: legendUrl, legendgraphic } = own.wms_opts;
  if (legendUrl !== undefined) {
    if (legendUrl.startsWith('file://')) return StaticLegendSource.ofFile(fileOfUrl(legendUrl, context.resolvePath));
    return StaticLegendSource.ofUrl(legendUrl, place(legendUrl).http);
  }
  if (!legendgraphic) return undefined;
  const { url, http } = place();
  const server: WmsServer = wmsServer(url, http, own, context);
  if (!server.fixed.has('LAYERS')) throw new ConfigError('legendgraphic needs req.layers');
  return new WmsLegendSource(server, own.req.format);
}
